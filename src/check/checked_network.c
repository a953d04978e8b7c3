/* Runs the gradient check over a network: random parameters, a random batch forward, and each
 * layer's gradients compared with the slopes that gradcheck.c measures. Each layer gets the outputs
 * of the previous one, so it is checked on realistic inputs; but it is checked separately, since an
 * element's change then costs one layer and not the network. Inputs that reveal nothing are drawn
 * again: those that have grown or vanished on the way, and those that are all at a kink. Memory is
 * allocated for one layer at a time. */
#include "gradcheck.h"

#include "broken.h"
#include "memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of cnn_gradcheck(). */
typedef struct check {
    const cnn_network *network;
    cnn_gradcheck_options options;
    cnn_gradcheck_function report;
    void *context;
    random_state random; /* one stream for everything drawn, so that the seed determines it */
    double worst;        /* the largest error so far */
    real *x;             /* output of the previous layer, owned */
    broken broken;
    bool unchecked; /* a gradient of which no element could be checked */
    /* For the current layer; reported once its inputs revealed enough. */
    cnn_gradcheck_row rows[1 + BUFFERS_MAX];
    size_t count;
    bool telling; /* for each, some slope was measured, and not all were 0 */
} check;

/* Draws of a layer's inputs before a gradient counts as not checked. */
enum { DRAWS = 8 };

/* Step and limits are chosen for numbers of about this size. */
#define LEAST 0.1
#define MOST 100.0

/* Uniform in [-bound, bound). */
static void fill(random_state *random, real *values, size_t count, double bound) {
    for (size_t i = 0; i < count; i++)
        values[i] = (2 * random_uniform(random) - 1) * bound;
}

/* The size of a batch of this shape. */
static size_t batch_of(const check *c, extent e) {
    return size_product(c->options.batch_size, extent_size(e));
}

/* Flatten does not change memory: its page is a copy. */
static void copy_forward(const layer_shape *g, const op_args *t, range images) {
    const size_t values = extent_size(g->x);
    memcpy(t->y + images.first * values, t->x + images.first * values,
           (images.last - images.first) * values * sizeof *t->y);
}

static void copy_backward(const layer_shape *g, const op_args *t, range images) {
    const size_t values = extent_size(g->x);
    memcpy(t->dx + images.first * values, t->dy + images.first * values,
           (images.last - images.first) * values * sizeof *t->dx);
}

static const operation copy = {.forward = copy_forward, .backward_input = copy_backward};

const operation *operation_in_double(const ops *ops, const layer *layer) {
    const operation *op = ops_operation(ops, layer->kind->word);
    return layer->kind->view && !op ? &copy : op;
}

static const operation *operation_of(const probe *p) {
    return operation_in_double(p->ops, p->layer);
}

/* Writes to the outputs of the caller, who keeps the original, upper and lower ones separately. */
static void evaluate_layer(const probe *p, real *outputs, range images) {
    op_args t = p->t;
    t.y = outputs;
    operation_of(p)->forward(&p->layer->shape, &t, images);
}

/* Its outputs are the losses, as the gradients are not those of the probabilities. */
static void evaluate_softmax(const probe *p, real *outputs, range images) {
    p->ops->softmax_forward(p->layer->shape.y.c, p->t.x, p->labels, p->t.y, outputs, images);
}

/* Unused buffers stay NULL, as operations expect. Integers need no more space than reals. */
static void plan_buffer(const check *c, const layer *layer, arena *arena, probe *p, size_t b) {
    const buffer *buffer = &layer->kind->buffers[b];
    const size_t size = layer_buffer_size(layer, b);
    const size_t images = buffer->per_image ? c->options.batch_size : 1;
    if (!size)
        return;
    bind(&p->t, buffer->argument, arena_take(arena, size_product(images, size), sizeof(real)));
    if (buffer->role == BUFFER_PARAMETER)
        bind(&p->t, buffer->gradient, arena_take(arena, size, sizeof(real)));
}

/* All arrays of a probe, from one block. */
static void plan(const check *c, const layer *layer, arena *arena, probe *p) {
    const size_t in = batch_of(c, layer->shape.x), out = batch_of(c, layer->shape.y);
    const operation *op = operation_of(p);
    const size_t scratch = op->scratch ? op->scratch(&layer->shape) : 0;
    real **arrays[] = {&p->t.dx, &p->dy, &p->y, &p->high, &p->low};
    const size_t sizes[] = {in, out, out, out, out};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        *arrays[i] = arena_take(arena, sizes[i], sizeof(real));
    for (size_t b = 0; b < layer_buffers(layer); b++)
        plan_buffer(c, layer, arena, p, b);
    p->t.scratch = arena_take(arena, scratch, sizeof(real));
}

/* Counts, then cuts. The caller frees the block with free(). */
static void *allocate(const check *c, const layer *layer, probe *p, cnn_error *error) {
    arena counted = {0};
    plan(c, layer, &counted, p);
    if (counted.overflow) {
        error_no_memory(error, SIZE_MAX);
        return NULL;
    }
    arena taken = {.base = memory_new(counted.used, 1, error)};
    if (taken.base)
        plan(c, layer, &taken, p);
    return taken.base;
}

