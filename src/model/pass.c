/* The way of one batch:
 *
 *   forward    each shard of images through convolutions and pools; then, in larger parts, through
 *              what is dense, to probabilities and losses
 *   backward   the same two ways back; then the sums over the whole batch
 *
 * Shards are few images, so that what one layer writes is still in this core's cache when the next
 * reads it. Dense layers want many images at a time instead, since they read all their weights for
 * them. */
#include "profile.h"

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

static size_t range_size(range range) {
    return range.last - range.first;
}

static void forward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    uint64_t begun = profile_begin(model);
    for (size_t i = blocks.first; i < blocks.last; i++) {
        const block *block = &model->blocks[i];
        const tensors t = tensors_of(model, block, task);
        if (!block->op)
            continue;
        block->op->forward(&block->geometry, &t, images);
        begun = profile_end(model, begun, task, i, PASS_FORWARD, range_size(images));
    }
}

static void forward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    forward_blocks(model, (range){0, model->tail}, shard, model_shard(model, shard));
}

static void forward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = range_part(model->n, part_count(model), part);
    forward_blocks(model, (range){model->tail, model->block_count}, part, images);
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_forward(cnn_network_classes(model->network),
                                model->nodes[model->network->count].y, model->labels,
                                model->probabilities, model->losses, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_FORWARD,
                range_size(images));
}

void cnn_model_forward(cnn_model *model) {
    if (model->tail)
        profile_run(model, WAY_FORWARD, model_shards(model), forward_shard, model);
    profile_run(model, WAY_FORWARD, part_count(model), forward_part, model);
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
static void backward_block(const cnn_model *model, size_t index, size_t task, range images) {
    const block *block = &model->blocks[index];
    const layer *layer = &model->network->layers[block->first];
    const node *node = &model->nodes[block->first];
    tensors t = tensors_of(model, block, task);
    if (!block->op)
        return;
    uint64_t begun = profile_begin(model);
    if (t.dx) {
        block->op->backward_input(&block->geometry, &t, images);
        begun = profile_end(model, begun, task, index, PASS_INPUT, range_size(images));
    }
    if (node->partials) {
        t.dw = node->partials + task * (layer->weights + layer->biases);
        t.db = layer->biases ? t.dw + layer->weights : NULL;
        block->op->backward_weights(&block->geometry, &t, images);
        profile_end(model, begun, task, index, PASS_WEIGHTS, range_size(images));
    }
    if (t.dx)
        profile_work(model, task, index, PASS_INPUT, &t, images.first);
    if (node->partials)
        profile_work(model, task, index, PASS_WEIGHTS, &t, images.first);
}

static void backward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    for (size_t i = blocks.last; i-- > blocks.first;)
        backward_block(model, i, task, images);
}

static void backward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = range_part(model->n, part_count(model), part);
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_backward(cnn_network_classes(model->network), model->n,
                                 model->probabilities, model->labels,
                                 model->nodes[model->network->count].dy, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_INPUT,
                range_size(images));
    backward_blocks(model, (range){model->tail, model->block_count}, part, images);
}

static void backward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    backward_blocks(model, (range){0, model->tail}, shard, model_shard(model, shard));
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
    const uint64_t begun = profile_begin(model);
    const size_t images = part ? 0 : model->n; /* each counts once */
    /* Either shards have left their own sums, or rows are summed here, over the whole batch. */
    if (node->partials) {
        const size_t stride = layer->weights + layer->biases, shards = model_shards(model);
        add_partials(node->partials, shards, stride, range_part(layer->weights, SUM_PARTS, part),
                     node->dw);
        add_partials(node->partials + layer->weights, shards, stride,
                     range_part(layer->biases, SUM_PARTS, part), node->db);
        profile_end(model, begun, part, task / SUM_PARTS, PASS_SUMS, images);
    } else {
        const tensors t = tensors_of(model, block, 0);
        /* A row is a whole sum over the batch, so one thread has it to itself. */
        const size_t rows = layer->weights / layer->geometry.y.c;
        const range part_rows = range_part(rows, SUM_PARTS, part);
        if (part_rows.first < part_rows.last)
            block->op->backward_weights(&block->geometry, &t, part_rows);
        profile_end(model, begun, part, task / SUM_PARTS, PASS_WEIGHTS, images);
        if (!part)
            profile_work(model, part, task / SUM_PARTS, PASS_WEIGHTS, &t, 0);
    }
}

/* A sum over the batch needs every shard, hence the stop before the last. */
void cnn_model_backward(cnn_model *model) {
    profile_run(model, WAY_BACK, part_count(model), backward_part, model);
    if (model->tail)
        profile_run(model, WAY_BACK, model_shards(model), backward_shard, model);
    profile_run(model, WAY_BACK, model->block_count * SUM_PARTS, sum_part, model);
    model->backward_passes++;
}
