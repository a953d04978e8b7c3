/* Where a kernel lies inside an image. Beyond the edge there is nothing but zeros to add, so the
 * loops of a convolution stop there and need no test inside. */
#ifndef OPS_WINDOW_H
#define OPS_WINDOW_H

#include "ops.h"

/* The outputs o whose input o * stride + offset - pad is one of `size`. */
static inline range outputs_inside(size_t outputs, size_t size, size_t stride, size_t offset,
                                   size_t pad) {
    const size_t first = pad > offset ? (pad - offset + stride - 1) / stride : 0;
    const size_t end = size + pad > offset ? (size + pad - offset - 1) / stride + 1 : 0;
    const size_t last = end < outputs ? end : outputs;
    return (range){first < last ? first : last, last};
}

/* Output rows p that have something to do with row r of the kernel. */
static inline range rows_inside(const geometry *g, size_t r) {
    return outputs_inside(g->y.h, g->x.h, g->u, r, g->pad_h);
}

/* Output columns q that have something to do with column s of the kernel. */
static inline range columns_inside(const geometry *g, size_t s) {
    return outputs_inside(g->y.w, g->x.w, g->v, s, g->pad_w);
}

/* The columns s of the kernel that lie inside the image when it stands at output column q. */
static inline range kernel_inside(const geometry *g, size_t q) {
    const size_t left = q * g->v, end = g->x.w + g->pad_w;
    const size_t first = left < g->pad_w ? g->pad_w - left : 0;
    const size_t last = left >= end ? 0 : end - left < g->s ? end - left : g->s;
    return (range){first < last ? first : last, last};
}

/* The output columns at which the whole width of the kernel lies inside; may be empty. */
static inline range columns_whole(const geometry *g) {
    const size_t first = (g->pad_w + g->v - 1) / g->v;
    const size_t end = g->x.w + g->pad_w < g->s ? 0 : (g->x.w + g->pad_w - g->s) / g->v + 1;
    const size_t last = end < g->y.w ? end : g->y.w;
    return (range){first < last ? first : last, last};
}

/* How many columns from q on can be taken together: all of `whole`, and else one by one. */
static inline size_t columns_alike(range whole, size_t q) {
    return q >= whole.first && q < whole.last ? whole.last - q : 1;
}

#endif
