/* Convolution, ReLU and a pool with 2 x 2 windows in one: a window's sums stay in registers until
 * its maximum is known. Eight independent sums keep both multiply-add units busy: the four
 * positions of one window by two vectors of channels, or of two windows by the only vector. With
 * more registers, more windows share each load, and taking one window's maxima overlaps with the
 * sums of the next. */
#ifndef SIMD_CONV_WINDOWS_H
#define SIMD_CONV_WINDOWS_H

#include "conv_pool.h"
#include "conv_space.h"
#include "matrix_product.h"

/* Maximum number of windows side by side. */
enum { WIDE_ONE_VECTOR = REGISTERS / 8, WIDE_TWO_VECTORS = REGISTERS < 32 ? 1 : 3 };

/* A row of windows and some of its channels. */
typedef struct windows {
    const float *x; /* input of the first position of the first window */
    size_t right, down,
        next;              /* in x: to the position on the right, the one below, the next window */
    size_t rows, row, run; /* kernel rows: their number, distance in x, length */
    const float *w, *b;    /* at the first of these channels; b NULL: zeros */
    size_t channels;       /* of the layer: distance between rows of w, y, indices */
    size_t part;           /* lanes used in the last vector */
    int32_t position, below,
        stride; /* index of the first position; to the one below, the next window */
    size_t count;
    float *y;
    int32_t *indices;
} windows;

/* Vector v at `from`. */
ALWAYS_INLINE vector window_load(const windows *c, const float *from, size_t v, bool partial) {
    return partial ? load_part(from + v * LANES, first_lanes(c->part)) : load(from + v * LANES);
}

/* Computes `wide` windows from q on by `vectors` vectors, the last of which may be partial. */
ALWAYS_INLINE void window_block(const windows *c, size_t wide, size_t vectors, bool partial,
                                size_t q) {
    const size_t last = vectors - 1;
    const float *row = c->x + q * c->next, *w = c->w;
    vector sum[WIDE_ONE_VECTOR][4][2], m[2];
    for (size_t v = 0; v < vectors; v++) {
        m[v] = c->b ? window_load(c, c->b, v, partial && v == last) : (vector){0};
        for (size_t n = 0; n < wide; n++)
            for (size_t i = 0; i < 4; i++)
                sum[n][i][v] = m[v];
    }
    for (size_t r = 0; r < c->rows; r++, row += c->row) {
        const float *x = row;
        for (size_t j = 0; j < c->run; j++, w += c->channels, x++) {
            for (size_t v = 0; v < vectors; v++)
                m[v] = window_load(c, w, v, partial && v == last);
            for (size_t n = 0; n < wide; n++) {
                const float *at = x + n * c->next;
                const float in[4] = {at[0], at[c->right], at[c->down], at[c->down + c->right]};
                for (size_t i = 0; i < 4; i++)
                    for (size_t v = 0; v < vectors; v++)
                        sum[n][i][v] = multiply_add(in[i], m[v], sum[n][i][v]);
            }
        }
    }
    for (size_t n = 0; n < wide; n++) {
        const int32_t position = c->position + (int32_t)(q + n) * c->stride;
        const size_t to = (q + n) * c->channels;
        for (size_t v = 0; v < vectors; v++) {
            maximum best = maximum_first(sum[n][0][v], position);
            best = maximum_next(best, sum[n][1][v], position + 1);
            best = maximum_next(best, sum[n][2][v], position + c->below);
            best = maximum_next(best, sum[n][3][v], position + c->below + 1);
            maximum_store(best, partial && v == last ? c->part : LANES, c->y + to + v * LANES,
                          c->indices + to + v * LANES);
        }
    }
}

/* Computes all windows, in groups of similar size. */
ALWAYS_INLINE void window_groups(const windows *c, size_t most, size_t vectors, bool partial) {
    for (size_t q = 0, wide; q < c->count; q += wide) {
        wide = first_group(c->count - q, most);
        if (most >= 4 && wide == 4)
            window_block(c, 4, vectors, partial, q);
        else if (most >= 3 && wide == 3)
            window_block(c, 3, vectors, partial, q);
        else if (most >= 2 && wide == 2)
            window_block(c, 2, vectors, partial, q);
        else
            window_block(c, 1, vectors, partial, q);
    }
}

KERNEL void windows_by_two_vectors(const windows *given) {
    const windows c = *given;
    window_groups(&c, WIDE_TWO_VECTORS, 2, false);
}

KERNEL void windows_by_two_partial(const windows *given) {
    const windows c = *given;
    window_groups(&c, WIDE_TWO_VECTORS, 2, true);
}

KERNEL void windows_by_one_vector(const windows *given) {
    const windows c = *given;
    window_groups(&c, WIDE_ONE_VECTOR, 1, false);
}

KERNEL void windows_by_one_partial(const windows *given) {
    const windows c = *given;
    window_groups(&c, WIDE_ONE_VECTOR, 1, true);
}

enum { WEIGHTS_TILE_BYTES = 40 << 10 }; /* bytes */

/* Whether to use this kernel. Each window reads all weights of its channels, which should stay in
 * L1; with more weights, rows of positions share them better. */
static bool windows_suit(const layer_shape *g, const conv_space *s) {
    const layer_shape *pool = g->pool;
    return pool && pool->r == 2 && pool->s == 2 &&
           g->r * s->run <= WEIGHTS_TILE_BYTES / (2 * sizeof(vector));
}

/* Computes window row p of one image; y and indices point to that row. */
static void windows_row(const layer_shape *g, const op_args *t, const conv_space *s, size_t p,
                        float *y, int32_t *indices) {
    const layer_shape *pool = g->pool;
    const size_t down = g->u * s->image_row, right = g->v * g->x.c;
    windows c = {.x = s->seen + p * pool->u * down,
                 .right = right,
                 .down = down,
                 .next = pool->v * right,
                 .rows = g->r,
                 .row = s->image_row,
                 .run = s->run,
                 .channels = g->y.c,
                 .position = (int32_t)(p * pool->u * pool->x.w),
                 .below = (int32_t)pool->x.w,
                 .stride = (int32_t)pool->v,
                 .count = pool->y.w};
    for (size_t k = s->channels.first; k < s->channels.last; k += 2 * LANES) {
        const size_t left = s->channels.last - k;
        c.w = t->w + k;
        c.b = t->b ? t->b + k : NULL;
        c.y = y + k;
        c.indices = indices + k;
        c.part = left > LANES ? left - LANES : left;
        if (left >= 2 * LANES)
            windows_by_two_vectors(&c);
        else if (left > LANES)
            windows_by_two_partial(&c);
        else if (left == LANES)
            windows_by_one_vector(&c);
        else
            windows_by_one_partial(&c);
    }
}

#endif
