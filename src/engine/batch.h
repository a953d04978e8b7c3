/* Bringing images into a model's batch: what sets of images go through, to train and to predict. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "model.h"

/* Where a batch comes from: image number `first`, which goes to `slot` of it, and those that
 * follow in the order of indices, or of the data set if that is NULL; or bytes, with labels or
 * without, if `images` is not NULL. */
typedef struct source {
    cnn_model *model;
    const cnn_dataset *dataset;
    const uint32_t *indices;
    const uint8_t *images;
    const uint32_t *labels; /* of `images`; NULL: none */
    size_t first, slot;
} source;

/* Sets a batch of so many images, on all threads. All checks are done. */
void gather(source s, size_t count);
/* Sets these images of the batch's memory, on the calling thread. */
void gather_slots(const source *s, range slots, size_t worker);

#endif
