/* What the parts of a pass over a batch share. A task is a number below SHARDS_MAX that no other
 * call has at the same time: scratch goes by it, and the profile. */
#ifndef MODEL_PASS_H
#define MODEL_PASS_H

#include "model.h"

static inline size_t range_size(range range) {
    return range.last - range.first;
}

/* A block's arrays: its x and dx are y and dy of the one before. */
tensors pass_tensors(const cnn_model *model, const block *block, size_t task);

/* These images through a block; through the last one to probabilities and losses. */
void pass_block_forward(const cnn_model *model, size_t index, size_t task, range images);
/* From logits to probabilities and losses. */
void pass_losses_forward(const cnn_model *model, size_t task, range images);
/* What comes before all other gradients of a block: of the last one those of the logits, and what a
 * block's outputs went through. */
void pass_block_output(const cnn_model *model, size_t index, size_t task, range images);
/* dx, unless nobody asked for it, and the sums of this shard; dw of a layer without partials is for
 * pass_sums(). t: the block's arrays, with the slice to do. */
void pass_block_gradients(const cnn_model *model, size_t index, tensors t, size_t task,
                          size_t shard, range images);
/* Both of them. */
void pass_block_backward(const cnn_model *model, size_t index, size_t task, size_t shard,
                         range images);

/* These images, which are set, through all layers by the calling thread alone. */
void pass_forward(const cnn_model *model, size_t task, range images);

/* Do threads share what is dense by its weights? For few images, since each thread would else read
 * all of them for its own, and fill few of the lanes that run along images. */
bool pass_shares_tail(const cnn_model *model);
/* In training, each thread has moved some rows of the weights in the step before, and no other
 * needs to see them: the threads exchange sums, which are fewer. Weights that stay as they are
 * come to lie in the caches of all, and threads share the outputs. */
void pass_tail_forward(cnn_model *model, bool training);
void pass_tail_backward(cnn_model *model);

/* Into how many slices each image goes up to what is dense; more than 1 only where there are fewer
 * images than threads. */
size_t pass_slices(const cnn_model *model);
void pass_sliced_forward(cnn_model *model);
void pass_sliced_backward(cnn_model *model);

/* Adds up all that the backward passes of a batch have left. finished may be NULL. */
void pass_sums(cnn_model *model, model_finished *finished, void *context);

#endif
