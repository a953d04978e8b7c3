/* The way of one batch:
 *
 *   forward    each shard of images through convolutions and pools; then, in larger parts, through
 *              what is dense, to probabilities and losses
 *   backward   the same two ways back; then the sums over the whole batch
 *
 * Shards are few images, so that what one layer writes is still in this core's cache when the next
 * reads it. Dense layers want many images at a time instead, since they read all their weights for
 * them. Where there are fewer images than threads, convolutions are sliced: threads then meet
 * behind each block. */
#include "model.h"

#include <string.h>

/* By the size of the batch and nothing else: see SHARDS_MAX. */
size_t model_shards(const cnn_model *model) {
    return model->n < SHARDS_MAX ? model->n : SHARDS_MAX;
}

range model_shard(const cnn_model *model, size_t shard) {
    return range_part(model->n, model_shards(model), shard);
}

/* What is dense has no sums over images here, so its parts may follow the threads. */
enum { PART_IMAGES = 4 };

static size_t part_count(const cnn_model *model) {
    const size_t most = (model->n + PART_IMAGES - 1) / PART_IMAGES;
    const size_t threads = pool_threads(model->pool);
    const size_t parts = threads < SHARDS_MAX ? threads : SHARDS_MAX;
    return parts < most ? parts : most;
}

/* A block's x and dx are y and dy of the one before. Shards and parts have scratch of their own. */
static tensors tensors_of(const cnn_model *model, const block *block, size_t task) {
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
                     .scratch = model->scratch + task * model->scratch_size};
}

static void forward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    for (size_t i = blocks.first; i < blocks.last; i++) {
        const block *block = &model->blocks[i];
        const tensors t = tensors_of(model, block, task);
        if (block->op)
            block->op->forward(&block->geometry, &t, images);
    }
}

static void forward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    forward_blocks(model, (range){0, model->tail}, shard, model_shard(model, shard));
}

/* One block of all shards, each in `slices` slices. */
typedef struct sliced_block {
    const cnn_model *model;
    const block *block;
    size_t slices;
} sliced_block;

/* Into how many parts each image of a shard goes. */
static size_t slice_count(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool);
    const size_t most = threads < SHARDS_MAX ? threads : SHARDS_MAX;
    return most / model_shards(model);
}

/* False if there is nothing to do: an operation that knows no slices is done by the first. */
static bool slice_of(const sliced_block *s, size_t task, tensors *t) {
    const operation *op = s->block->op;
    *t = tensors_of(s->model, s->block, task);
    t->slice = task % s->slices;
    t->slices = op && op->sliced ? s->slices : 0;
    return op && (op->sliced || t->slice == 0);
}

static void forward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    tensors t;
    if (slice_of(s, task, &t))
        s->block->op->forward(&s->block->geometry, &t, model_shard(s->model, task / s->slices));
}

/* Blocks of shards, one after the other. */
static void run_sliced(cnn_model *model, size_t slices, bool backward, pool_task task) {
    const size_t tasks = model_shards(model) * slices;
    for (size_t i = 0; i < model->tail; i++) {
        const block *block = &model->blocks[backward ? model->tail - 1 - i : i];
        sliced_block s = {model, block, slices};
        pool_run(model->pool, tasks, task, &s);
    }
}

static void forward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = range_part(model->n, part_count(model), part);
    forward_blocks(model, (range){model->tail, model->block_count}, part, images);
    model->ops->softmax_forward(cnn_network_classes(model->network),
                                model->nodes[model->network->count].y, model->labels,
                                model->probabilities, model->losses, images);
}

void cnn_model_forward(cnn_model *model) {
    const size_t slices = slice_count(model);
    if (slices > 1)
        run_sliced(model, slices, false, forward_slice);
    else if (model->tail)
        pool_run(model->pool, model_shards(model), forward_shard, model);
    pool_run(model->pool, part_count(model), forward_part, model);
}

double cnn_model_loss(cnn_model *model) {
    /* In the order of the images, whichever thread did which. */
    double sum = 0;
    for (size_t i = 0; i < model->n; i++)
        sum += model->losses[i];
    return sum / (double)model->n;
}

