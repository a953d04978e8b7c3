/* The way of one batch:
 *
 *   forward    each shard of images through all layers, to probabilities and losses
 *   backward   each shard back through all layers; then the sums over the whole batch
 *
 * Two stops for all threads in a backward pass, one in a forward pass, none inside a shard. */
#include "model.h"

#include <string.h>

/* By the size of the batch and nothing else: see SHARDS_MAX. */
size_t model_shards(const cnn_model *model) {
    return model->n < SHARDS_MAX ? model->n : SHARDS_MAX;
}

range model_shard(const cnn_model *model, size_t shard) {
    return range_part(model->n, model_shards(model), shard);
}

/* NULL where there is nothing to do (flatten). */
static const operation *operation_of(const cnn_model *model, size_t index) {
    const layer *layer = &model->network->layers[index];
    return layer->kind->operation ? layer->kind->operation(model->ops) : NULL;
}

/* A layer's x and dx are y and dy of the one before. Scratch is left to the caller. */
static tensors tensors_of(const cnn_model *model, size_t index) {
    const node *node = &model->nodes[index], *before = node - 1;
    return (tensors){.n = model->n,
                     .x = before->y,
                     .w = node->w,
                     .b = node->b,
                     .y = node->y,
                     .winners = node->winners,
                     .dy = node->dy,
                     .dx = before->dy,
                     .dw = node->dw,
                     .db = node->db};
}

/* All layers in one task: what one writes is still in this core's cache when the next reads it. */
static void forward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    const range images = model_shard(model, shard);
    const size_t last = model->network->count;
    for (size_t i = 1; i <= last; i++) {
        const operation *op = operation_of(model, i);
        const tensors t = tensors_of(model, i);
        if (op)
            op->forward(&model->network->layers[i].geometry, &t, images);
    }
    model->ops->softmax_forward(cnn_network_classes(model->network), model->nodes[last].y,
                                model->labels, model->probabilities, model->losses, images);
}

void cnn_model_forward(cnn_model *model) {
    pool_run(model->pool, model_shards(model), forward_shard, model);
}

double cnn_model_loss(cnn_model *model) {
    /* In the order of the images, whichever thread did which. */
    double sum = 0;
    for (size_t i = 0; i < model->n; i++)
        sum += model->losses[i];
    return sum / (double)model->n;
}

/* The gradients of one layer as far as one shard of images can tell. dx is NULL where nobody asked,
 * at the first layer; dw of a layer without partials is for sum_part(). */
static void backward_layer(const cnn_model *model, size_t index, size_t shard) {
    const operation *op = operation_of(model, index);
    const layer *layer = &model->network->layers[index];
    const node *node = &model->nodes[index];
    const range images = model_shard(model, shard);
    tensors t = tensors_of(model, index);
    if (!op)
        return;
    if (t.dx) {
        /* Its own, since other shards are in backward passes at the same time. */
        t.scratch = model->scratch + shard * model->scratch_size;
        op->backward_input(&layer->geometry, &t, images);
    }
    if (node->partials) {
        t.dw = node->partials + shard * (layer->weights + layer->biases);
        t.db = layer->biases ? t.dw + layer->weights : NULL;
        op->backward_weights(&layer->geometry, &t, images);
    }
}

/* From the losses back to the input. Images do not meet on this way either; only dw and db are sums
 * over them. */
static void backward_shard(void *context, size_t shard) {
    const cnn_model *model = context;
    const size_t last = model->network->count;
    model->ops->softmax_backward(cnn_network_classes(model->network), model->n,
                                 model->probabilities, model->labels, model->nodes[last].dy,
                                 model_shard(model, shard));
    for (size_t i = last; i >= 1; i--)
        backward_layer(model, i, shard);
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

/* One of SUM_PARTS pieces of one layer's dw and db. A number is summed whole in one piece, so how
 * many pieces there are changes no bit. Of small layers some are empty. */
enum { SUM_PARTS = 8 };

static void sum_part(void *context, size_t task) {
    const cnn_model *model = context;
    const size_t index = 1 + task / SUM_PARTS, part = task % SUM_PARTS;
    const layer *layer = &model->network->layers[index];
    const node *node = &model->nodes[index];
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
        const tensors t = tensors_of(model, index);
        /* A row is a whole sum over the batch, so one thread has it to itself. */
        const size_t rows = layer->weights / layer->geometry.y.c;
        const range part_rows = range_part(rows, SUM_PARTS, part);
        if (part_rows.first < part_rows.last)
            operation_of(model, index)->backward_weights(&layer->geometry, &t, part_rows);
    }
}

/* A sum over the batch needs every shard, hence the stop between the two. */
void cnn_model_backward(cnn_model *model) {
    pool_run(model->pool, model_shards(model), backward_shard, model);
    pool_run(model->pool, model->network->count * SUM_PARTS, sum_part, model);
}
