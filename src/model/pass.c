/* The way of one batch:
 *
 *   forward    each part of the images through convolutions and pools, a few at a time, then all
 *              together through what is dense, to probabilities and losses
 *   backward   the same way back, shard by shard; then the sums over the whole batch
 *
 * A part is for one thread, which meets the others only where the sums begin. A few images at a
 * time: what one layer writes is then still in this core's cache when the next reads it. Dense
 * layers want many, since they read all their weights for them: of a small batch threads share out
 * the weights instead of the images (pass_slices.c). */
#include "pass.h"
#include "profile.h"

#include <math.h>

enum { FEW = 8 };

/* How many parts, of whole shards each: one for each thread, or two if they are large, so that a
 * thread that the system holds up does fewer. No sum over images ends with a part, so this may
 * follow the threads. */
static size_t part_count(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool), shards = model_shards(model);
    const size_t parts =
        threads > 1 && model->n >= 2 * threads * IMAGES_MANY ? 2 * threads : threads;
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

static void forward_blocks(const cnn_model *model, range blocks, size_t task, range images) {
    for (size_t i = blocks.first; i < blocks.last; i++)
        pass_block_forward(model, i, task, images);
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
}

static void forward_part(void *context, size_t part) {
    const cnn_model *model = context;
    pass_forward(model, part, part_images(model, part));
}

static void forward_body_part(void *context, size_t part) {
    const cnn_model *model = context;
    forward_body(model, part, part_images(model, part));
}

/* Does each thread go through all layers with a part of the images? */
static bool by_parts(const cnn_model *model) {
    return !pass_shares_tail(model) && pass_slices(model) <= 1;
}

static void forward(cnn_model *model, bool training) {
    if (by_parts(model)) {
        profile_run(model, part_count(model), forward_part, model);
        return;
    }
    if (pass_slices(model) > 1)
        pass_sliced_forward(model);
    else
        profile_run(model, part_count(model), forward_body_part, model);
    pass_tail_forward(model, training);
}

void cnn_model_forward(cnn_model *model) {
    if (!model || model->state == BATCH_NONE)
        return;
    forward(model, false);
    model->state = BATCH_PASSED;
}

double cnn_model_loss(cnn_model *model) {
    if (!model || model->state < BATCH_PASSED || !model->labelled)
        return NAN;
    /* In the order of the images, whichever thread did which. */
    double sum = 0;
    for (size_t i = 0; i < model->n; i++)
        sum += model->losses[i];
    return sum / (double)model->n;
}

static void backward_body(const cnn_model *model, size_t part) {
    const range shards = part_shards(model, part);
    for (size_t shard = shards.first; shard < shards.last; shard++)
        for (size_t i = model->tail; i-- > 0;)
            pass_block_backward(model, i, part, shard, model_shard(model, shard));
}

static void backward_part(void *context, size_t part) {
    const cnn_model *model = context;
    const range images = part_images(model, part);
    for (size_t i = model->block_count; i-- > model->tail;)
        pass_block_backward(model, i, part, part, images);
    backward_body(model, part);
}

static void backward_body_part(void *context, size_t part) {
    backward_body(context, part);
}

static void both_ways(void *context, size_t part) {
    forward_part(context, part);
    backward_part(context, part);
}

/* The way back, but for the sums over the batch. */
static void backward(cnn_model *model) {
    if (by_parts(model)) {
        profile_run(model, part_count(model), backward_part, model);
        return;
    }
    pass_tail_backward(model);
    if (pass_slices(model) > 1)
        pass_sliced_backward(model);
    else
        profile_run(model, part_count(model), backward_body_part, model);
}

void cnn_model_backward(cnn_model *model) {
    if (!model || model->state != BATCH_PASSED || !model->labelled)
        return;
    backward(model);
    pass_sums(model, NULL, NULL);
}

void model_both_ways(cnn_model *model, model_finished *finished, void *context) {
    if (by_parts(model)) {
        profile_run(model, part_count(model), both_ways, model);
    } else {
        forward(model, true);
        backward(model);
    }
    pass_sums(model, finished, context);
    model->state = BATCH_MOVED;
}
