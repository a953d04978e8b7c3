/* The way of one batch:
 *
 *   forward    each part of the images through convolutions and pools, a few at a time, then all
 *              together through what is dense, to probabilities and losses
 *   backward   the same way back, shard by shard; then the sums over the whole batch
 *
 * A part is for one thread, which meets the others only where the sums begin. A few images at a
 * time: what one layer writes is then still in this core's cache when the next reads it. Dense
 * layers want many, since they read all their weights for them: of a small batch threads share out
 * their outputs instead of the images, and meet before and behind. Where there are fewer images
 * than threads, convolutions are sliced as well: threads then meet behind each block. */
#include "pass.h"
#include "profile.h"

/* By the size of the batch and nothing else: see SHARDS_MAX. */
size_t model_shards(const cnn_model *model) {
    return model->n < SHARDS_MAX ? model->n : SHARDS_MAX;
}

range model_shard(const cnn_model *model, size_t shard) {
    return range_part(model->n, model_shards(model), shard);
}

enum { FEW = 8 };

/* How many parts, of whole shards each: one for each thread, or two if they are large, so that a
 * thread that the system holds up does fewer. No sum over images ends with a part, so this may
 * follow the threads. */
static size_t part_count(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool), shards = model_shards(model);
    const size_t parts = threads > 1 && model->n >= 2 * threads * MANY ? 2 * threads : threads;
    return parts < shards ? parts : shards;
}

/* The first shard that begins at or behind this share of the images: shards differ by an image,
 * which is much where they have one or two. */
static size_t part_begin(const cnn_model *model, size_t part) {
    const size_t parts = part_count(model), shards = model_shards(model);
    size_t shard = part;
    while (shard < shards && model_shard(model, shard).first * parts < model->n * part)
        shard++;
    return shard;
}

/* None is empty: there are not more parts than shards, and each begins with a shard of its own. */
static range part_shards(const cnn_model *model, size_t part) {
    return (range){part_begin(model, part), part_begin(model, part + 1)};
}

static range part_images(const cnn_model *model, size_t part) {
    const range shards = part_shards(model, part);
    return (range){model_shard(model, shards.first).first,
                   model_shard(model, shards.last - 1).last};
}

/* A block's x and dx are y and dy of the one before. Parts and slices have scratch of
 * their own. */
tensors pass_tensors(const cnn_model *model, const block *block, size_t task) {
    const node *first = &model->nodes[block->first], *before = first - 1;
    const node *last = &model->nodes[block->last];
    return (tensors){.n = model->n,
                     .x = before->y,
                     .w = first->w,
                     .b = first->b,
                     .y = last->y,
                     .winners = last->winners,
                     .dy = last->dy,
                     .dx = before->dy,
                     .dw = first->dw,
                     .db = first->db,
                     .scratch = model->scratch + task * model->scratch_size,
                     .pieces = model->pieces};
}

static void forward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    uint64_t begun = profile_begin(model);
    for (size_t i = blocks.first; i < blocks.last; i++) {
        const block *block = &model->blocks[i];
        const tensors t = pass_tensors(model, block, task);
        if (!block->op)
            continue;
        block->op->forward(&block->geometry, &t, images);
        begun = profile_end(model, begun, task, i, PASS_FORWARD, range_size(images));
    }
}

static void forward_losses(const cnn_model *model, size_t part, range images) {
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_forward(cnn_network_classes(model->network),
                                model->nodes[model->network->count].y, model->labels,
                                model->probabilities, model->losses, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_FORWARD,
                range_size(images));
}

/* Up to what is dense. */
static void forward_body(const cnn_model *model, size_t task, range images) {
    for (size_t n = images.first; n < images.last && model->tail; n += FEW)
        forward_blocks(model, (range){0, model->tail}, task,
                       (range){n, images.last - n < FEW ? images.last : n + FEW});
}

void pass_forward(const cnn_model *model, size_t task, range images) {
    forward_body(model, task, images);
    forward_blocks(model, (range){model->tail, model->block_count}, task, images);
    forward_losses(model, task, images);
}

static void forward_part(void *context, size_t part) {
    const cnn_model *model = context;
    pass_forward(model, part, part_images(model, part));
}

