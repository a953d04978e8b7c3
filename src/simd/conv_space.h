/* What the vector convolution works in besides its tensors: one image with its padding around it,
 * so that no loop needs to know of edges, and lists of what is not zero in its gradient.
 *
 * The zeros of the padding are multiplied and added where the book leaves them out, which changes
 * nothing as long as weights are finite. */
#ifndef SIMD_CONV_SPACE_H
#define SIMD_CONV_SPACE_H

#include "memory.h"
#include "transpose.h"

#include <stdbool.h>

/* Where a row of positions of one window is: the window's numbers in dy, and what a position in it
 * sees of the image, less `step` numbers for each position before it. */
typedef struct spot {
    size_t window;
    ptrdiff_t seen;
} spot;

/* A kernel row lies in the padded image as `run` numbers side by side, s c; each of the r rows of a
 * transposed kernel [k][r][run] is filled up with zeros to whole vectors. */
typedef struct conv_space {
    range channels;              /* of y and w that this call does: its split */
    range windows;               /* rows of windows that it does forward */
    range kernel_rows;           /* of w that it does of dw */
    range rows;                  /* of the padded image that it does of dx */
    size_t image_row;            /* numbers in a row of the padded image */
    size_t run, vectors, kernel; /* kernel: numbers of one k in transposed */
    size_t words;                /* of 64 channels, for each position */
    size_t marks;                /* rows of positions by columns of windows, in whole words of 64 */
    float *image;                /* [h + 2 pad][w + 2 pad][c], and a vector more */
    const float *seen;           /* what is read: image, or x where nothing need be around it */
    float *strip;                /* [r of pool][q][k]: what one row of windows sees */
    float *transposed;           /* [k][r][vectors]: w or dw */
    uint64_t *nonzero; /* [p][q][words]: for dx, bits of the channels nonzero at a position */
    uint32_t *marked;  /* [k / 32][marks]: for dw, the same of a row of a window */
    uint64_t *listed;  /* [k][BAND]: some marks of each channel */
    spot *spots;       /* [marks] */
    float *dy;         /* [p][q][k]: the gradient of a block, written out */
} conv_space;

/* Behind a convolution without pool each position is a window of its own. */
static inline layer_shape conv_windows(const layer_shape *g) {
    const layer_shape none = {.x = g->y, .y = g->y, .r = 1, .s = 1, .u = 1, .v = 1};
    return g->pool ? *g->pool : none;
}

enum { BAND = 4 }; /* words of marks while which the sums of a channel stay in registers */

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

/* Which of the positions `first`, first + stride, first + 2 stride and so on lie within `within`.
 */
static range positions_within(range within, size_t first, size_t stride) {
    return (range){within.first > first ? (within.first - first + stride - 1) / stride : 0,
                   within.last > first ? (within.last - first + stride - 1) / stride : 0};
}

/* Whole vectors of channels. */
static range split_channels(const layer_shape *g, const op_args *t) {
    const size_t K = g->y.c;
    const range vectors = split_range(t, (K + LANES - 1) / LANES);
    return (range){vectors.first * LANES < K ? vectors.first * LANES : K,
                   vectors.last * LANES < K ? vectors.last * LANES : K};
}

/* All of an image but for dx, of which a split is always rows. */
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

/* Forward a split is rows of windows, or channels where the weights are the larger part or rows are
 * few: of rows each split reads all weights, of channels the whole image. */
static void split_forward(const layer_shape *g, const op_args *t, conv_space *s) {
    const size_t image = g->x.h * g->x.w * g->x.c, weights = g->r * s->run * g->y.c;
    if (s->windows.last >= 3 * t->splits && weights <= 4 * image)
        s->windows = split_range(t, s->windows.last);
    else
        s->channels = split_channels(g, t);
}

/* Of dw it is channels, or rows of the kernel where those do not fill a vector for each. */
static void split_weights(const layer_shape *g, const op_args *t, conv_space *s) {
    if (t->splits > 1 && g->y.c < t->splits * LANES)
        s->kernel_rows = split_range(t, g->r);
    else
        s->channels = split_channels(g, t);
}

