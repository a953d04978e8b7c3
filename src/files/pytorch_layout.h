/* The one place that knows how PyTorch lays out memory. Models keep channels last, x[n][h][w][c],
 * w[r][s][c][k]; files hold what PyTorch would: x[n][c][h][w], w[k][c][r][s], and flat values in
 * the order c, h, w in which its flatten leaves them. */
#ifndef FILES_PYTORCH_LAYOUT_H
#define FILES_PYTORCH_LAYOUT_H

#include "network.h"

/* How one tensor of four-byte numbers stands in a file, last index fastest, and where each number
 * is in memory: size[] are the indices of the file, a flat one taken apart into c, h and w, and
 * stride[] is how far a step of each goes in memory. */
typedef struct layout {
    size_t rank, shape[4];
    size_t size[4], stride[4];
} layout;

/* One of its buffers, of so many images where it is per image. A dense layer's kernel is as large
 * as what was flattened. */
layout layout_of_buffer(const cnn_network *network, size_t index, size_t buffer, size_t images);
/* What layer `index` makes of `images` images, or its gradient. */
layout layout_of_activation(const cnn_network *network, size_t index, size_t images);
/* The same in both. */
layout layout_of_vector(size_t count);

size_t layout_count(const layout *layout);
/* All the numbers; neither place need be aligned. */
void layout_to_file(const layout *layout, const void *memory, void *file);
void layout_from_file(const layout *layout, const void *file, void *memory);

#endif
