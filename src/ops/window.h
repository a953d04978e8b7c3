/* Positions of a kernel or window along one side of a padded image. */
#ifndef OPS_WINDOW_H
#define OPS_WINDOW_H

#include "ops.h"

/* Number of outputs along this side; 0 if the window does not fit. The remainder at the end is not
 * used, as in PyTorch without ceil_mode. */
static inline size_t window_outputs(size_t size, size_t pad, size_t window, size_t stride) {
    const size_t padded = size + 2 * pad;
    return padded < window ? 0 : (padded - window) / stride + 1;
}

/* The kernel rows (or columns) that lie inside the image, not in the padding, at output `at`. An
 * empty range is {0, 0}. */
static inline range window_inside(size_t size, size_t pad, size_t kernel, size_t stride,
                                  size_t at) {
    const size_t begin = at * stride, end = size + pad; /* in the padded image */
    const size_t first = begin < pad ? pad - begin : 0;
    const size_t last = begin >= end ? 0 : end - begin < kernel ? end - begin : kernel;
    return first < last ? (range){first, last} : (range){0, 0};
}

#endif
