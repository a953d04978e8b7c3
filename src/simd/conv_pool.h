/* The ReLU and the pool behind a convolution. */
#ifndef SIMD_CONV_POOL_H
#define SIMD_CONV_POOL_H

#include "vector.h"

ALWAYS_INLINE vector relu(vector x) {
    return keep(~(x <= 0), x);
}

/* The maximum so far of one vector of channels of a window, and the number of its place. */
typedef struct maximum {
    vector best;
    lanes_mask winner;
} maximum;

ALWAYS_INLINE maximum maximum_first(vector x, int32_t place) {
    return (maximum){x, (lanes_mask){0} + place};
}

/* As in src/ops/maxpool2d.c, only a greater value or a NaN takes over. */
ALWAYS_INLINE maximum maximum_next(maximum m, vector x, int32_t place) {
    const lanes_mask wins = (x > m.best) | (x != x), here = (lanes_mask){0} + place;
    return (maximum){choose(wins, x, m.best), (wins & here) | (~wins & m.winner)};
}

ALWAYS_INLINE void maximum_store(maximum m, size_t count, float *y, int32_t *winners) {
    store_some(y, relu(m.best), count);
    store_places(winners, m.winner, count);
}

/* One vector of channels of one window, the first place of which is number `place` of the image. */
ALWAYS_INLINE void pool_vector(const geometry *pool, const float *corner, size_t rows,
                               size_t columns, int32_t place, size_t count, float *y,
                               int32_t *winners) {
    const size_t K = pool->y.c, W = pool->x.w;
    maximum m = maximum_first(load_some(corner, count), place);
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++)
            m = maximum_next(m, load_some(corner + (r * W + s) * K, count),
                             place + (int32_t)(r * W + s));
    maximum_store(m, count, y, winners);
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

#endif
