/* Copies images into a model's batch, for training and prediction. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "model.h"

/* The images of a batch: image number `first` goes to `slot`, and those that follow, in the order
 * of `indices` (NULL: of the data set), to the slots after it. If `images` is not NULL, they are
 * taken from these bytes instead, with labels or without. */
typedef struct source {
    cnn_model *model;
    const cnn_dataset *dataset;
    const uint32_t *indices;
    const uint8_t *images;
    const uint32_t *labels; /* of `images`; NULL: none */
    size_t first, slot;
} source;

/* Sets a batch of `count` images, on all threads. The caller has checked the arguments. */
void gather(source s, size_t count);
/* Fills these slots of the batch on the calling thread. */
void gather_slots(const source *s, range slots, size_t worker);

#endif