/* One call each: nothing is shared between threads, so one range covers all images or rows. */
static void backward(const probe *p) {
    const operation *op = operation_of(p);
    const layer_shape *g = &p->layer->shape;
    const range images = {0, p->images};
    op->backward_input(g, &p->t, images);
    if (op->backward_weights)
        op->backward_weights(g, &p->t,
                             op->axis == SUM_IMAGES ? images : (range){0, layer_fan_in(p->layer)});
}

/* Checks one gradient. */
static void check_array(check *c, const probe *p, const char *name, const char *gradient,
                        checked_array array, const cnn_tensor *shape) {
    cnn_gradcheck_row *row = &c->rows[c->count++];
    *row = (cnn_gradcheck_row){.rank = shape->rank};
    snprintf(row->layer, sizeof row->layer, "%s", name);
    snprintf(row->gradient, sizeof row->gradient, "%s", gradient);
    memcpy(row->shape, shape->shape, sizeof row->shape);
    gradcheck_array(p, array, row, &c->random, c->options.samples);
    const bool all_zero = row->error == 0 && gradcheck_largest(array.gradient, array.count) == 0;
    c->telling &= row->checked && !all_zero;
}

static void report_rows(check *c) {
    for (size_t i = 0; i < c->count; i++) {
        c->worst = fmax(c->worst, c->rows[i].error);
        c->unchecked |= !c->rows[i].checked;
        if (c->report)
            c->report(&c->rows[i], c->context);
    }
    c->count = 0;
}

/* An image's inputs change only its own outputs. The cast is safe: x is our own memory. */
static void check_input(check *c, const probe *p, const char *name, extent x, bool flat) {
    const size_t n = p->images, values = extent_size(x);
    const cnn_tensor shape = flat ? (cnn_tensor){.rank = 2, .shape = {n, values}}
                                  : (cnn_tensor){.rank = 4, .shape = {n, x.h, x.w, x.c}};
    check_array(c, p, name, "dx", (checked_array){(real *)p->t.x, p->t.dx, n * values, values},
                &shape);
}

/* Every image contributes to dw and db, so all are evaluated for each element (per_image 0). The
 * shapes are only for the report. */
static void check_parameters(check *c, const probe *p) {
    const layer *layer = p->layer;
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        const buffer_shape s = buffer->shape(layer);
        if (buffer->role != BUFFER_PARAMETER || !s.rank)
            continue;
        cnn_tensor shape = {.rank = s.rank};
        memcpy(shape.shape, s.size, sizeof s.size);
        check_array(c, p, layer->name, buffer->symbol,
                    (checked_array){bound(&p->t, buffer->argument), bound(&p->t, buffer->gradient),
                                    layer_buffer_size(layer, b), 0},
                    &shape);
    }
}

/* Draws parameters and dy, runs the layer forward and backward, and checks every gradient. */
static void check_once(check *c, probe *p) {
    const layer *layer = p->layer;
    /* He's bound for layers before a ReLU: values keep their size from layer to layer, so that one
     * step and one limit suit all of them. */
    const size_t fan = layer_fan_in(layer);
    const double bound_he = fan ? sqrt(6.0 / (double)fan) : 1;
    for (size_t b = 0; b < layer_buffers(layer); b++)
        if (layer->kind->buffers[b].role == BUFFER_PARAMETER)
            fill(&c->random, bound(&p->t, layer->kind->buffers[b].argument),
                 layer_buffer_size(layer, b), bound_he);
    /* Random: if every dy were 1, a gradient that mixes up outputs would have the same sum as the
     * correct one. */
    fill(&c->random, p->dy, batch_of(c, layer->shape.y), 1);
    p->t.dy = p->dy;
    p->evaluate(p, p->y, (range){0, p->images});
    /* Before any element changes: it reads the indices, which every evaluation overwrites. */
    backward(p);
    broken_damage(&c->broken, p, layer->name, layer->kind->word);
    check_input(c, p, layer->name, layer->shape.x, (layer - 1)->flat);
    check_parameters(c, p);
    /* The last evaluation left the indices of a changed element, but they are not read again. */
}

/* The cast is safe: x is our own memory. */
static void check_layer(check *c, probe *p) {
    c->telling = false;
    for (size_t draw = 0; draw < DRAWS && !c->telling; draw++) {
        if (draw)
            fill(&c->random, (real *)p->t.x, batch_of(c, p->layer->shape.x), 1);
        c->count = 0;
        c->telling = true;
        check_once(c, p);
    }
    report_rows(c);
}

/* Makes this layer's outputs the next one's inputs. On failure c->x is NULL. */
static bool step_on(check *c, const probe *p, size_t values, cnn_error *error) {
    free(c->x);
    c->x = memory_new(values, sizeof *c->x, error);
    if (!c->x)
        return false;
    memcpy(c->x, p->y, values * sizeof *c->x);
    const double most = gradcheck_largest(c->x, values);
    if (most < LEAST || most > MOST)
        fill(&c->random, c->x, values, 1);
    return true;
}

