/* Convolution forward, row by row, alone or with the ReLU and the pool behind it: what a pool needs
 * of the convolution is pooled while it is still in the nearest cache. */
#ifndef SIMD_CONV_FORWARD_H
#define SIMD_CONV_FORWARD_H

#include "conv_space.h"
#include "matrix_product.h"

/* Output row p, `width` channels from k on: the columns are the rows of a product, and a kernel row
 * is one run of its sums. */
static void conv_row(const geometry *g, const tensors *t, const conv_space *s, size_t p, size_t k,
                     size_t width, float *y) {
    const size_t K = g->y.c;
    const matrix a = {.first = s->seen + p * g->u * s->image_row,
                      .rows = g->y.w,
                      .row = g->v * g->x.c,
                      .count = s->run,
                      .step = 1,
                      .more = g->r - 1,
                      .run = s->image_row};
    set_products((product){a, t->b ? t->b + k : NULL, t->w + k, width, K, y + k, K});
}

/* One image. All its rows meet the weights of some channels before the next ones are looked at. */
static void conv_image(const geometry *g, const tensors *t, const conv_space *s, float *y) {
    const size_t row = g->y.w * g->y.c;
    for (size_t k = s->channels.first; k < s->channels.last; k += PANEL) {
        const size_t left = s->channels.last - k;
        for (size_t p = 0; p < g->y.h; p++)
            conv_row(g, t, s, p, k, left < PANEL ? left : PANEL, y + p * row);
    }
}

ALWAYS_INLINE vector relu(vector x) {
    return keep(~(x <= 0), x);
}

/* One vector of channels of one window, the first place of which is number `place` of the image. As
 * in src/ops/maxpool2d.c, only a greater value or a NaN takes over. */
ALWAYS_INLINE void pool_vector(const geometry *pool, const float *corner, size_t rows,
                               size_t columns, int32_t place, size_t count, float *y,
                               int32_t *winners) {
    const size_t K = pool->y.c, W = pool->x.w;
    vector best = load_some(corner, count);
    lanes_mask winner = (lanes_mask){0} + place;
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++) {
            const vector x = load_some(corner + (r * W + s) * K, count);
            const lanes_mask here = (lanes_mask){0} + (place + (int32_t)(r * W + s));
            const lanes_mask wins = (x > best) | (x != x);
            best = choose(wins, x, best);
            winner = (wins & here) | (~wins & winner);
        }
    store_some(y, relu(best), count);
    store_places(winners, winner, count);
}

/* A row of windows, of rows x columns places each: known where this is called, if they are 2. */
ALWAYS_INLINE void pool_row(const geometry *pool, range channels, const float *strip, size_t p,
                            size_t rows, size_t columns, float *y, int32_t *winners) {
    const size_t K = pool->y.c;
    for (size_t q = 0; q < pool->y.w; q++, y += K, winners += K) {
        const float *corner = strip + q * pool->v * K;
        const int32_t place = (int32_t)(p * pool->u * pool->x.w + q * pool->v);
        for (size_t k = channels.first; k < channels.last; k += LANES)
            pool_vector(pool, corner + k, rows, columns, place, K - k, y + k, winners + k);
    }
}

KERNEL void pool_row_any(const geometry *pool, range channels, const float *strip, size_t p,
                         float *y, int32_t *winners) {
    if (pool->r == 2 && pool->s == 2)
        pool_row(pool, channels, strip, p, 2, 2, y, winners);
    else
        pool_row(pool, channels, strip, p, pool->r, pool->s, y, winners);
}

/* ReLU over a row of places, in place. */
KERNEL void relu_row(const geometry *g, range channels, float *y) {
    for (size_t q = 0; q < g->y.w; q++, y += g->y.c)
        for (size_t k = channels.first; k < channels.last; k += LANES)
            store_some(y + k, relu(load_some(y + k, channels.last - k)), channels.last - k);
}

/* One image through convolution and ReLU, and the pool if there is one. */
static void block_image(const geometry *g, const tensors *t, const conv_space *s, size_t n) {
    const geometry pool = conv_windows(g);
    const size_t K = g->y.c, row = g->y.w * K, y_row = pool.y.w * K;
    const size_t first = s->channels.first, width = s->channels.last - first;
    float *y = t->y + n * pool.y.h * y_row;
    for (size_t p = 0; p < pool.y.h && width; p++, y += y_row) {
        if (!g->pool) {
            conv_row(g, t, s, p, first, width, y);
            relu_row(g, s->channels, y);
            continue;
        }
        for (size_t r = 0; r < pool.r; r++)
            conv_row(g, t, s, p * pool.u + r, first, width, s->strip + r * row);
        pool_row_any(&pool, s->channels, s->strip, p, y, t->winners + (n * pool.y.h + p) * y_row);
    }
}

#endif
