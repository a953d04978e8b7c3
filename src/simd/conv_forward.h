/* Forward convolution, row by row, alone or fused with ReLU and pool: convolution rows are pooled
 * while they are still in L1. */
#ifndef SIMD_CONV_FORWARD_H
#define SIMD_CONV_FORWARD_H

#include "conv_windows.h"
#include "matrix_product.h"
#include "window.h"

/* Computes output row p, channels [k, k + width): its columns are the rows of a product, and each
 * kernel row is one run of the sums. */
static void conv_row(const layer_shape *g, const op_args *t, const conv_space *s, size_t p,
                     size_t k, size_t width, float *y) {
    const size_t K = g->y.c;
    const range r = window_inside(g->x.h, g->pad_h, g->r, g->u, p);
    const matrix a = {.first = s->seen + (p * g->u + r.first) * s->image_row,
                      .rows = g->y.w,
                      .row = g->v * g->x.c,
                      .count = r.last ? s->run : 0,
                      .step = 1,
                      .more = r.last ? r.last - r.first - 1 : 0,
                      .run = s->image_row};
    set_products((product){.a = a,
                           .b = t->b ? t->b + k : NULL,
                           .m = t->w + r.first * s->run * K + k,
                           .width = width,
                           .m_row = K,
                           .y = y + k,
                           .y_row = K});
}

/* Computes one image, panel by panel of channels, so that all rows reuse a panel's weights. */
static void conv_image(const layer_shape *g, const op_args *t, const conv_space *s, float *y) {
    const size_t row = g->y.w * g->y.c;
    for (size_t k = s->channels.first; k < s->channels.last; k += PANEL) {
        const size_t left = s->channels.last - k;
        for (size_t p = s->windows.first; p < s->windows.last; p++)
            conv_row(g, t, s, p, k, left < PANEL ? left : PANEL, y + p * row);
    }
}

/* Applies ReLU to a row of positions, in place. */
KERNEL void relu_row(const layer_shape *g, range channels, float *y) {
    for (size_t q = 0; q < g->y.w; q++, y += g->y.c)
        for (size_t k = channels.first; k < channels.last; k += LANES)
            store_some(y + k, relu(load_some(y + k, channels.last - k)), channels.last - k);
}

/* Computes convolution, ReLU and, if there is one, the pool for image n. */
static void block_image(const layer_shape *g, const op_args *t, const conv_space *s, size_t n) {
    const layer_shape pool = conv_windows(g);
    const size_t K = g->y.c, row = g->y.w * K, y_row = pool.y.w * K;
    const size_t first = s->channels.first, width = s->channels.last - first;
    const bool direct = windows_suit(g, s);
    float *y = t->y + (n * pool.y.h + s->windows.first) * y_row;
    for (size_t p = s->windows.first; p < s->windows.last && width; p++, y += y_row) {
        if (!g->pool) {
            conv_row(g, t, s, p, first, width, y);
            relu_row(g, s->channels, y);
            continue;
        }
        if (direct) {
            windows_row(g, t, s, p, y, t->indices + (n * pool.y.h + p) * y_row);
            continue;
        }
        for (size_t r = 0; r < pool.r; r++)
            conv_row(g, t, s, p * pool.u + r, first, width, s->strip + r * row);
        pool_row_any(&pool, s->channels, s->strip, p, y, t->indices + (n * pool.y.h + p) * y_row);
    }
}

#endif
