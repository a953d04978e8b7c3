/* dx and dw of a convolution as sums over non-zero gradients, lanes along a kernel row (s c). */
#ifndef SIMD_CONV_SPARSE_H
#define SIMD_CONV_SPARSE_H

#include "conv_mask.h"

/* Number of vectors of sums that fit the registers. */
enum { SUMS = REGISTERS < 32 ? 12 : 24 };

/* Adds to dx around one row of positions, from the kernels of the channels non-zero there. */
typedef struct gather {
    const conv_space *space;
    const uint64_t *nonzero;            /* [positions][words] */
    const float *values;                /* [windows][channels] */
    size_t positions, window, channels; /* window: positions per window */
    size_t step;                        /* in dx, between positions */
    const float *transposed;            /* [k][r][vectors] */
    float *dx;                          /* around the first position */
} gather;

/* Adds to dw of one channel, from the image around the positions where it is non-zero. */
typedef struct scatter {
    const conv_space *space;
    const uint64_t *listed;
    const spot *spots;
    size_t words;
    const float *seen; /* the image, at the first of the kernel rows */
    const float *dy;   /* this channel in the first window */
    const int32_t *indices;
    size_t step;
    float *dw, *db;
} scatter;

/* Loads rows x vectors vectors; `row` is the distance between rows of y, `apart` between rows of
 * sum. */
ALWAYS_INLINE void load_block(size_t rows, size_t vectors, const float *y, size_t row, size_t apart,
                              vector *sum) {
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            sum[r * apart + v] = load(y + r * row + v * LANES);
}

ALWAYS_INLINE void store_block(size_t rows, size_t vectors, float *y, size_t row, size_t apart,
                               const vector *sum) {
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            store(y + r * row + v * LANES, sum[r * apart + v]);
}

/* sum += by m. */
ALWAYS_INLINE void add_block(size_t rows, size_t vectors, float by, const float *m, size_t row,
                             vector *sum) {
    for (size_t r = 0; r < rows; r++, m += row)
        for (size_t v = 0; v < vectors; v++)
            sum[r * vectors + v] = multiply_add(by, load(m + v * LANES), sum[r * vectors + v]);
}

/* sum += dy w of one position over ascending k, from `count` words of mask. */
ALWAYS_INLINE void gather_position(const uint64_t *words, size_t count, const float *values,
                                   const float *w, size_t kernel, size_t rows, size_t vectors,
                                   size_t row, vector *sum) {
    for (size_t word = 0; word < count; word++, values += 64, w += 64 * kernel)
        for (uint64_t nonzero = words[word]; nonzero; nonzero &= nonzero - 1) {
            const size_t k = (size_t)__builtin_ctzll(nonzero);
            add_block(rows, vectors, values[k], w + k * kernel, row, sum);
        }
}

static bool any_nonzero(const uint64_t *words, size_t count) {
    uint64_t any = 0;
    for (size_t word = 0; word < count; word++)
        any |= words[word];
    return any != 0;
}

/* Slides one position left: stores the columns that are complete, loads those that enter. */
ALWAYS_INLINE void slide(size_t rows, size_t vectors, size_t by, float *dx, size_t row,
                         vector *sum) {
    store_block(rows, by, dx + vectors * LANES, row, vectors, sum + vectors - by);
    for (size_t r = 0; r < rows; r++)
        for (size_t v = vectors; v-- > by;)
            sum[r * vectors + v] = sum[r * vectors + v - by];
    load_block(rows, by, dx, row, vectors, sum);
}

/* Sums all positions backwards, from kernel row r and vector v on. If consecutive positions share
 * all but `by` vectors, only those are loaded and stored, and the block spans complete kernel rows.
 * by 0: all are loaded and stored. */
ALWAYS_INLINE void gather_block(const gather *given, size_t rows, size_t vectors, size_t by,
                                size_t r, size_t v) {
    const gather c = *given;
    const size_t row = c.space->image_row, kernel = c.space->kernel, words = c.space->words;
    const size_t w_row = by ? vectors * LANES : c.space->vectors * LANES;
    const float *w = c.transposed + r * w_row + v * LANES;
    const float *values = c.values + c.positions / c.window * c.channels;
    const uint64_t *nonzero = c.nonzero + c.positions * words;
    float *dx = c.dx + r * row + v * LANES + (c.positions - 1) * c.step;
    size_t left = c.positions % c.window;
    vector sum[SUMS];
    if (by)
        load_block(rows, vectors, dx, row, vectors, sum);
    for (size_t q = c.positions; q-- > 0; dx -= c.step) {
        if (by && q < c.positions - 1)
            slide(rows, vectors, by, dx, row, sum);
        if (left-- == 0) {
            left = c.window - 1;
            values -= c.channels;
        }
        nonzero -= words;
        if (!by && !any_nonzero(nonzero, words))
            continue;
        if (!by)
            load_block(rows, vectors, dx, row, vectors, sum);
        gather_position(nonzero, words, values, w, kernel, rows, vectors, w_row, sum);
        if (!by)
            store_block(rows, vectors, dx, row, vectors, sum);
    }
    if (by)
        store_block(rows, vectors, dx + c.step, row, vectors, sum);
}

