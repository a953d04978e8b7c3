/* The ReLU and the max pool that follow a convolution, on vectors of channels. */
#ifndef SIMD_CONV_POOL_H
#define SIMD_CONV_POOL_H

#include "vector.h"

/* x <= 0 ? 0 : x. For WebAssembly clang makes pmax of that, which leaves -0 as it is; adding 0 does
 * not. */
ALWAYS_INLINE vector relu(vector x) {
#ifdef __wasm__
    return keep(~(x < 0), x) + 0;
#else
    return keep(~(x <= 0), x);
#endif
}

/* The maximum of a window so far, for one vector of channels, and the index of its position. */
typedef struct maximum {
    vector best;
    lanes_mask index;
} maximum;

ALWAYS_INLINE maximum maximum_first(vector x, int32_t position) {
    return (maximum){x, (lanes_mask){0} + position};
}

/* As in src/ops/maxpool2d.c, only a greater value or a NaN replaces the maximum. */
ALWAYS_INLINE maximum maximum_next(maximum m, vector x, int32_t position) {
    const lanes_mask wins = (x > m.best) | (x != x), here = (lanes_mask){0} + position;
    return (maximum){choose(wins, x, m.best), (wins & here) | (~wins & m.index)};
}

ALWAYS_INLINE void maximum_store(maximum m, size_t count, float *y, int32_t *indices) {
    store_some(y, relu(m.best), count);
    store_positions(indices, m.index, count);
}

/* Pools one vector of channels of one window, whose first position has index `position` in the
 * image. */
ALWAYS_INLINE void pool_vector(const layer_shape *pool, const float *corner, size_t rows,
                               size_t columns, int32_t position, size_t count, float *y,
                               int32_t *indices) {
    const size_t K = pool->y.c, W = pool->x.w;
    maximum m = maximum_first(load_some(corner, count), position);
    for (size_t r = 0; r < rows; r++)
        for (size_t s = 0; s < columns; s++)
            m = maximum_next(m, load_some(corner + (r * W + s) * K, count),
                             position + (int32_t)(r * W + s));
    maximum_store(m, count, y, indices);
}

/* Pools a row of windows of rows x columns positions each; both are compile-time constants if 2. */
ALWAYS_INLINE void pool_row(const layer_shape *pool, range channels, const float *strip, size_t p,
                            size_t rows, size_t columns, float *y, int32_t *indices) {
    const size_t K = pool->y.c;
    for (size_t q = 0; q < pool->y.w; q++, y += K, indices += K) {
        const float *corner = strip + q * pool->v * K;
        const int32_t position = (int32_t)(p * pool->u * pool->x.w + q * pool->v);
        for (size_t k = channels.first; k < channels.last; k += LANES)
            pool_vector(pool, corner + k, rows, columns, position, K - k, y + k, indices + k);
    }
}

KERNEL void pool_row_any(const layer_shape *pool, range channels, const float *strip, size_t p,
                         float *y, int32_t *indices) {
    if (pool->r == 2 && pool->s == 2)
        pool_row(pool, channels, strip, p, 2, 2, y, indices);
    else
        pool_row(pool, channels, strip, p, pool->r, pool->s, y, indices);
}

#endif
