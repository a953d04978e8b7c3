/* Where a kernel or window lies along one side of an image with padding. */
#ifndef OPS_WINDOW_H
#define OPS_WINDOW_H

#include "ops.h"

/* How many positions a window has: the outputs along this side. 0 if it does not fit. What is left
 * over at the end is not used, as in PyTorch without ceil_mode. */
static inline size_t window_outputs(size_t size, size_t pad, size_t window, size_t stride) {
    const size_t padded = size + 2 * pad;
    return padded < window ? 0 : (padded - window) / stride + 1;
}

/* The rows (or columns) of the kernel that lie inside the image at output `at`, not in the padding.
 * Empty ranges are {0, 0}. */
static inline range window_inside(size_t size, size_t pad, size_t kernel, size_t stride,
                                  size_t at) {
    const size_t begin = at * stride, end = size + pad; /* in the padded image */
    const size_t first = begin < pad ? pad - begin : 0;
    const size_t last = begin >= end ? 0 : end - begin < kernel ? end - begin : kernel;
    return first < last ? (range){first, last} : (range){0, 0};
}

#endif
