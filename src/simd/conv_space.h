/* Scratch space of the vector convolution: one image within its padding, so that no loop needs edge
 * cases, and masks of the non-zero elements of its gradient.
 *
 * The zeros of the padding are multiplied and added where the book skips them, which changes
 * nothing as long as weights are finite. */
#ifndef SIMD_CONV_SPACE_H
#define SIMD_CONV_SPACE_H

#include "memory.h"
#include "transpose.h"

#include <stdbool.h>

/* Offsets for one row of positions of a window: the window's elements in dy, and the part of the
 * image that the first position sees. */
typedef struct spot {
    size_t window;
    ptrdiff_t seen;
} spot;

/* A kernel row is `run` consecutive numbers (s c) of the padded image; each of the r rows of a
 * transposed kernel [k][r][run] is padded with zeros to complete vectors. */
typedef struct conv_space {
    range channels;              /* of y and w that this call computes (its split) */
    range windows;               /* rows of windows that it computes in the forward pass */
    range kernel_rows;           /* rows of the kernel whose dw it computes */
    range rows;                  /* rows of the padded image whose dx it computes */
    size_t image_row;            /* numbers in a row of the padded image */
    size_t run, vectors, kernel; /* kernel: size of one k in transposed */
    size_t words;                /* of 64 channels, for each position */
    size_t marks;                /* rows of positions x columns of windows, rounded up to 64 */
    float *image;                /* [h + 2 pad][w + 2 pad][c], plus one vector */
    const float *seen;           /* the array read: image, or x itself if it needs no padding */
    float *strip;                /* [r of pool][q][k]: the positions of one row of windows */
    float *transposed;           /* [k][r][vectors]: w or dw */
    uint64_t *nonzero; /* [p][q][words]: for dx: the channels that are non-zero at a position */
    uint32_t *marked;  /* [k / 32][marks]: for dw: those non-zero in a row of a window */
    uint64_t *listed;  /* [k][BAND]: marks of each channel, for a band of words */
    spot *spots;       /* [marks] */
    float *dy;         /* [p][q][k]: the gradient of a block, written out */
} conv_space;

/* The pool, or for a convolution without one, windows of a single position. */
static inline layer_shape conv_windows(const layer_shape *g) {
    const layer_shape none = {.x = g->y, .y = g->y, .r = 1, .s = 1, .u = 1, .v = 1};
    return g->pool ? *g->pool : none;
}

enum { BAND = 4 }; /* words of marks per pass over a channel's sums in registers */

static conv_space conv_cut(const layer_shape *g, arena *arena) {
    const layer_shape pool = conv_windows(g);
    const size_t C = g->x.c, K = g->y.c, positions = g->y.h * g->y.w;
    conv_space s = {.image_row = (g->x.w + 2 * g->pad_w) * C, .run = g->s * C};
    s.vectors = (s.run + LANES - 1) / LANES;
    s.kernel = g->r * s.vectors * LANES;
    s.words = (K + 63) / 64;
    s.marks = (size_product(pool.y.h * pool.r, pool.y.w) + 63) / 64 * 64;
    s.image = arena_take(arena, (g->x.h + 2 * g->pad_h) * s.image_row + LANES, sizeof(float));
    s.strip = arena_take(arena, pool.r * g->y.w * K, sizeof(float));
    s.transposed = arena_take(arena, size_product(K, s.kernel), sizeof(float));
    s.nonzero = arena_take(arena, positions * s.words, sizeof(uint64_t));
    s.marked = arena_take(arena, size_product((K + 31) / 32, s.marks), sizeof(uint32_t));
    s.listed = arena_take(arena, K * BAND, sizeof(uint64_t));
    s.spots = arena_take(arena, s.marks, sizeof(spot));
    s.dy = arena_take(arena, positions * K, sizeof(float));
    return s;
}

static size_t conv_space_size(const layer_shape *g) {
    arena counted = {0};
    conv_cut(g, &counted);
    return counted.overflow ? SIZE_MAX : counted.used / sizeof(float);
}

/* The range of i for which first + i stride lies within `within`. */
static range positions_within(range within, size_t first, size_t stride) {
    return (range){within.first > first ? (within.first - first + stride - 1) / stride : 0,
                   within.last > first ? (within.last - first + stride - 1) / stride : 0};
}

/* The channels of this call's split, in complete vectors. */
static range split_channels(const layer_shape *g, const op_args *t) {
    const size_t K = g->y.c;
    const range vectors = split_range(t, (K + LANES - 1) / LANES);
    return (range){vectors.first * LANES < K ? vectors.first * LANES : K,
                   vectors.last * LANES < K ? vectors.last * LANES : K};
}

/* Selects the complete image, except for dx, whose splits are always rows. */
static conv_space conv_space_in(const layer_shape *g, const op_args *t) {
    arena real = {.base = (unsigned char *)t->scratch};
    conv_space s = conv_cut(g, &real);
    const range rows = split_range(t, g->x.h);
    s.channels = (range){0, g->y.c};
    s.windows = (range){0, conv_windows(g).y.h};
    s.kernel_rows = (range){0, g->r};
    s.rows = (range){rows.first + g->pad_h, rows.last + g->pad_h};
    return s;
}

