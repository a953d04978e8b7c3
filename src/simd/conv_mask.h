/* Non-zero masks of a gradient. After a 2x2 pool and a ReLU about one element in eight is non-zero:
 * a pool passes its gradient to one of four positions, and a ReLU stops half of it. dx and dw are
 * then sums over those elements alone, since adding 0 w changes nothing. */
#ifndef SIMD_CONV_MASK_H
#define SIMD_CONV_MASK_H

#include "conv_space.h"

/* The gradient of one image as the backward pass receives it: per pool window, or per position. */
typedef struct gradient {
    const float *dy, *y;    /* y NULL: no ReLU */
    const int32_t *indices; /* NULL: no pool */
    layer_shape pool;
} gradient;

static gradient gradient_of(const layer_shape *g, const op_args *t, size_t n, bool block) {
    const layer_shape pool = conv_windows(g);
    const size_t first = n * pool.y.h * pool.y.w * pool.y.c;
    return (gradient){t->dy + first, block ? t->y + first : NULL,
                      g->pool ? t->indices + first : NULL, pool};
}

/* `count` elements of one window's gradient, with 0 where the ReLU stopped them. */
ALWAYS_INLINE vector gradient_vector(const gradient *d, size_t at, size_t count) {
    const vector dy = load_some(d->dy + at, count);
    return d->y ? keep(~(load_some(d->y + at, count) <= 0), dy) : dy;
}

/* The lanes whose maximum is at this position. */
ALWAYS_INLINE lanes_mask won(const gradient *d, size_t at, size_t position, size_t count) {
    return load_positions(d->indices + at, count) == (int32_t)position;
}

enum { POSITIONS = 4 }; /* of a window, handled together */

/* Writes the bits of each position to s->nonzero, for at most 64 channels of `positions` positions
 * of the window whose elements start at `at`. Returns how many are set. */
ALWAYS_INLINE size_t mask_words(const gradient *d, size_t at, size_t channels, size_t positions,
                                const size_t *position, const conv_space *s, size_t word) {
    uint64_t bits[POSITIONS] = {0};
    size_t nonzero = 0;
    for (size_t k = 0; k < channels; k += LANES) {
        const lanes_mask mask = gradient_vector(d, at + k, channels - k) != 0;
        for (size_t i = 0; i < positions; i++) {
            const lanes_mask here =
                d->indices ? mask & won(d, at + k, position[i], channels - k) : mask;
            bits[i] |= (uint64_t)bits_of(here) << k;
        }
    }
    for (size_t i = 0; i < positions; i++) {
        s->nonzero[position[i] * s->words + word] = bits[i];
        nonzero += (size_t)__builtin_popcountll(bits[i]);
    }
    return nonzero;
}

/* Handles a row of windows of rows x columns positions each; both are compile-time constants for
 * small windows. */
ALWAYS_INLINE size_t mask_row(const gradient *d, const conv_space *s, size_t p, size_t rows,
                              size_t columns) {
    const layer_shape *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->x.w;
    size_t nonzero = 0;
    for (size_t q = 0; q < pool->y.w; q++)
        for (size_t word = 0; word < s->words; word++) {
            const size_t at = (p * pool->y.w + q) * K + word * 64, left = K - word * 64;
            const size_t channels = left < 64 ? left : 64;
            const size_t corner = p * pool->u * W + q * pool->v;
            if (rows == 2 && columns == 2) {
                const size_t position[POSITIONS] = {corner, corner + 1, corner + W, corner + W + 1};
                nonzero += mask_words(d, at, channels, 4, position, s, word);
                continue;
            }
            for (size_t i = 0; i < rows * columns; i++) {
                const size_t position = corner + i / columns * W + i % columns;
                nonzero += mask_words(d, at, channels, 1, &position, s, word);
            }
        }
    return nonzero;
}

/* Whether some positions belong to no window. */
static bool pool_has_gaps(const layer_shape *pool) {
    return pool->y.h * pool->r != pool->x.h || pool->y.w * pool->s != pool->x.w;
}

/* Fills s->nonzero; returns the number of non-zero elements. */
KERNEL size_t find_nonzero(const gradient *d, const conv_space *s) {
    const layer_shape *pool = &d->pool;
    size_t nonzero = 0;
    if (pool_has_gaps(pool))
        memset(s->nonzero, 0, pool->x.h * pool->x.w * s->words * sizeof *s->nonzero);
    for (size_t p = 0; p < pool->y.h; p++)
        if (pool->r == 2 && pool->s == 2)
            nonzero += mask_row(d, s, p, 2, 2);
        else
            nonzero += mask_row(d, s, p, pool->r, pool->s);
    return nonzero;
}

/* Marks which of at most 32 channels of one window are non-zero in each of its rows of positions;
 * the first row starts at position `first`. Returns how many are. */
ALWAYS_INLINE size_t mark_window(const gradient *d, size_t at, size_t channels, size_t rows,
                                 size_t first, uint32_t *marked, size_t row) {
    const int32_t W = (int32_t)d->pool.x.w;
    size_t nonzero = 0;
    for (size_t r = 0; r < rows; r++) {
        const int32_t begin = (int32_t)first + (int32_t)r * W;
        uint32_t bits = 0;
        for (size_t k = 0; k < channels; k += LANES) {
            lanes_mask here = gradient_vector(d, at + k, channels - k) != 0;
            if (d->indices) {
                const lanes_mask position = load_positions(d->indices + at + k, channels - k);
                here &= (position >= begin) & (position < begin + W);
            }
            bits |= bits_of(here) << k;
        }
        marked[r * row] = bits;
        nonzero += (size_t)__builtin_popcount(bits);
    }
    return nonzero;
}

