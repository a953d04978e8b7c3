/* Compiles a model's passes to steps. Each function here emits the steps of one part of a pass and
 * chooses their cuts; the cuts determine where threads synchronize (same_round()).
 *
 * Layers up to the first flat output are the backbone; the others, the dense ones, are the head.
 * Normally a part of the images goes through the complete backbone a few at a time, so that each
 * layer's output is still in the core's cache when the next layer reads it, and then through the
 * head. In two cases threads synchronize after each layer instead:
 *
 * - Few images per thread: each thread would read all weights of the head for a handful of images,
 *   so threads split the weights.
 * - Half as many images as threads or fewer, or shards in the backward pass: threads split the work
 *   of each in the backbone, by rows or channels of a layer. */
#include "program.h"

enum {
    IMAGE_TILE = 8,
    PARALLEL_MIN = 1 << 16, /* multiply-adds from which a layer is split between threads */
    CHUNKS_MIN = 16,        /* per parameter, when gradients are added up */
    STEPS_PER_FUSION = 7
};

size_t program_steps_most(size_t fusions) {
    return STEPS_PER_FUSION * fusions + 2; /* the loss and its gradient */
}

/* Smaller batches have one shard per image. */
static size_t shards_of(size_t images) {
    return images < SHARDS_MAX ? images : SHARDS_MAX;
}

/* The first shard that begins at or after this fraction of the images. Counting shards is not
 * enough: they differ by an image, which matters if they have one or two. */
static size_t part_begin(size_t images, size_t parts, size_t part) {
    const size_t shards = shards_of(images);
    size_t shard = part;
    while (shard < shards && range_part(images, shards, shard).first * parts < images * part)
        shard++;
    return shard;
}

range program_shards(size_t images, size_t parts, size_t part) {
    return (range){part_begin(images, parts, part), part_begin(images, parts, part + 1)};
}

range program_images(size_t images, size_t parts, size_t part) {
    const size_t shards = shards_of(images);
    if (parts > shards)
        return range_part(images, parts, part);
    const range own = program_shards(images, parts, part);
    return (range){range_part(images, shards, own.first).first,
                   range_part(images, shards, own.last - 1).last};
}

typedef struct emitter {
    const cnn_model *model;
    size_t images, threads, shards;
    bool small_batch;  /* the head is split by its weights */
    size_t parts;      /* of the images, forward and in the head */
    size_t back_parts; /* of the shards, backward in the backbone */
    step *steps;
    size_t count;
} emitter;

static bool by_images(cnn_cut cut) {
    return cut == CNN_CUT_IMAGES || cut == CNN_CUT_SHARDS;
}

static bool by_parameters(cnn_cut cut) {
    return cut == CNN_CUT_ROWS || cut == CNN_CUT_ELEMENTS;
}

/* Whether no task of b depends on another task of a: if there is only one task, or if both are cut
 * by images, or both by parameters, whose parts are independent. */
static bool same_round(const step *a, const step *b) {
    return a->tasks == b->tasks && (a->tasks == 1 || (by_images(a->cut) && by_images(b->cut)) ||
                                    (by_parameters(a->cut) && by_parameters(b->cut)));
}

static void emit(emitter *e, cnn_work work, size_t fusion, step how) {
    how.work = work;
    how.fusion = fusion;
    how.barrier = !e->count || !same_round(&e->steps[e->count - 1], &how);
    e->steps[e->count++] = how;
}

static step by_parts(size_t parts, size_t tile) {
    return (step){.cut = CNN_CUT_IMAGES, .tasks = parts, .tile = tile};
}

/* An operation without support for splits is not split. */
static step by_splits(const operation *op, size_t shards, size_t splits) {
    const size_t each = op->can_split ? splits : 1;
    return (step){.cut = CNN_CUT_SPLITS, .tasks = shards * each, .splits = each};
}

/* Splits a layer of the head, for all images; a small one runs on one thread. */
static step split_head(const emitter *e, const fusion *f) {
    const size_t parameters = e->model->network->layers[f->first].parameters;
    const bool small = parameters * e->images < PARALLEL_MIN;
    return by_splits(f->op, 1, small ? 1 : e->threads);
}

static bool in_head(const emitter *e, size_t fusion) {
    return fusion >= e->model->head;
}

/* In the backbone each image is split if there are at least two threads for it. */
static step forward_cut(const emitter *e, size_t i) {
    const fusion *f = &e->model->fusions[i];
    if (in_head(e, i))
        return e->small_batch ? split_head(e, f) : by_parts(e->parts, 0);
    return e->threads >= 2 * e->images ? by_splits(f->op, e->images, e->threads / e->images)
                                       : by_parts(e->parts, IMAGE_TILE);
}

/* In training each thread owns the weight rows it last updated. If it also computes their share of
 * the sums, they stay in its cache; exchanging sums moves less data than exchanging weights. */
