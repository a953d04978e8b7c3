/* A small learnable task: images of 8 x 8 with one of four quarters bright. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "cnn.h"

/* `images` pictures with labels 0, 1, 2, 3, 0, ... and noise drawn by seed. */
cnn_dataset *sample_dataset(size_t images, uint64_t seed);

/* conv2d 4 3x3 pad 1, relu, maxpool2d 2, flatten, dense 8, relu, dense 4. */
cnn_network *sample_network(void);

cnn_model *sample_model(size_t batch_size, size_t threads);

/* Sets number `index` of a parameter or of its gradient; the others stay. */
void sample_set(cnn_model *model, const char *name, size_t index, float value);

#endif