/* dw += dy x, along the marks. */
ALWAYS_INLINE void scatter_block(const scatter *given, size_t rows, size_t vectors, size_t r,
                                 size_t v) {
    const scatter c = *given;
    const size_t row = c.space->vectors * LANES, image_row = c.space->image_row;
    const float *image = c.seen + r * image_row + v * LANES;
    float *dw = c.dw + r * row + v * LANES, bias = *c.db;
    vector sum[SUMS];
    load_block(rows, vectors, dw, row, vectors, sum);
    for (size_t word = 0; word < c.words; word++)
        for (uint64_t bits = c.listed[word]; bits; bits &= bits - 1) {
            const spot *spot = c.spots + word * 64 + __builtin_ctzll(bits);
            const float dy = c.dy[spot->window];
            const float *seen = image + spot->seen;
            if (c.indices)
                seen += c.indices[spot->window] * (ptrdiff_t)c.step;
            bias += dy;
            add_block(rows, vectors, dy, seen, image_row, sum);
        }
    store_block(rows, vectors, dw, row, vectors, sum);
    if (r == 0 && v == 0)
        *c.db = bias;
}

/* Arguments of either kind of sum, over this call's kernel rows. */
typedef struct kernel_sums {
    const conv_space *space;
    size_t rows;
    const gather *gather;   /* NULL: scatter */
    const scatter *scatter; /* NULL: gather */
} kernel_sums;

/* Runs blocks of `rows` kernel rows from r on while they fit; returns the next row. */
ALWAYS_INLINE size_t blocks(kernel_sums c, size_t rows, size_t vectors, size_t by, size_t r,
                            size_t v) {
    if (rows * vectors > SUMS)
        return r;
    for (; c.rows - r >= rows; r += rows)
        if (c.gather)
            gather_block(c.gather, rows, vectors, by, r, v);
        else
            scatter_block(c.scatter, rows, vectors, r, v);
    return r;
}

/* Computes vectors [v, v + vectors) of all kernel rows. Short rows are handled several at a time:
 * eight independent sums keep both multiply-add units busy. */
ALWAYS_INLINE void column(kernel_sums c, size_t vectors, size_t by, size_t v) {
    size_t r = 0;
    r = blocks(c, 5, vectors, by, r, v);
    r = blocks(c, 3, vectors, by, r, v);
    r = blocks(c, 2, vectors, by, r, v);
    blocks(c, 1, vectors, by, r, v);
}

ALWAYS_INLINE size_t columns(kernel_sums c, size_t vectors, size_t v) {
    for (; c.space->vectors - v >= vectors; v += vectors)
        column(c, vectors, 0, v);
    return v;
}

ALWAYS_INLINE void add_kernel(kernel_sums c) {
    size_t v = columns(c, 12, 0);
    v = columns(c, 6, v);
    v = columns(c, 4, v);
    if (!FEW_BLOCKS)
        v = columns(c, 3, v);
    v = columns(c, 2, v);
    columns(c, 1, v);
}

KERNEL void gather_row_any(const gather *c, size_t rows) {
    add_kernel((kernel_sums){.space = c->space, .rows = rows, .gather = c});
}

KERNEL void gather_row_by_one(const gather *c, size_t rows) {
    column((kernel_sums){.space = c->space, .rows = rows, .gather = c}, 3, 1, 0);
}

KERNEL void gather_row_by_two(const gather *c, size_t rows) {
    column((kernel_sums){.space = c->space, .rows = rows, .gather = c}, 6, 2, 0);
}

static void gather_row(const gather *c, size_t rows) {
    const size_t vectors = c->space->vectors;
    if (vectors == 3 && c->step == LANES)
        gather_row_by_one(c, rows);
    else if (vectors == 6 && c->step == 2 * LANES)
        gather_row_by_two(c, rows);
    else
        gather_row_any(c, rows);
}