static void emit_forward(emitter *e, bool training) {
    const cnn_model *model = e->model;
    for (size_t i = 0; i < model->fusion_count; i++) {
        const operation *op = model->fusions[i].op;
        if (!op)
            continue;
        const step how = forward_cut(e, i);
        if (training && op->partial_sums && model->partial_sums && how.splits > 1) {
            emit(e, CNN_WORK_PARTIAL_SUMS, i, how);
            emit(e, CNN_WORK_COMBINE, i, how);
        } else {
            emit(e, CNN_WORK_FORWARD, i, how);
        }
    }
    emit(e, CNN_WORK_LOSS, model->fusion_count - 1, by_parts(e->small_batch ? 1 : e->parts, 0));
}

/* The cut for the gradient before an activation, which no operation splits. */
static step output_cut(const emitter *e, size_t i) {
    if (in_head(e, i))
        return by_parts(e->small_batch ? 1 : e->parts, 0);
    return (step){.cut = CNN_CUT_SHARDS, .tasks = e->back_parts};
}

static bool split_backbone(const emitter *e) {
    return e->threads >= 2 * e->shards;
}

/* Sums over images are computed per shard. */
static step backward_cut(const emitter *e, size_t i, bool sums) {
    const fusion *f = &e->model->fusions[i];
    if (in_head(e, i) && !sums)
        return e->small_batch ? split_head(e, f) : by_parts(e->parts, 0);
    return split_backbone(e) ? by_splits(f->op, e->shards, e->threads / e->shards)
                             : (step){.cut = CNN_CUT_SHARDS, .tasks = e->back_parts};
}

static void emit_backward(emitter *e) {
    const cnn_model *model = e->model;
    const size_t last = model->fusion_count - 1;
    emit(e, CNN_WORK_LOGITS_GRADIENT, last, by_parts(e->small_batch ? 1 : e->parts, 0));
    for (size_t i = model->fusion_count; i-- > 0;) {
        const fusion *f = &model->fusions[i];
        if (!f->op)
            continue;
        if (f->op->backward_output)
            emit(e, CNN_WORK_ACTIVATION_GRADIENT, i, output_cut(e, i));
        if (f->arguments.dx)
            emit(e, CNN_WORK_INPUT_GRADIENT, i, backward_cut(e, i, false));
        if (f->partials)
            emit(e, CNN_WORK_WEIGHT_GRADIENT, i, backward_cut(e, i, true));
    }
}

/* Sums over the batch: the shards' sums are added in shard order; layers cut by rows sum here.
 * Updating right after the reduction finds parameters and gradients still in L1. */
static void emit_parameters(emitter *e, bool update) {
    const cnn_model *model = e->model;
    const size_t chunks = 2 * e->threads > CHUNKS_MIN ? 2 * e->threads : CHUNKS_MIN;
    for (size_t i = 0; i < model->fusion_count; i++) {
        const fusion *f = &model->fusions[i];
        if (!model->network->layers[f->first].parameters)
            continue;
        const step how = {.cut = f->partials ? CNN_CUT_ELEMENTS : CNN_CUT_ROWS, .tasks = chunks};
        if (!f->partials)
            emit(e, CNN_WORK_WEIGHT_GRADIENT, i, how);
        else if (e->shards > 1) /* the sums of the only shard are complete */
            emit(e, CNN_WORK_REDUCE, i, how);
        if (update)
            emit(e, CNN_WORK_UPDATE, i, how);
    }
}

/* Whether threads can split any layer of the head. */
static bool splittable(const cnn_model *model) {
    for (size_t i = model->head; i < model->fusion_count; i++)
        if (model->fusions[i].op && model->fusions[i].op->can_split)
            return true;
    return false;
}

/* One part per thread, or two for large batches, so that a delayed thread processes fewer. */
static emitter emitter_of(const cnn_model *model, size_t images, step *steps) {
    const size_t threads = pool_threads(model->pool), shards = shards_of(images);
    const bool large = threads > 1 && images >= 2 * threads * SMALL_BATCH_IMAGES;
    const size_t parts = large ? 2 * threads : threads, most = threads > shards ? images : shards;
    return (emitter){.model = model,
                     .images = images,
                     .threads = threads,
                     .shards = shards,
                     .small_batch = model_small_batch(threads, images) && splittable(model),
                     .parts = parts < most ? parts : most,
                     .back_parts = parts < shards ? parts : shards,
                     .steps = steps};
}

size_t program_compile(const cnn_model *model, cnn_program which, size_t images, step *steps) {
    emitter e = emitter_of(model, images, steps);
    /* Only the calling thread, on its own images. */
    if (which == CNN_PROGRAM_PREDICT)
        e.threads = e.parts = 1, e.small_batch = false;
    if (which != CNN_PROGRAM_BACKWARD)
        emit_forward(&e, which == CNN_PROGRAM_TRAIN);
    if (which == CNN_PROGRAM_TRAIN || which == CNN_PROGRAM_BACKWARD) {
        emit_backward(&e);
        emit_parameters(&e, which == CNN_PROGRAM_TRAIN);
    }
    return e.count;
}
