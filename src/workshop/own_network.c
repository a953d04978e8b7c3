/* A network that somebody's own functions compute: its memory, and a step of its training. */
#include "own_layers.h"

#include "ipow.h"
#include "memory.h"
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const layer *layer_at(const cnn_own_network *own, size_t index) {
    return &own->network->layers[index];
}

/* ------------------------------------------------------------------------------------- memory */

static size_t scratch_size(const cnn_own_network *own) {
    size_t most = 1;
    for (size_t i = 1; i <= own->layers; i++) {
        const layer *l = layer_at(own, i);
        const operation *op = ops_operation(own->ops, l->kind->word);
        const size_t size = (op && op->scratch ? op->scratch(&l->shape) : 0) + l->shape.y.c;
        most = size > most ? size : most;
    }
    return most;
}

/* A view has the numbers of the layer that it reads. */
static void cut_layer(cnn_own_network *own, size_t index, arena *arena) {
    const layer *l = layer_at(own, index);
    op_args *t = &own->arguments[index];
    const op_args *before = &own->arguments[l->input];
    const size_t count = size_product(own->batch, extent_size(l->shape.y));
    t->x = before->y;
    t->dx = (float *)before->dy;
    if (l->kind->view) {
        t->y = before->y;
        t->dy = before->dy;
        return;
    }
    t->y = arena_take(arena, count, sizeof(float));
    t->dy = arena_take(arena, count, sizeof(float));
    t->indices = arena_take(arena, l->kind->pools ? count : 1, sizeof *t->indices);
}

static void bind_parameters(cnn_own_network *own, size_t index) {
    op_args *t = &own->arguments[index];
    const size_t *at = own->offsets[index];
    if (at[0] != SIZE_MAX) {
        t->w = own->parameters + at[0];
        t->dw = own->gradients + at[0];
    }
    if (at[1] != SIZE_MAX) {
        t->b = own->parameters + at[1];
        t->db = own->gradients + at[1];
    }
}

static void cut(cnn_own_network *own, arena *arena) {
    const size_t pixels = size_product(own->batch, extent_size(layer_at(own, 0)->shape.y));
    const size_t outputs = size_product(own->batch, own->classes);
    own->parameters = arena_take(arena, own->parameters_size, sizeof(float));
    own->gradients = arena_take(arena, own->parameters_size, sizeof(float));
    own->moment1 = arena_take(arena, own->parameters_size, sizeof(float));
    own->moment2 = arena_take(arena, own->parameters_size, sizeof(float));
    own->probabilities = arena_take(arena, outputs, sizeof(float));
    own->losses = arena_take(arena, own->batch, sizeof(float));
    own->scratch = arena_take(arena, scratch_size(own), sizeof(float));
    own->zeros = arena_take(arena, scratch_size(own), sizeof(float));
    own->arguments[0].y = own->input = arena_take(arena, pixels, sizeof(float));
    own->arguments[0].dy = arena_take(arena, pixels, sizeof(float));
    for (size_t i = 1; i <= own->layers; i++)
        cut_layer(own, i, arena);
    for (size_t i = 1; own->block && i <= own->layers; i++)
        bind_parameters(own, i);
}

/* Where a buffer of this gradient lies among the parameters. */
static size_t offset_of(const cnn_model *model, size_t index, const char *symbol) {
    const layer *l = &model->network->layers[index];
    for (size_t b = 0; b < layer_buffers(l); b++)
        if (model->layers[index].gradients[b] && !strcmp(l->kind->buffers[b].symbol, symbol))
            return (size_t)(model->layers[index].gradients[b] - model->gradients);
    return SIZE_MAX;
}

