/* Runs a program round by round: each task runs its share of the round's steps one after the other,
 * calling the operation of each step's layers. */
#include "execute.h"

#include "profile.h"

/* One round of a program, or a prediction by one thread. */
typedef struct execution {
    cnn_model *model;
    const step *first, *last;
    update_function *update;
    void *context;
    const range *alone; /* NULL: all images of the batch, cut by the steps */
} execution;

/* What one call of a step's function computes. */
typedef struct chunk {
    range images;
    size_t shard;
    size_t split, splits; /* of these images */
    size_t part, parts;   /* of the parameters */
} chunk;

typedef struct call {
    const execution *execution;
    const fusion *fusion;
    const chunk *chunk;
    op_args t;
} call;

static void forward(const call *c) {
    c->fusion->op->forward(&c->fusion->shape, &c->t, c->chunk->images);
}

static void partial_sums(const call *c) {
    c->fusion->op->forward_partial(&c->fusion->shape, &c->t, c->chunk->images);
}

static void combine(const call *c) {
    c->fusion->op->forward_combine(&c->fusion->shape, &c->t, c->chunk->images);
}

static void loss(const call *c) {
    const cnn_model *model = c->execution->model;
    model->ops->softmax_forward(cnn_network_class_count(model->network), c->t.y, model->labels,
                                model->probabilities, model->losses, c->chunk->images);
}

static void logits_gradient(const call *c) {
    const cnn_model *model = c->execution->model;
    model->ops->softmax_backward(cnn_network_class_count(model->network), model->n,
                                 model->probabilities, model->labels, (real *)c->t.dy,
                                 c->chunk->images);
}

static void activation_gradient(const call *c) {
    c->fusion->op->backward_output(&c->fusion->shape, &c->t, c->chunk->images);
}

static void input_gradient(const call *c) {
    c->fusion->op->backward_input(&c->fusion->shape, &c->t, c->chunk->images);
}

/* Gradient of a parameter of the fusion's first layer; `offset` is its place in a shard's sums. */
typedef struct gradient {
    float *sum;
    size_t offset, size;
} gradient;

static gradient gradient_at(const call *c, size_t buffer) {
    const cnn_model *model = c->execution->model;
    const layer *layer = &model->network->layers[c->fusion->first];
    gradient g = {.sum = model->layers[c->fusion->first].gradients[buffer]};
    for (size_t b = 0; b <= buffer; b++)
        if (model->layers[c->fusion->first].gradients[b]) {
            g.offset += g.size;
            g.size = layer_buffer_size(layer, b);
        }
    return g;
}

/* Computes a shard's own sums, or rows of the batch's sums. */
static void weight_gradient(const call *c) {
    const cnn_model *model = c->execution->model;
    const layer *layer = &model->network->layers[c->fusion->first];
    const range rows = range_part(layer_fan_in(layer), c->chunk->parts, c->chunk->part);
    op_args t = c->t;
    if (!c->fusion->partials) {
        if (rows.first < rows.last)
            c->fusion->op->backward_weights(&c->fusion->shape, &t, rows);
        return;
    }
    for (size_t b = 0; b < layer_buffers(layer) && model_shards(model) > 1; b++) {
        const gradient g = gradient_at(c, b);
        if (g.sum)
            bind(&t, layer->kind->buffers[b].gradient,
                 c->fusion->partials + c->chunk->shard * layer->parameters + g.offset);
    }
    c->fusion->op->backward_weights(&c->fusion->shape, &t, c->chunk->images);
}

/* sum[i] = the sums of all shards, in shard order, regardless of which finished first. The first
 * shard is copied, so that nothing needs clearing. */
static void add_partials(const float *partials, size_t shards, size_t stride, range elements,
                         float *sum) {
    for (size_t i = elements.first; i < elements.last; i++)
        sum[i] = partials[i];
    for (size_t shard = 1; shard < shards; shard++)
        for (size_t i = elements.first; i < elements.last; i++)
            sum[i] += partials[shard * stride + i];
}

static void reduce(const call *c) {
    const cnn_model *model = c->execution->model;
    const layer *layer = &model->network->layers[c->fusion->first];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const gradient g = gradient_at(c, b);
        if (g.sum)
            add_partials(c->fusion->partials + g.offset, model_shards(model), layer->parameters,
                         range_part(g.size, c->chunk->parts, c->chunk->part), g.sum);
    }
}

/* The elements of a parameter that this chunk of the previous step has finished. If cut by rows, a
 * kernel has one matrix row per row, and all other parameters belong to row 0. */
static range finished(const call *c, const layer *layer, size_t buffer, size_t size) {
    const range rows = range_part(layer_fan_in(layer), c->chunk->parts, c->chunk->part);
    if (c->fusion->partials)
        return range_part(size, c->chunk->parts, c->chunk->part);
    if (layer->kind->buffers[buffer].initial != INITIAL_KERNEL)
        return (range){0, rows.first == 0 && rows.last ? size : 0};
    const size_t each = size / layer_fan_in(layer);
    return (range){rows.first * each, rows.last * each};
}

static void update(const call *c) {
    const execution *x = c->execution;
    const layer *layer = &x->model->network->layers[c->fusion->first];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const gradient g = gradient_at(c, b);
        if (!g.sum)
            continue;
        const size_t begin = (size_t)(g.sum - x->model->gradients);
        const range elements = finished(c, layer, b, g.size);
        if (elements.first < elements.last)
            x->update(x->context, (range){begin + elements.first, begin + elements.last});
    }
}

