/* dx and dw of a convolution whose gradient has few zeros, or whose kernel rows are shorter than a
 * vector: products of matrices, with lanes along channels. */
#ifndef SIMD_CONV_DENSE_H
#define SIMD_CONV_DENSE_H

#include "conv_space.h"
#include "matrix_product.h"
#include "window.h"

/* w[r][s][c][k] as [r][s][k][c], into s->turned, which is as large. */
static void swap_channels(const geometry *g, const conv_space *s, const float *w) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t place = 0; place < g->r * g->s; place++)
        for (size_t k = 0; k < K; k++)
            for (size_t c = 0; c < C; c++)
                s->turned[(place * K + k) * C + c] = w[(place * C + c) * K + k];
}

/* Into the padded image: an input meets its outputs p and q falling as r and s rise. */
KERNEL void dense_input(const geometry *g, const float *dy, const conv_space *s) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t r = 0; r < g->r; r++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t i = 0; i < g->s; i++)
                add_products((matrix){.first = dy + p * g->y.w * K,
                                      .rows = g->y.w,
                                      .row = K,
                                      .count = K,
                                      .step = 1},
                             s->turned + (r * g->s + i) * K * C, C,
                             s->image + (p * g->u + r) * s->image_row + i * C, g->v * C);
}

/* The weights of a kernel row are the rows of one product. */
KERNEL void dense_weights_rows(const geometry *g, const float *dy, const conv_space *s, float *dw) {
    const size_t K = g->y.c;
    for (size_t r = 0; r < g->r; r++)
        for (size_t p = 0; p < g->y.h; p++)
            add_products((matrix){.first = s->image + (p * g->u + r) * s->image_row,
                                  .rows = s->run,
                                  .row = 1,
                                  .count = g->y.w,
                                  .step = g->v * g->x.c},
                         dy + p * g->y.w * K, K, dw + r * s->run * K, K);
}

/* rows x columns weights of one vector of channels, over the whole image. */
ALWAYS_INLINE void taps_block(const geometry *g, const float *dy, const conv_space *s, size_t rows,
                              size_t columns, const float *image, size_t k, float *dw) {
    const size_t K = g->y.c, step = g->v * g->x.c, row = s->image_row, dw_row = s->run * K;
    const size_t count = K - k;
    vector sum[9];
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < columns; i++)
            sum[r * columns + i] = load_some(dw + r * dw_row + i * K + k, count);
    for (size_t p = 0; p < g->y.h; p++) {
        const float *from = dy + p * g->y.w * K + k, *x[3];
        for (size_t r = 0; r < rows; r++)
            x[r] = image + (p * g->u + r) * row;
        for (size_t q = 0; q < g->y.w; q++, from += K) {
            const vector d = load_some(from, count);
            for (size_t r = 0; r < rows; r++, x[r - 1] += step)
                for (size_t i = 0; i < columns; i++)
                    sum[r * columns + i] = multiply_add(x[r][i], d, sum[r * columns + i]);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < columns; i++)
            store_some(dw + r * dw_row + i * K + k, sum[r * columns + i], count);
}

/* Rows r to r + rows - 1 of the kernel. */
ALWAYS_INLINE void taps_rows(const geometry *g, const float *dy, const conv_space *s, size_t rows,
                             size_t r, float *dw) {
    const size_t K = g->y.c;
    const float *image = s->image + r * s->image_row;
    dw += r * s->run * K;
    for (size_t k = 0; k < K; k += LANES) {
        size_t i = 0;
        for (; s->run - i >= 3; i += 3)
            taps_block(g, dy, s, rows, 3, image + i, k, dw + i * K);
        for (; i < s->run; i++)
            taps_block(g, dy, s, rows, 1, image + i, k, dw + i * K);
    }
}

/* The same sums where kernel rows are so short that a product of them would have few rows. */
KERNEL void dense_weights_taps(const geometry *g, const float *dy, const conv_space *s, float *dw) {
    size_t r = 0;
    for (; g->r - r >= 3; r += 3)
        taps_rows(g, dy, s, 3, r, dw);
    for (; r < g->r; r++)
        taps_rows(g, dy, s, 1, r, dw);
}

static void dense_weights(const geometry *g, const float *dy, const conv_space *s, float *dw) {
    if (s->run < ROWS)
        dense_weights_taps(g, dy, s, dw);
    else
        dense_weights_rows(g, dy, s, dw);
}

#endif