static bool build(cnn_own_network *own, const cnn_model *model, cnn_error *error) {
    arena counted = {0};
    own->network = cnn_network_copy(model->network, error);
    own->ops = ops_best();
    own->batch = model->options.batch_size;
    own->layers = model->network->count;
    own->classes = cnn_network_class_count(model->network);
    own->parameters_size = model->parameters_size;
    own->offsets = memory_new(own->layers + 1, sizeof *own->offsets, error);
    own->arguments = memory_new(own->layers + 1, sizeof *own->arguments, error);
    if (!own->network || !own->offsets || !own->arguments)
        return false;
    for (size_t i = 1; i <= own->layers; i++) {
        own->offsets[i][0] = offset_of(model, i, "dw");
        own->offsets[i][1] = offset_of(model, i, "db");
    }
    cut(own, &counted);
    own->block = counted.overflow ? NULL : memory_new(counted.used, 1, error);
    if (!own->block)
        return counted.overflow ? error_no_memory(error, SIZE_MAX) : false;
    arena real_arena = {.base = own->block};
    cut(own, &real_arena);
    memcpy(own->parameters, model->parameters, own->parameters_size * sizeof *own->parameters);
    return true;
}

cnn_own_network *cnn_own_network_create(const cnn_model *model, cnn_error *error) {
    cnn_own_network *own = given(model, "model", error) ? memory_new(1, sizeof *own, error) : NULL;
    if (own && !build(own, model, error)) {
        cnn_own_network_free(own);
        return NULL;
    }
    return own;
}

void cnn_own_network_free(cnn_own_network *own) {
    if (!own)
        return;
    cnn_network_free(own->network);
    free(own->offsets);
    free(own->arguments);
    free(own->block);
    free(own);
}

const float *cnn_own_network_parameters(const cnn_own_network *own, size_t *count) {
    if (!own)
        return NULL;
    if (count)
        *count = own->parameters_size;
    return own->parameters;
}

/* ---------------------------------------------------------------------------------- functions */

static bool fits_exercise(const layer *l, cnn_error *error) {
    const layer_shape *g = &l->shape;
    const bool window = l->kind->pools;
    return (g->u == g->v && g->pad_h == g->pad_w && (!window || g->r == g->s)) ||
           error_set(error, CNN_STATUS_BAD_NETWORK,
                     "%s: an exercise has one stride, one padding and square windows", l->name);
}

bool cnn_own_network_use(cnn_own_network *own, const char *exercise, cnn_call_function run,
                         void *context, cnn_error *error) {
    const exercise_row *row = exercise_row_named(exercise, error);
    if (!row || !given(own, "own", error))
        return false;
    if (!run || own->function_count == OWN_FUNCTIONS_MAX)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         run ? "too many functions" : "run is NULL");
    for (size_t i = 1; i <= own->layers; i++)
        if (!strcmp(layer_at(own, i)->kind->word, row->kind) &&
            !fits_exercise(layer_at(own, i), error))
            return false;
    own->functions[own->function_count++] = (own_function){row, run, context};
    return true;
}

bool cnn_own_network_uses(const cnn_own_network *own, const char *exercise,
                          cnn_optimizer_kind optimizer) {
    const exercise_row *row = exercise_row_named(exercise, NULL);
    const char *rule = cnn_optimizer_kind_name(optimizer);
    if (!own || !row)
        return false;
    for (size_t i = 1; i <= own->layers; i++)
        if (!strcmp(layer_at(own, i)->kind->word, row->kind))
            return true;
    return !strcmp(row->kind, "softmax") || (rule && !strcmp(row->kind, rule));
}

/* ------------------------------------------------------------------------------------- passes */

static own_call call_of(const cnn_own_network *own, size_t layer, size_t images,
                        const uint32_t *labels) {
    const char *kind = layer ? layer_at(own, layer)->kind->word : "softmax";
    return (own_call){.own = own,
                      .by = own_function_of(own, kind),
                      .layer = layer ? layer : own->layers,
                      .images = images,
                      .labels = labels};
}

static bool loss_forward(const cnn_own_network *own, const own_call *q, cnn_error *error) {
    const float *logits = own->arguments[own->layers].y;
    if (q->by)
        return own_call_make(q, 0, error);
    own->ops->softmax_forward(own->classes, logits, q->labels, own->probabilities, own->losses,
                              (range){0, q->images});
    return true;
}

static bool forward(cnn_own_network *own, const float *x, const uint32_t *labels, size_t images,
                    double *loss, cnn_error *error) {
    const own_call last = call_of(own, 0, images, labels);
    double sum = 0;
    memcpy(own->input, x, images * extent_size(layer_at(own, 0)->shape.y) * sizeof *x);
    for (size_t i = 1; i <= own->layers; i++) {
        const own_call q = call_of(own, i, images, labels);
        if (!layer_at(own, i)->kind->view && !own_layer_forward(&q, error))
            return false;
    }
    if (!loss_forward(own, &last, error))
        return false;
    for (size_t n = 0; n < images; n++)
        sum += (double)own->losses[n];
    if (loss)
        *loss = sum / (double)images;
    return true;
}