/* The gradients of one block as far as these images can tell. dx is NULL where nobody asked, at the
 * first layer; dw of a layer without partials is for sum_part(). */
static void backward_block(const cnn_model *model, const block *block, tensors t, size_t shard,
                           range images) {
    const layer *layer = &model->network->layers[block->first];
    const node *node = &model->nodes[block->first];
    if (t.dx)
        block->op->backward_input(&block->geometry, &t, images);
    if (node->partials) {
        t.dw = node->partials + shard * (layer->weights + layer->biases);
        t.db = layer->biases ? t.dw + layer->weights : NULL;
        block->op->backward_weights(&block->geometry, &t, images);
    }
}

static void backward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    for (size_t i = blocks.last; i-- > blocks.first;) {
        const block *block = &model->blocks[i];
        if (block->op)
            backward_block(model, block, tensors_of(model, block, task), task, images);
    }
}

static void backward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = range_part(model->n, part_count(model), part);
    model->ops->softmax_backward(cnn_network_classes(model->network), model->n,
                                 model->probabilities, model->labels,
                                 model->nodes[model->network->count].dy, images);
    backward_blocks(model, (range){model->tail, model->block_count}, part, images);
}

static void backward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    backward_blocks(model, (range){0, model->tail}, shard, model_shard(model, shard));
}

static void backward_slice(void *context, size_t task) {
    const sliced_block *s = context;
    const size_t shard = task / s->slices;
    tensors t;
    if (slice_of(s, task, &t))
        backward_block(s->model, s->block, t, shard, model_shard(s->model, shard));
}

/* sum[i] = the parts of all shards, in their order, whichever was done first. The first is copied,
 * so that nothing need be cleared. */
static void add_partials(const float *partials, size_t shards, size_t stride, range elements,
                         float *sum) {
    for (size_t i = elements.first; i < elements.last; i++)
        sum[i] = partials[i];
    for (size_t shard = 1; shard < shards; shard++)
        for (size_t i = elements.first; i < elements.last; i++)
            sum[i] += partials[shard * stride + i];
}

/* One of SUM_PARTS pieces of one block's dw and db. A number is summed whole in one piece, so how
 * many pieces there are changes no bit. Of small layers some are empty. */
enum { SUM_PARTS = 8 };

static void sum_part(void *context, size_t task) {
    const cnn_model *model = context;
    const size_t part = task % SUM_PARTS;
    const block *block = &model->blocks[task / SUM_PARTS];
    const layer *layer = &model->network->layers[block->first];
    const node *node = &model->nodes[block->first];
    if (!layer->weights)
        return;
    /* Either shards have left their own sums, or rows are summed here, over the whole batch. */
    if (node->partials) {
        const size_t stride = layer->weights + layer->biases, shards = model_shards(model);
        add_partials(node->partials, shards, stride, range_part(layer->weights, SUM_PARTS, part),
                     node->dw);
        add_partials(node->partials + layer->weights, shards, stride,
                     range_part(layer->biases, SUM_PARTS, part), node->db);
    } else {
        const tensors t = tensors_of(model, block, 0);
        /* A row is a whole sum over the batch, so one thread has it to itself. */
        const size_t rows = layer->weights / layer->geometry.y.c;
        const range part_rows = range_part(rows, SUM_PARTS, part);
        if (part_rows.first < part_rows.last)
            block->op->backward_weights(&block->geometry, &t, part_rows);
    }
}

/* A sum over the batch needs every shard, hence the stop before the last. */
void cnn_model_backward(cnn_model *model) {
    const size_t slices = slice_count(model);
    pool_run(model->pool, part_count(model), backward_part, model);
    if (slices > 1)
        run_sliced(model, slices, true, backward_slice);
    else if (model->tail)
        pool_run(model->pool, model_shards(model), backward_shard, model);
    pool_run(model->pool, model->block_count * SUM_PARTS, sum_part, model);
}
