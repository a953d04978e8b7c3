/* What the two halves of a backward pass share. */
#ifndef MODEL_PASS_H
#define MODEL_PASS_H

#include "model.h"

static inline size_t range_size(range range) {
    return range.last - range.first;
}

/* A block's arrays: its x and dx are y and dy of the one before. Scratch is that of the task. */
tensors pass_tensors(const cnn_model *model, const block *block, size_t task);

/* Adds up all that the backward passes of a batch have left. finished may be NULL. */
void pass_sums(cnn_model *model, model_finished *finished, void *context);

#endif