static bool backward(cnn_own_network *own, const uint32_t *labels, size_t images,
                     cnn_error *error) {
    const own_call last = call_of(own, 0, images, labels);
    if (!last.by)
        own->ops->softmax_backward(own->classes, images, own->probabilities, labels,
                                   (float *)own->arguments[own->layers].dy, (range){0, images});
    else if (!own_call_make(&last, 1, error))
        return false;
    for (size_t i = own->layers; i > 0; i--) {
        const own_call q = call_of(own, i, images, labels);
        if (!layer_at(own, i)->kind->view && !own_layer_backward(&q, error))
            return false;
    }
    return true;
}

/* As in src/train/optimizers.c. */
static void book_update(cnn_own_network *own, const cnn_optimizer *o, uint64_t step) {
    const bool decoupled = o->kind == CNN_OPTIMIZER_ADAMW;
    const range all = {0, own->parameters_size};
    const sgd_rates sgd = {.lr = (float)o->lr,
                           .momentum = (float)o->momentum,
                           .weight_decay = (float)o->weight_decay,
                           .nesterov = o->nesterov};
    const adam_rates adam = {.shrink = decoupled ? (float)(1 - o->lr * o->weight_decay) : 1,
                             .weight_decay = decoupled ? 0 : (float)o->weight_decay,
                             .beta2 = (float)o->beta2,
                             .new1 = (float)(1 - o->beta1),
                             .new2 = (float)(1 - o->beta2),
                             .step = (float)(o->lr / (1 - ipow(o->beta1, step))),
                             .root = (float)(1 / sqrt(1 - ipow(o->beta2, step))),
                             .epsilon = (float)o->epsilon,
                             .lr = (float)o->lr};
    if (o->kind == CNN_OPTIMIZER_SGD)
        own->ops->sgd(&sgd, own->parameters, own->gradients, own->moment1, all);
    else
        own->ops->adam(&adam, own->parameters, own->gradients, own->moment1, own->moment2, all);
}

static bool update(cnn_own_network *own, const cnn_optimizer *rates, uint64_t step,
                   cnn_error *error) {
    const char *rule = cnn_optimizer_kind_name(rates->kind);
    const own_function *by = rule && !rates->nesterov ? own_function_of(own, rule) : NULL;
    const own_call q = {.own = own, .by = by, .layer = own->layers, .rates = rates, .step = step};
    if (by)
        return own_call_make(&q, 0, error);
    book_update(own, rates, step);
    return true;
}

static bool accepts(const cnn_own_network *own, const void *x, const void *labels, size_t images,
                    cnn_error *error) {
    if (!given(own, "own", error) || !given(x, "x", error) || !given(labels, "labels", error))
        return false;
    return (images && images <= own->batch) ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu images: must be 1 to %zu", images,
                     own->batch);
}

bool cnn_own_network_step(cnn_own_network *own, const float *x, const uint32_t *labels,
                          size_t images, const cnn_optimizer *rates, uint64_t step, double *loss,
                          cnn_error *error) {
    if (!accepts(own, x, labels, images, error) || !given(rates, "rates", error))
        return false;
    if (!step || !cnn_optimizer_kind_name(rates->kind))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "step %llu of optimizer %d",
                         (unsigned long long)step, (int)rates->kind);
    return forward(own, x, labels, images, loss, error) && backward(own, labels, images, error) &&
           update(own, rates, step, error);
}

bool cnn_own_network_forward(cnn_own_network *own, const float *x, const uint32_t *labels,
                             size_t images, float *probabilities, double *loss, cnn_error *error) {
    if (!accepts(own, x, labels, images, error) || !given(probabilities, "probabilities", error) ||
        !forward(own, x, labels, images, loss, error))
        return false;
    memcpy(probabilities, own->probabilities, images * own->classes * sizeof *probabilities);
    return true;
}
