/* What the two halves of a backward pass share. */
#ifndef MODEL_PASS_H
#define MODEL_PASS_H

#include "model.h"

static inline size_t range_size(range range) {
    return range.last - range.first;
}

/* A block's arrays: its x and dx are y and dy of the one before. Scratch is that of the task. */
tensors pass_tensors(const cnn_model *model, const block *block, size_t task);

/* These images, which are set, through all layers by the calling thread alone. Tasks, below
 * SHARDS_MAX, may run at the same time. */
void pass_forward(const cnn_model *model, size_t task, range images);

/* Adds up all that the backward passes of a batch have left. finished may be NULL. */
void pass_sums(cnn_model *model, model_finished *finished, void *context);

#endif
