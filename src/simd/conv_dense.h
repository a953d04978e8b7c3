/* dx and dw of a convolution whose gradient has few zeros: matrix products with lanes along
 * channels. */
#ifndef SIMD_CONV_DENSE_H
#define SIMD_CONV_DENSE_H

#include "conv_space.h"
#include "matrix_product.h"

/* Copies w[r][s][c][k] to s->transposed as [r][s][k][c], which has the same size. */
static void swap_channels(const layer_shape *g, const conv_space *s, const float *w) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t position = 0; position < g->r * g->s; position++)
        transpose(w + position * C * K, K, C, K, s->transposed + position * K * C, C);
}

/* The output rows p that kernel row r connects with these rows of the padded image. */
static range rows_joined(const layer_shape *g, range rows, size_t r) {
    const range p = positions_within(rows, r, g->u);
    return (range){p.first, p.last < g->y.h ? p.last : g->y.h};
}

/* Adds the contribution of kernel row r, column i, to channels c of dx, from all positions. */
static void dense_input_tap(const layer_shape *g, const float *dy, const conv_space *s, size_t r,
                            size_t i, range c) {
    const size_t C = g->x.c, K = g->y.c;
    const float *w = s->transposed + (r * g->s + i) * K * C + c.first;
    float *dx = s->image + r * s->image_row + i * C + c.first;
    const range rows = rows_joined(g, s->rows, r);
    for (size_t p = rows.first; p < rows.last; p++) {
        const matrix a = {
            .first = dy + p * g->y.w * K, .rows = g->y.w, .row = K, .count = K, .step = 1};
        add_products((product){.a = a,
                               .m = w,
                               .width = c.last - c.first,
                               .m_row = C,
                               .y = dx + p * g->u * s->image_row,
                               .y_row = g->v * C});
    }
}

/* Adds dx into the padded image, over ascending r, s. */
KERNEL void dense_input(const layer_shape *g, const float *dy, const conv_space *s) {
    const size_t C = g->x.c;
    for (size_t r = 0; r < g->r; r++)
        for (size_t i = 0; i < g->s; i++)
            for (size_t c = 0; c < C; c += PANEL)
                dense_input_tap(g, dy, s, r, i, (range){c, C - c < PANEL ? C : c + PANEL});
}

/* dw += x dy over output rows p, for kernel row r: its weights are the rows of a product. */
static void dense_weights_rows(const layer_shape *g, const float *dy, const conv_space *s, size_t r,
                               range p, float *dw) {
    const size_t K = g->y.c;
    const matrix x = {.first = s->seen + (p.first * g->u + r) * s->image_row,
                      .rows = s->run,
                      .row = 1,
                      .count = g->y.w,
                      .step = g->v * g->x.c,
                      .more = p.last - p.first - 1,
                      .run = g->u * s->image_row};
    const size_t k = s->channels.first;
    add_products((product){.a = x,
                           .m = dy + p.first * g->y.w * K + k,
                           .width = s->channels.last - k,
                           .m_row = K,
                           .y = dw + r * s->run * K + k,
                           .y_row = K});
}

enum { DY_TILE = 16384 }; /* numbers of dy processed per cache-resident tile */

KERNEL void dense_weights(const layer_shape *g, const float *dy, const conv_space *s, float *dw) {
    const size_t row = g->y.w * g->y.c, rows = row < DY_TILE ? DY_TILE / row : 1;
    const range image = {g->pad_h, g->pad_h + g->x.h}; /* the rest is zero */
    if (s->channels.first == s->channels.last)
        return;
    for (size_t p = 0; p < g->y.h; p += rows)
        for (size_t r = s->kernel_rows.first; r < s->kernel_rows.last; r++) {
            const range all = rows_joined(g, image, r);
            const size_t end = all.last < p + rows ? all.last : p + rows;
            const range here = {all.first > p ? all.first : p, end};
            if (here.first < here.last)
                dense_weights_rows(g, dy, s, r, here, dw);
        }
}

#endif