/* Allocates one layer, checks it, and sets c->x for the next. False only if there is no memory. */
static bool check_layer_at(check *c, size_t index, cnn_error *error) {
    const layer *layer = &c->network->layers[index];
    probe p = {.evaluate = evaluate_layer,
               .ops = broken_ops(&c->broken, layer->name, layer->kind->word),
               .layer = layer,
               .t = {.n = c->options.batch_size, .x = c->x},
               .images = c->options.batch_size,
               .outputs = extent_size(layer->shape.y)};
    void *block = allocate(c, layer, &p, error);
    if (!block)
        return false;
    check_layer(c, &p);
    const bool ok = step_on(c, &p, batch_of(c, layer->shape.y), error);
    free(block);
    return ok;
}

static void softmax_there_and_back(const probe *p) {
    const range images = {0, p->images};
    p->evaluate(p, p->y, images);
    p->ops->softmax_backward(p->layer->shape.y.c, p->images, p->t.y, p->labels, p->t.dx, images);
}

/* If logits are so far apart that each image is certain of its class, the gradients are rounding
 * errors. */
#define SURE 1e-3

/* L is the mean loss: each image's loss has weight 1 / n. */
static void check_softmax_probe(check *c, probe *p, uint32_t *labels) {
    const size_t classes = p->layer->shape.y.c, n = p->images;
    for (size_t i = 0; i < n; i++) {
        labels[i] = random_below(&c->random, classes < UINT32_MAX ? (uint32_t)classes : UINT32_MAX);
        p->dy[i] = 1.0 / (double)n;
    }
    p->labels = labels;
    softmax_there_and_back(p);
    if (gradcheck_largest(p->t.dx, n * classes) < SURE / (double)n) {
        fill(&c->random, (real *)p->t.x, n * classes, 1);
        softmax_there_and_back(p);
    }
    broken_damage(&c->broken, p, "softmax", "softmax");
    check_input(c, p, "softmax", p->layer->shape.y, true);
    report_rows(c);
}

/* Last, on the logits of the network. False only if there is no memory. */
static bool check_softmax(check *c, cnn_error *error) {
    const layer *last = &c->network->layers[c->network->count];
    /* Its outputs are losses, one per image; t.y are the probabilities, t.dx is the gradient. */
    const size_t n = c->options.batch_size, logits = batch_of(c, last->shape.y);
    uint32_t *labels = memory_new(n, sizeof *labels, error);
    real *block = memory_new(4 * n + 2 * logits, sizeof *block, error);
    if (labels && block) {
        probe p = {.evaluate = evaluate_softmax,
                   .ops = broken_ops(&c->broken, "softmax", "softmax"),
                   .layer = last,
                   .t = {.n = n, .x = c->x, .y = block + 4 * n, .dx = block + 4 * n + logits},
                   .smooth = true,
                   .images = n,
                   .outputs = 1,
                   .dy = block,
                   .y = block + n,
                   .high = block + 2 * n,
                   .low = block + 3 * n};
        check_softmax_probe(c, &p, labels);
    }
    const bool ok = labels && block;
    free(labels);
    free(block);
    return ok;
}

static bool check_all(check *c, cnn_error *error) {
    const size_t inputs = batch_of(c, c->network->layers[0].shape.y);
    c->x = memory_new(inputs, sizeof *c->x, error);
    if (!c->x)
        return false;
    /* About the size of normalized pixels. */
    fill(&c->random, c->x, inputs, 1);
    for (size_t i = 1; i <= c->network->count; i++)
        if (!check_layer_at(c, i, error))
            return false;
    return check_softmax(c, error);
}

bool cnn_gradcheck(const cnn_network *network, const cnn_gradcheck_options *options,
                   cnn_gradcheck_function report, void *context, double *worst, cnn_error *error) {
    check c = {.network = network,
               .options = options ? *options : (cnn_gradcheck_options)CNN_GRADCHECK_OPTIONS_DEFAULT,
               .report = report,
               .context = context};
    if (!given(network, "network", error) || !reserved_unused(c.options.reserved, error))
        return false;
    c.random = random_seeded(c.options.seed, RANDOM_GRADCHECK);
    if (!network_complete(network, error))
        return false;
    /* Larger sizes derived from it need memory for a few numbers, or size_product() refuses
     * them. */
    if (c.options.batch_size == 0 || c.options.batch_size > 4096)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "batch size %zu: must be 1 to 4096",
                         c.options.batch_size);
    if (!broken_begin(&c.broken, &c.options, error))
        return false;
    const bool ok = check_all(&c, error) && broken_was(&c.broken, error);
    free(c.x);
    broken_end(&c.broken);
    /* An error counts even if other gradients could not be checked. */
    if (worst)
        *worst = c.unchecked && c.worst <= CNN_GRADCHECK_LIMIT ? NAN : c.worst;
    return ok;
}