/* The function for each kind of work, and the profile slot that its time is added to. */
static const struct work {
    void (*run)(const call *c);
    profile_pass pass;
    bool of_loss; /* its time belongs to the loss row */
    bool images;  /* counts images, once per pass */
} works[] = {
    [CNN_WORK_FORWARD] = {forward, PASS_FORWARD, false, true},
    [CNN_WORK_PARTIAL_SUMS] = {partial_sums, PASS_FORWARD, false, true},
    [CNN_WORK_COMBINE] = {combine, PASS_FORWARD, false, false},
    [CNN_WORK_LOSS] = {loss, PASS_FORWARD, true, true},
    [CNN_WORK_LOGITS_GRADIENT] = {logits_gradient, PASS_INPUT, true, true},
    [CNN_WORK_ACTIVATION_GRADIENT] = {activation_gradient, PASS_INPUT, false, false},
    [CNN_WORK_INPUT_GRADIENT] = {input_gradient, PASS_INPUT, false, true},
    [CNN_WORK_WEIGHT_GRADIENT] = {weight_gradient, PASS_WEIGHTS, false, true},
    [CNN_WORK_REDUCE] = {reduce, PASS_REDUCE, false, true},
    [CNN_WORK_UPDATE] = {update, PASS_UPDATE, false, false},
};

/* The arguments of one call: those of the fusion plus its own. */
static op_args arguments_of(const cnn_model *model, const fusion *f, const chunk *p,
                            size_t worker) {
    op_args t = f->arguments;
    t.n = model->n;
    t.training = model->program == CNN_PROGRAM_TRAIN;
    t.seed = model->options.seed;
    t.step = model->training_steps;
    t.scratch = model->scratch + worker * model->scratch_size;
    t.split = p->split;
    t.splits = p->splits;
    return t;
}

static void run_step(const execution *x, const step *s, const chunk *p, size_t worker) {
    const struct work *work = &works[s->work];
    const fusion *f = &x->model->fusions[s->fusion];
    const call c = {x, f, p, arguments_of(x->model, f, p, worker)};
    const size_t row = work->of_loss ? profile_part_row(x->model, PART_LOSS) : (size_t)s->fusion;
    const bool once = work->images && !p->split && !p->part;
    const uint64_t begun = profile_begin(x->model);
    work->run(&c);
    profile_end(x->model, begun, worker, row, work->pass, once ? range_size(p->images) : 0);
    if (once && (s->work == CNN_WORK_INPUT_GRADIENT || s->work == CNN_WORK_WEIGHT_GRADIENT))
        profile_work(x->model, worker, row, work->pass, &c.t, p->images.first);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Chunk number `i` of a task's share of a step; false after the last one. */
static bool chunk_at(const execution *x, const step *s, size_t task, size_t i, chunk *p) {
    const size_t n = x->model->n;
    *p = (chunk){.images = {0, n}, .parts = 1};
    if (s->cut == CNN_CUT_IMAGES) {
        const range own = x->alone ? *x->alone : program_images(n, s->tasks, task);
        const size_t each = s->tile ? s->tile : range_size(own);
        p->images.first = smaller(own.first + i * each, own.last);
        p->images.last = smaller(p->images.first + each, own.last);
        return p->images.first < own.last;
    }
    if (s->cut == CNN_CUT_SHARDS) {
        const range own = program_shards(n, s->tasks, task);
        p->shard = own.first + i;
        p->images = model_shard(x->model, p->shard);
        return p->shard < own.last;
    }
    if (s->cut == CNN_CUT_SPLITS) {
        p->shard = task / s->splits;
        p->images = range_part(n, s->tasks / s->splits, p->shard);
        p->split = task % s->splits;
        p->splits = s->splits;
        return i == 0;
    }
    p->part = task;
    p->parts = s->tasks;
    return i == 0;
}

/* Steps that share their chunks alternate: each chunk passes all of them before the next one. */
static const step *loop_end(const execution *x, const step *first) {
    const step *s = first + 1;
    while (s < x->last && s->cut == first->cut && s->tile == first->tile)
        s++;
    return s;
}

static void run_task(void *context, size_t task, size_t worker) {
    const execution *x = context;
    chunk p;
    for (const step *first = x->first, *last; first < x->last; first = last) {
        last = loop_end(x, first);
        for (size_t i = 0; chunk_at(x, first, task, i, &p); i++)
            for (const step *s = first; s < last; s++)
                run_step(x, s, &p, worker);
    }
}

/* Recompiles only if the last program or the number of images differs. */
static void compile(cnn_model *model, cnn_program which, size_t images) {
    if (model->step_count && model->program == which && model->program_images == images)
        return;
    model->step_count = program_compile(model, which, images, model->steps);
    model->program = which;
    model->program_images = images;
}

void execute(cnn_model *model, cnn_program which, update_function *update, void *context) {
    compile(model, which, model->n);
    const step *end = model->steps + model->step_count;
    for (const step *first = model->steps, *last; first < end; first = last) {
        for (last = first + 1; last < end && !last->barrier;)
            last++;
        execution x = {model, first, last, update, context, NULL};
        profile_run(model, first->tasks, run_task, &x);
    }
    if (which == CNN_PROGRAM_TRAIN)
        profile_end(model, profile_begin(model), 0, profile_part_row(model, PART_UPDATE),
                    PASS_WEIGHTS, model->n);
    model->backward_passes += which == CNN_PROGRAM_TRAIN || which == CNN_PROGRAM_BACKWARD;
}

void prepare_prediction(cnn_model *model) {
    compile(model, CNN_PROGRAM_PREDICT, 1);
}

void execute_alone(cnn_model *model, range images, size_t worker) {
    execution x = {model, model->steps, model->steps + model->step_count, NULL, NULL, &images};
    run_task(&x, 0, worker);
}