KERNEL void scatter_any(const scatter *c, size_t rows) {
    add_kernel((kernel_sums){.space = c->space, .rows = rows, .scatter = c});
}

KERNEL void scatter_three(const scatter *c, size_t rows) {
    column((kernel_sums){.space = c->space, .rows = rows, .scatter = c}, 3, 0, 0);
}

static void scatter_kernel(const scatter *c, size_t rows) {
    if (c->space->vectors == 3)
        scatter_three(c, rows);
    else
        scatter_any(c, rows);
}

/* Handles row r of positions of window row `row`, with the kernel rows that reach into the rows of
 * dx. */
static void sparse_input_row(const layer_shape *g, const gradient *d, const conv_space *s,
                             size_t row, size_t r) {
    const size_t p = row * d->pool.u + r, top = p * g->u;
    const size_t first = s->rows.first > top ? s->rows.first - top : 0;
    const size_t last = s->rows.last < top + g->r ? s->rows.last - top : g->r;
    const gather c = {.space = s,
                      .nonzero = s->nonzero + p * g->y.w * s->words,
                      .values = d->dy + row * d->pool.y.w * g->y.c,
                      .positions = g->y.w,
                      .window = d->pool.v,
                      .channels = g->y.c,
                      .step = g->v * g->x.c,
                      .transposed = s->transposed + first * s->vectors * LANES,
                      .dx = s->image + (top + first) * s->image_row};
    if (s->rows.last > top && first < last)
        gather_row(&c, last - first);
}

/* For a given input, p and q fall as r and s rise; positions are therefore visited backwards. */
static void sparse_input(const layer_shape *g, const gradient *d, const conv_space *s) {
    for (size_t row = d->pool.y.h; row-- > 0;)
        for (size_t r = d->pool.r; r-- > 0;)
            sparse_input_row(g, d, s, row, r);
}

/* Maps each mark bit to its offsets in the gradient and in the image. */
static void find_spots(const layer_shape *g, const conv_space *s) {
    const layer_shape pool = conv_windows(g);
    const size_t W = pool.y.w, step = g->v * g->x.c;
    spot *spot = s->spots;
    for (size_t p = 0; p < pool.y.h; p++)
        for (size_t r = 0; r < pool.r; r++)
            for (size_t q = 0; q < W; q++, spot++) {
                const size_t row = p * pool.u + r, first = row * g->u * s->image_row;
                spot->window = (p * W + q) * g->y.c;
                spot->seen = (ptrdiff_t)(g->pool ? first - row * g->y.w * step : first + q * step);
            }
}

/* Transposes marks: s->listed gets the bits of each channel, side by side for the given words. */
KERNEL void list_marks(const conv_space *s, range words, range channels) {
    for (size_t word = words.first; word < words.last; word++)
        for (size_t k = channels.first; k < channels.last; k++) {
            const uint32_t *marked = s->marked + k / 32 * s->marks + word * 64;
            const lanes_mask bit = (lanes_mask){0} + (int32_t)(UINT32_C(1) << k % 32);
            uint64_t bits = 0;
            for (size_t i = 0; i < 64; i += LANES)
                bits |= (uint64_t)bits_of(
                            (load_positions((const int32_t *)marked + i, LANES) & bit) != 0)
                        << i;
            s->listed[k * BAND + word - words.first] = bits;
        }
}

/* Adds dw into s->transposed, one band of marks at a time, whose positions are close together. */
static void sparse_weights(const layer_shape *g, const gradient *d, const conv_space *s,
                           float *db) {
    const size_t words = s->marks / 64, first = s->kernel_rows.first;
    float nowhere = 0;
    for (size_t word = 0; word < words; word += BAND) {
        const size_t count = words - word < BAND ? words - word : BAND;
        list_marks(s, (range){word, word + count}, s->channels);
        for (size_t k = s->channels.first; k < s->channels.last; k++) {
            const scatter c = {.space = s,
                               .listed = s->listed + k * BAND,
                               .spots = s->spots + word * 64,
                               .words = count,
                               .seen = s->seen + first * s->image_row,
                               .dy = d->dy + k,
                               .indices = d->indices ? d->indices + k : NULL,
                               .step = g->v * g->x.c,
                               .dw = s->transposed + k * s->kernel + first * s->vectors * LANES,
                               .db = db && first == 0 ? db + k : &nowhere};
            scatter_kernel(&c, s->kernel_rows.last - first);
        }
    }
}

#endif