static void forward_body_part(void *context, size_t part) {
    const cnn_model *model = context;
    forward_body(model, part, part_images(model, part));
}

/* Do threads share what is dense by its weights? For few images, since each thread would else read
 * all of them for its own, and fill few of the lanes that run along images. */
static bool shares_tail(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool);
    return threads > 1 && model->n < threads * MANY && model->ops->dense.sliced;
}

/* One block of all images, in so many shards, each in `slices` slices. */
typedef struct sliced_block {
    const cnn_model *model;
    size_t index, shards, slices;
    operation_pass forward; /* or a step of it; NULL: nothing to do */
} sliced_block;

static size_t most_slices(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool);
    return threads < SHARDS_MAX ? threads : SHARDS_MAX;
}

/* Into how many parts each image of a shard goes. */
static size_t slice_count(const cnn_model *model) {
    return most_slices(model) / model_shards(model);
}

static range slice_images(const sliced_block *s, size_t task) {
    return range_part(s->model->n, s->shards, task / s->slices);
}

/* The block this is about, or NULL if there is nothing to do: an operation that knows no slices is
 * done by the first. */
static const block *slice_of(const sliced_block *s, size_t task, tensors *t) {
    const block *block = &s->model->blocks[s->index];
    const operation *op = block->op;
    *t = pass_tensors(s->model, block, task);
    t->slice = task % s->slices;
    t->slices = op && op->sliced ? s->slices : 0;
    return op && (op->sliced || t->slice == 0) ? block : NULL;
}

static void forward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    const range images = slice_images(s, task);
    const uint64_t begun = profile_begin(s->model);
    tensors t;
    const block *block = slice_of(s, task, &t);
    if (!block)
        return;
    s->forward(&block->geometry, &t, images);
    /* Images count once, however many slices and steps they take. */
    const bool first = t.slice == 0 && s->forward != block->op->forward_sum;
    profile_end(s->model, begun, task, s->index, PASS_FORWARD, first ? range_size(images) : 0);
}

static operation_pass forward_of(const block *block) {
    return block->op ? block->op->forward : NULL;
}

/* Blocks of shards, one after the other. */
static void run_sliced(cnn_model *model, size_t slices, bool backward, pool_task task) {
    const size_t shards = model_shards(model);
    for (size_t i = 0; i < model->tail; i++) {
        const size_t index = backward ? model->tail - 1 - i : i;
        sliced_block s = {model, index, shards, slices, forward_of(&model->blocks[index])};
        profile_run(model, shards * slices, task, &s);
    }
}

enum { WORTH = 1 << 16 }; /* multiply-adds for which to call the other threads */

/* A dense block of all images; a small one is for this thread alone. */
static sliced_block tail_block(const cnn_model *model, size_t index) {
    const block *block = &model->blocks[index];
    const size_t weights = model->network->layers[block->first].weights;
    const size_t slices = weights * model->n < WORTH ? 1 : most_slices(model);
    return (sliced_block){model, index, 1, slices, forward_of(block)};
}

/* In training, each thread has moved some rows of the weights in the step before, and no other
 * needs to see them: the threads exchange sums, which are fewer. Weights that stay as they are
 * come to lie in the caches of all. */
static void forward_tail(cnn_model *model, bool training) {
    for (size_t i = model->tail; i < model->block_count; i++) {
        const operation *op = model->blocks[i].op;
        sliced_block s = tail_block(model, i);
        if (training && s.slices > 1 && op->pieces) {
            s.forward = op->forward_pieces;
            profile_run(model, s.slices, forward_slice, &s);
            s.forward = op->forward_sum;
        }
        profile_run(model, s.slices, forward_slice, &s);
    }
}

static void all_losses(void *context, size_t part) {
    const cnn_model *model = context;
    forward_losses(model, part, (range){0, model->n});
}

static void forward(cnn_model *model, bool training) {
    const size_t slices = slice_count(model);
    if (!shares_tail(model) && slices <= 1) {
        profile_run(model, part_count(model), forward_part, model);
        return;
    }
    if (slices > 1)
        run_sliced(model, slices, false, forward_slice);
    else
        profile_run(model, part_count(model), forward_body_part, model);
    forward_tail(model, training);
    profile_run(model, 1, all_losses, model);
}