/* `count` numbers, in vectors: rows are short, and a call of memcpy() for each would cost more. */
ALWAYS_INLINE void copy_numbers(float *to, const float *from, size_t count) {
    for (; count >= LANES; count -= LANES, to += LANES, from += LANES)
        store(to, load(from));
    if (count)
        store_part(to, load_part(from, first_lanes(count)), first_lanes(count));
}

/* Can an image be used where it stands? Vectors of a kernel row must not reach beyond its end. */
static bool conv_bare(const layer_shape *g, const conv_space *s) {
    return !g->pad_h && !g->pad_w && s->run % LANES == 0;
}

/* The zeros around all images that are going to be set. */
static void conv_frame(const layer_shape *g, const conv_space *s) {
    const size_t numbers = (g->x.h + 2 * g->pad_h) * s->image_row + LANES;
    if (!conv_bare(g, s))
        memset(s->image, 0, numbers * sizeof *s->image);
}

/* Zeros in the rows of dx, for sums to begin with. */
static void conv_clear(const conv_space *s) {
    const size_t rows = s->rows.last - s->rows.first;
    memset(s->image + s->rows.first * s->image_row, 0, rows * s->image_row * sizeof *s->image);
}

/* Row `padded` of the padded image as one of the image, or the nearest there is. */
static size_t unpadded(const layer_shape *g, size_t padded) {
    const size_t row = padded > g->pad_h ? padded - g->pad_h : 0;
    return row < g->x.h ? row : g->x.h;
}

/* The rows of the image that some rows of windows see. */
static range rows_of_windows(const layer_shape *g, range windows) {
    const layer_shape pool = conv_windows(g);
    const size_t first = windows.first * pool.u, last = (windows.last - 1) * pool.u + pool.r - 1;
    return (range){unpadded(g, first * g->u), unpadded(g, last * g->u + g->r)};
}

/* Sets rows of an image in the zeros around it; what is to be read is s->seen. */
KERNEL void conv_set(const layer_shape *g, const float *x, range rows, conv_space *s) {
    const size_t row = g->x.w * g->x.c;
    float *to = s->image + (g->pad_h + rows.first) * s->image_row + g->pad_w * g->x.c;
    s->seen = conv_bare(g, s) ? x : s->image;
    for (size_t h = rows.first; h < rows.last && s->seen != x; h++, to += s->image_row)
        copy_numbers(to, x + h * row, row);
}

/* Takes the rows of dx out of it. */
KERNEL void conv_take(const layer_shape *g, const conv_space *s, float *x) {
    const size_t row = g->x.w * g->x.c;
    for (size_t h = s->rows.first; h < s->rows.last; h++)
        copy_numbers(x + (h - g->pad_h) * row, s->image + h * s->image_row + g->pad_w * g->x.c,
                     row);
}

/* w[r][s][c][k] of some channels, and of the rows of the kernel that this call does, as
 * [k][r][run]. */
static void transpose_kernel(const layer_shape *g, const conv_space *s, range k, const float *w) {
    const size_t K = g->y.c, row = s->vectors * LANES;
    float *transposed = s->transposed + k.first * s->kernel;
    memset(transposed, 0, (k.last - k.first) * s->kernel * sizeof *transposed);
    for (size_t r = s->kernel_rows.first; r < s->kernel_rows.last; r++)
        transpose(w + r * s->run * K + k.first, K, s->run, k.last - k.first, transposed + r * row,
                  s->kernel);
}

/* And back. */
static void transpose_kernel_back(const layer_shape *g, const conv_space *s, range k, float *w) {
    const size_t K = g->y.c, row = s->vectors * LANES;
    const float *transposed = s->transposed + k.first * s->kernel;
    for (size_t r = s->kernel_rows.first; r < s->kernel_rows.last; r++)
        transpose(transposed + r * row, s->kernel, k.last - k.first, s->run,
                  w + r * s->run * K + k.first, K);
}

#endif
