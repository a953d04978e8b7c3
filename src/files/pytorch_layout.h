/* PyTorch's memory layouts, defined in this one place. Models keep channels last, x[n][h][w][c],
 * w[r][s][c][k]; files have x[n][c][h][w], w[k][c][r][s], and flat values in the order c, h, w of
 * PyTorch's flatten. */
#ifndef FILES_PYTORCH_LAYOUT_H
#define FILES_PYTORCH_LAYOUT_H

#include "network.h"

/* The layout of a tensor of four-byte numbers in a file, last index fastest, and where each number
 * is in memory: size[] are the file's indices, a flat one split into c, h and w, and stride[] is
 * the step of each in memory. */
typedef struct layout {
    size_t rank, shape[4];
    size_t size[4], stride[4];
} layout;

/* A buffer of a layer, for `images` images if it is per image. A dense layer's kernel has the size
 * of the flattened input. */
layout layout_of_buffer(const cnn_network *network, size_t index, size_t buffer, size_t images);
/* The output of layer `index` for `images` images, or its gradient. */
layout layout_of_activation(const cnn_network *network, size_t index, size_t images);
/* The same order in both. */
layout layout_of_vector(size_t count);

size_t layout_count(const layout *layout);
/* Copies all numbers; neither memory nor file has to be aligned. */
void layout_to_file(const layout *layout, const void *memory, void *file);
void layout_from_file(const layout *layout, const void *file, void *memory);

#endif