/* Marks at most 32 channels from k on, for all windows of `rows` rows each. */
ALWAYS_INLINE size_t mark_channels(const gradient *d, const conv_space *s, size_t k, size_t rows) {
    const layer_shape *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->y.w, channels = K - k < 32 ? K - k : 32;
    uint32_t *marked = s->marked + k / 32 * s->marks;
    size_t nonzero = 0;
    for (size_t p = 0; p < pool->y.h; p++, marked += rows * W)
        for (size_t q = 0; q < W; q++)
            nonzero += mark_window(d, (p * W + q) * K + k, channels, rows, p * pool->u * pool->x.w,
                                   marked + q, W);
    for (; marked < s->marked + (k / 32 + 1) * s->marks; marked++)
        *marked = 0;
    return nonzero;
}

/* Fills s->marked: one bit per (row of positions, window), in summation order of dw; a channel is
 * non-zero at one position of each at most. Returns how many are. */
KERNEL size_t mark_nonzero(const gradient *d, const conv_space *s) {
    size_t nonzero = 0;
    for (size_t k = 0; k < d->pool.y.c; k += 32)
        nonzero += d->pool.r == 2 ? mark_channels(d, s, k, 2) : mark_channels(d, s, k, d->pool.r);
    return nonzero;
}

/* Whether to use the sparse path for dw: only at 50 % density or less. */
static bool sparse_for_weights(const gradient *d, const conv_space *s) {
    const layer_shape *pool = &d->pool;
    return s->run >= LANES && 2 * mark_nonzero(d, s) <= pool->x.h * pool->x.w * pool->x.c;
}

/* Whether to use the sparse path for dx: only if it takes at most half of the vectors of a matrix
 * product, whose lanes run along c alone and are mostly idle if channels are few. */
static bool sparse_for_input(const layer_shape *g, const gradient *d, const conv_space *s) {
    const layer_shape *pool = &d->pool;
    const size_t numbers = pool->x.h * pool->x.w * pool->x.c;
    const size_t product = numbers * g->s * ((g->x.c + LANES - 1) / LANES);
    return 2 * find_nonzero(d, s) * s->vectors <= product;
}

/* Writes a row of windows to all its positions; rows and columns as in mask_row(). */
ALWAYS_INLINE void write_out_row(const gradient *d, const conv_space *s, size_t p, size_t rows,
                                 size_t columns) {
    const layer_shape *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->x.w;
    for (size_t q = 0; q < pool->y.w; q++)
        for (size_t k = 0; k < K; k += LANES) {
            const size_t at = (p * pool->y.w + q) * K + k;
            const size_t corner = p * pool->u * W + q * pool->v;
            const vector dy = gradient_vector(d, at, K - k);
            for (size_t r = 0; r < rows; r++)
                for (size_t i = 0; i < columns; i++) {
                    const size_t position = corner + r * W + i;
                    const vector here = d->indices ? keep(won(d, at, position, K - k), dy) : dy;
                    store_some(s->dy + position * K + k, here, K - k);
                }
        }
}

/* Writes the gradient to s->dy as [p][q][k], including all zeros. */
KERNEL void write_out(const gradient *d, const conv_space *s) {
    const layer_shape *pool = &d->pool;
    if (pool_has_gaps(pool))
        memset(s->dy, 0, pool->x.h * pool->x.w * pool->y.c * sizeof *s->dy);
    for (size_t p = 0; p < pool->y.h; p++)
        if (pool->r == 2 && pool->s == 2)
            write_out_row(d, s, p, 2, 2);
        else
            write_out_row(d, s, p, pool->r, pool->s);
}

/* sum + dy over row r of the positions in window row p: the elements whose maximum lies in that
 * row. */
ALWAYS_INLINE vector bias_row(const gradient *d, size_t p, size_t r, size_t k, vector sum) {
    const layer_shape *pool = &d->pool;
    const size_t K = pool->y.c;
    const int32_t first = (int32_t)((p * pool->u + r) * pool->x.w);
    const int32_t end = first + (int32_t)pool->x.w;
    for (size_t q = 0; q < pool->y.w; q++) {
        const size_t at = (p * pool->y.w + q) * K + k;
        const vector dy = gradient_vector(d, at, K - k);
        if (d->indices) {
            const lanes_mask indices = load_positions(d->indices + at, K - k);
            sum += keep((indices >= first) & (indices < end), dy);
        } else {
            sum += dy;
        }
    }
    return sum;
}

/* db += dy over ascending p, q. */
KERNEL void add_bias(const gradient *d, range channels, float *db) {
    const layer_shape *pool = &d->pool;
    const size_t K = pool->y.c;
    for (size_t k = channels.first; k < channels.last; k += LANES) {
        vector sum = load_some_outside(db + k, K - k);
        for (size_t p = 0; p < pool->y.h; p++)
            for (size_t r = 0; r < pool->r; r++)
                sum = bias_row(d, p, r, k, sum);
        store_some_outside(db + k, sum, K - k);
    }
}

#endif
