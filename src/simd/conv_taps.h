/* dw and db of a convolution with short kernel rows, e.g. over gray images: lanes run along output
 * channels, and up to nine weights per channel are summed side by side over the complete image. A
 * pool's gradient is assigned to its positions here, so it need not be written out. */
#ifndef SIMD_CONV_TAPS_H
#define SIMD_CONV_TAPS_H

#include "conv_mask.h"

/* rows x columns weights of the channel vector at k. */
typedef struct taps {
    vector sum[9], bias;
    const float *image; /* the input of the first of these weights at position 0, 0 */
    size_t k, count;    /* channels left from k on */
} taps;

/* Sums over row r of the positions in window row p. */
ALWAYS_INLINE void taps_row(const layer_shape *g, const gradient *d, const conv_space *s,
                            taps *taps, size_t rows, size_t columns, size_t p, size_t r,
                            size_t window_columns) {
    const layer_shape *pool = &d->pool;
    const size_t K = g->y.c, step = g->v * g->x.c, row = p * pool->u + r;
    size_t at = p * pool->y.w * K + taps->k;
    lanes_mask position = (lanes_mask){0} + (int32_t)(row * pool->x.w);
    const float *x[3];
    for (size_t j = 0; j < rows; j++)
        x[j] = taps->image + (row * g->u + j) * s->image_row;
    for (size_t q = 0; q < pool->y.w; q++, at += K, position += (int32_t)pool->v) {
        const vector dy = gradient_vector(d, at, taps->count);
        for (size_t i = 0; i < window_columns; i++) {
            vector here = dy;
            if (d->indices)
                here =
                    keep(load_positions(d->indices + at, taps->count) == position + (int32_t)i, dy);
            taps->bias += here;
            for (size_t j = 0; j < rows; j++)
                for (size_t l = 0; l < columns; l++)
                    taps->sum[j * columns + l] =
                        multiply_add(x[j][i * step + l], here, taps->sum[j * columns + l]);
        }
        for (size_t j = 0; j < rows; j++)
            x[j] += pool->v * step;
    }
}

ALWAYS_INLINE void taps_image(const layer_shape *g, const gradient *d, const conv_space *s,
                              taps *taps, size_t rows, size_t columns) {
    const layer_shape *pool = &d->pool;
    for (size_t p = 0; p < pool->y.h; p++)
        for (size_t r = 0; r < pool->r; r++)
            if (pool->s == 2)
                taps_row(g, d, s, taps, rows, columns, p, r, 2);
            else
                taps_row(g, d, s, taps, rows, columns, p, r, pool->s);
}

/* Computes the block of weights at row r, column i; the first block also computes db. */
ALWAYS_INLINE void taps_block(const layer_shape *g, const gradient *d, const conv_space *s,
                              size_t rows, size_t columns, size_t r, size_t i, size_t k, float *dw,
                              float *db) {
    const size_t K = g->y.c, row = s->run * K;
    taps taps = {.image = s->seen + r * s->image_row + i, .k = k, .count = K - k};
    dw += r * row + i * K + k;
    for (size_t j = 0; j < rows; j++)
        for (size_t l = 0; l < columns; l++)
            taps.sum[j * columns + l] = load_some_outside(dw + j * row + l * K, taps.count);
    if (db && r == 0 && i == 0)
        taps.bias = load_some_outside(db + k, taps.count);
    taps_image(g, d, s, &taps, rows, columns);
    for (size_t j = 0; j < rows; j++)
        for (size_t l = 0; l < columns; l++)
            store_some_outside(dw + j * row + l * K, taps.sum[j * columns + l], taps.count);
    if (db && r == 0 && i == 0)
        store_some_outside(db + k, taps.bias, taps.count);
}

ALWAYS_INLINE void taps_rows(const layer_shape *g, const gradient *d, const conv_space *s,
                             size_t rows, size_t r, float *dw, float *db) {
    for (size_t k = s->channels.first; k < s->channels.last; k += LANES) {
        size_t i = 0;
        for (; s->run - i >= 3; i += 3)
            taps_block(g, d, s, rows, 3, r, i, k, dw, db);
        for (; i < s->run; i++)
            taps_block(g, d, s, rows, 1, r, i, k, dw, db);
    }
}

KERNEL void taps_weights(const layer_shape *g, const gradient *d, const conv_space *s, float *dw,
                         float *db) {
    size_t r = s->kernel_rows.first;
    for (; s->kernel_rows.last - r >= 3; r += 3)
        taps_rows(g, d, s, 3, r, dw, db);
    for (; r < s->kernel_rows.last; r++)
        taps_rows(g, d, s, 1, r, dw, db);
}

#endif
