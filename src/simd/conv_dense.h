/* dx and dw of a convolution whose gradient has few zeros: products of matrices, with lanes along
 * channels. */
#ifndef SIMD_CONV_DENSE_H
#define SIMD_CONV_DENSE_H

#include "conv_space.h"
#include "matrix_product.h"
#include "window.h"

/* w[r][s][c][k] as [r][s][k][c], into s->turned, which is as large. */
static void swap_channels(const geometry *g, const conv_space *s, const float *w) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t place = 0; place < g->r * g->s; place++)
        turn(w + place * C * K, K, C, K, s->turned + place * K * C, C);
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
KERNEL void dense_weights(const geometry *g, const float *dy, const conv_space *s, float *dw) {
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

#endif