void cnn_model_forward(cnn_model *model) {
    forward(model, false);
}

double cnn_model_loss(cnn_model *model) {
    /* In the order of the images, whichever thread did which. */
    double sum = 0;
    for (size_t i = 0; i < model->n; i++)
        sum += model->losses[i];
    return sum / (double)model->n;
}

/* The gradients of one block as far as these images can tell. dx is NULL where nobody asked, at the
 * first layer; dw of a layer without partials is for pass_sums(). */
static void backward_tensors(const cnn_model *model, size_t index, tensors t, size_t task,
                             size_t shard, range images) {
    const block *block = &model->blocks[index];
    const layer *layer = &model->network->layers[block->first];
    const node *node = &model->nodes[block->first];
    const size_t counted = t.slice ? 0 : range_size(images);
    uint64_t begun = profile_begin(model);
    if (t.dx) {
        block->op->backward_input(&block->geometry, &t, images);
        begun = profile_end(model, begun, task, index, PASS_INPUT, counted);
    }
    if (node->partials) {
        /* The sums of the only shard are whole. */
        if (model_shards(model) > 1) {
            t.dw = node->partials + shard * (layer->weights + layer->biases);
            t.db = layer->biases ? t.dw + layer->weights : NULL;
        }
        block->op->backward_weights(&block->geometry, &t, images);
        profile_end(model, begun, task, index, PASS_WEIGHTS, counted);
    }
    if (t.dx)
        profile_work(model, task, index, PASS_INPUT, &t, images.first);
    if (node->partials)
        profile_work(model, task, index, PASS_WEIGHTS, &t, images.first);
}

static void backward_block(const cnn_model *model, size_t index, size_t part, size_t shard,
                           range images) {
    const block *block = &model->blocks[index];
    if (block->op)
        backward_tensors(model, index, pass_tensors(model, block, part), part, shard, images);
}

static void backward_losses(const cnn_model *model, size_t part, range images) {
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_backward(cnn_network_classes(model->network), model->n,
                                 model->probabilities, model->labels,
                                 model->nodes[model->network->count].dy, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_INPUT,
                range_size(images));
}

static void backward_body(const cnn_model *model, size_t part) {
    const range shards = part_shards(model, part);
    for (size_t shard = shards.first; shard < shards.last; shard++)
        for (size_t i = model->tail; i-- > 0;)
            backward_block(model, i, part, shard, model_shard(model, shard));
}

static void backward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = part_images(model, part);
    backward_losses(model, part, images);
    for (size_t i = model->block_count; i-- > model->tail;)
        backward_block(model, i, part, part, images);
    backward_body(model, part);
}

static void backward_body_part(void *context, size_t part) {
    backward_body(context, part);
}

static void all_losses_back(void *context, size_t part) {
    const cnn_model *model = context;
    backward_losses(model, part, (range){0, model->n});
}

static void both_ways(void *context, size_t part) {
    forward_part(context, part);
    backward_part(context, part);
}

static void backward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    const size_t shard = task / s->slices;
    tensors t;
    if (slice_of(s, task, &t))
        backward_tensors(s->model, s->index, t, task, shard, slice_images(s, task));
}

static void backward_tail(cnn_model *model) {
    for (size_t i = model->block_count; i-- > model->tail;) {
        sliced_block s = tail_block(model, i);
        profile_run(model, s.slices, backward_slice, &s);
    }
}

/* The way back, but for the sums over the batch. */
static void backward(cnn_model *model) {
    const size_t slices = slice_count(model);
    if (!shares_tail(model) && slices <= 1) {
        profile_run(model, part_count(model), backward_part, model);
        return;
    }
    profile_run(model, 1, all_losses_back, model);
    backward_tail(model);
    if (slices > 1)
        run_sliced(model, slices, true, backward_slice);
    else
        profile_run(model, part_count(model), backward_body_part, model);
}

void cnn_model_backward(cnn_model *model) {
    backward(model);
    pass_sums(model, NULL, NULL);
}

void model_both_ways(cnn_model *model, model_finished *finished, void *context) {
    if (shares_tail(model) || slice_count(model) > 1) {
        forward(model, true);
        backward(model);
    } else {
        profile_run(model, part_count(model), both_ways, model);
    }
    pass_sums(model, finished, context);
}