/* Splits a forward pass by rows of windows, or by channels if the weights are larger or the rows
 * few: a split by rows reads all weights, a split by channels the complete image. */
static void split_forward(const layer_shape *g, const op_args *t, conv_space *s) {
    const size_t image = g->x.h * g->x.w * g->x.c, weights = g->r * s->run * g->y.c;
    if (s->windows.last >= 3 * t->splits && weights <= 4 * image)
        s->windows = split_range(t, s->windows.last);
    else
        s->channels = split_channels(g, t);
}

/* Splits dw by channels, or by kernel rows if there is less than one vector of channels each. */
static void split_weights(const layer_shape *g, const op_args *t, conv_space *s) {
    if (t->splits > 1 && g->y.c < t->splits * LANES)
        s->kernel_rows = split_range(t, g->r);
    else
        s->channels = split_channels(g, t);
}

/* Copies with vectors: rows are short, and calling memcpy() for each would cost more. */
ALWAYS_INLINE void copy_numbers(float *to, const float *from, size_t count) {
    for (; count >= LANES; count -= LANES, to += LANES, from += LANES)
        store(to, load(from));
    if (count)
        store_part(to, load_part(from, first_lanes(count)), first_lanes(count));
}

/* Whether the image can be read in place: no padding, and kernel rows of complete vectors, which do
 * not reach past its end. */
static bool conv_bare(const layer_shape *g, const conv_space *s) {
    return !g->pad_h && !g->pad_w && s->run % LANES == 0;
}

/* Clears the image, and thereby the padding around all images copied into it later. */
static void conv_frame(const layer_shape *g, const conv_space *s) {
    const size_t numbers = (g->x.h + 2 * g->pad_h) * s->image_row + LANES;
    if (!conv_bare(g, s))
        memset(s->image, 0, numbers * sizeof *s->image);
}

/* Clears the rows of dx that this call sums into. */
static void conv_clear(const conv_space *s) {
    const size_t rows = s->rows.last - s->rows.first;
    memset(s->image + s->rows.first * s->image_row, 0, rows * s->image_row * sizeof *s->image);
}

/* The image row for row `padded` of the padded image, clamped to the image. */
static size_t unpadded(const layer_shape *g, size_t padded) {
    const size_t row = padded > g->pad_h ? padded - g->pad_h : 0;
    return row < g->x.h ? row : g->x.h;
}

/* The image rows that these rows of windows see. */
static range rows_of_windows(const layer_shape *g, range windows) {
    const layer_shape pool = conv_windows(g);
    const size_t first = windows.first * pool.u, last = (windows.last - 1) * pool.u + pool.r - 1;
    return (range){unpadded(g, first * g->u), unpadded(g, last * g->u + g->r)};
}

/* Copies rows of an image into the padding, unless it can be read in place; sets s->seen. */
KERNEL void conv_set(const layer_shape *g, const float *x, range rows, conv_space *s) {
    const size_t row = g->x.w * g->x.c;
    float *to = s->image + (g->pad_h + rows.first) * s->image_row + g->pad_w * g->x.c;
    s->seen = conv_bare(g, s) ? x : s->image;
    for (size_t h = rows.first; h < rows.last && s->seen != x; h++, to += s->image_row)
        copy_numbers(to, x + h * row, row);
}

/* Copies the rows of dx out of the padded image. */
KERNEL void conv_take(const layer_shape *g, const conv_space *s, float *x) {
    const size_t row = g->x.w * g->x.c;
    for (size_t h = s->rows.first; h < s->rows.last; h++)
        copy_numbers(x + (h - g->pad_h) * row, s->image + h * s->image_row + g->pad_w * g->x.c,
                     row);
}

/* Copies w[r][s][c][k] of channels k and this call's kernel rows to s->transposed, [k][r][run]. */
static void transpose_kernel(const layer_shape *g, const conv_space *s, range k, const float *w) {
    const size_t K = g->y.c, row = s->vectors * LANES;
    float *transposed = s->transposed + k.first * s->kernel;
    memset(transposed, 0, (k.last - k.first) * s->kernel * sizeof *transposed);
    for (size_t r = s->kernel_rows.first; r < s->kernel_rows.last; r++)
        transpose(w + r * s->run * K + k.first, K, s->run, k.last - k.first, transposed + r * row,
                  s->kernel);
}

/* The inverse of transpose_kernel(). */
static void transpose_kernel_back(const layer_shape *g, const conv_space *s, range k, float *w) {
    const size_t K = g->y.c, row = s->vectors * LANES;
    const float *transposed = s->transposed + k.first * s->kernel;
    for (size_t r = s->kernel_rows.first; r < s->kernel_rows.last; r++)
        transpose(transposed + r * row, s->kernel, k.last - k.first, s->run,
                  w + r * s->run * K + k.first, K);
}

#endif
