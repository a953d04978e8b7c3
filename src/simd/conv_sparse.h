/* dx and dw of a convolution as sums over what is alive, with lanes along a kernel row, s c. */
#ifndef SIMD_CONV_SPARSE_H
#define SIMD_CONV_SPARSE_H

#include "conv_alive.h"

/* What there is to add, for one place of the gradient or for one channel of it. */
typedef struct kernel_sums {
    const conv_space *space;
    size_t rows; /* of the kernel */
    /* GATHER: to dx around one place, from the kernels of the channels alive there. */
    const uint64_t *alive;
    const float *values, *turned; /* [k]; [k][r][vectors] */
    float *dx;
    /* SCATTER: to dw of one channel, from the image around the places where it is alive. */
    const uint32_t *at;
    const float *value;
    size_t count;
    float *dw;
} kernel_sums;

enum direction { GATHER, SCATTER };
enum { SUMS = 12 }; /* vectors of sums that fit the registers */

/* rows x vectors vectors that stand `row` apart in y. */
ALWAYS_INLINE void load_block(size_t rows, size_t vectors, const float *y, size_t row,
                              vector *sum) {
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            sum[r * vectors + v] = load(y + r * row + v * LANES);
}

ALWAYS_INLINE void store_block(size_t rows, size_t vectors, float *y, size_t row,
                               const vector *sum) {
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            store(y + r * row + v * LANES, sum[r * vectors + v]);
}

/* sum = sum + by m. */
ALWAYS_INLINE void add_block(size_t rows, size_t vectors, float by, const float *m, size_t row,
                             vector *sum) {
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            sum[r * vectors + v] =
                multiply_add(by, load(m + r * row + v * LANES), sum[r * vectors + v]);
}

/* + dy w, k rising. */
ALWAYS_INLINE void gather_block(const kernel_sums *c, size_t rows, size_t vectors, size_t r,
                                size_t v) {
    const conv_space *s = c->space;
    const size_t row = s->vectors * LANES, kernel = s->kernel;
    const float *w = c->turned + r * row + v * LANES, *values = c->values;
    float *dx = c->dx + r * s->image_row + v * LANES;
    vector sum[SUMS];
    load_block(rows, vectors, dx, s->image_row, sum);
    for (size_t word = 0; word < s->words; word++, values += 64, w += 64 * kernel)
        for (uint64_t alive = c->alive[word]; alive; alive &= alive - 1) {
            const size_t k = (size_t)__builtin_ctzll(alive);
            add_block(rows, vectors, values[k], w + k * kernel, row, sum);
        }
    store_block(rows, vectors, dx, s->image_row, sum);
}

/* + dy x, along the list. */
ALWAYS_INLINE void scatter_block(const kernel_sums *c, size_t rows, size_t vectors, size_t r,
                                 size_t v) {
    const conv_space *s = c->space;
    const size_t row = s->vectors * LANES, image_row = s->image_row;
    const float *image = s->seen + r * image_row + v * LANES;
    float *dw = c->dw + r * row + v * LANES;
    vector sum[SUMS];
    load_block(rows, vectors, dw, row, sum);
    for (size_t i = 0; i < c->count; i++)
        add_block(rows, vectors, c->value[i], image + c->at[i], image_row, sum);
    store_block(rows, vectors, dw, row, sum);
}

/* As many blocks of this height as there are rows left from r on; returns the next row. */
ALWAYS_INLINE size_t blocks(enum direction direction, const kernel_sums *c, size_t rows,
                            size_t vectors, size_t r, size_t v) {
    for (; c->rows - r >= rows; r += rows)
        if (direction == GATHER)
            gather_block(c, rows, vectors, r, v);
        else
            scatter_block(c, rows, vectors, r, v);
    return r;
}

/* Columns v to v + vectors - 1 of the whole kernel, in blocks of up to SUMS vectors. */
ALWAYS_INLINE size_t columns(enum direction direction, const kernel_sums *c, size_t vectors,
                             size_t v) {
    const size_t most = SUMS / vectors;
    for (; c->space->vectors - v >= vectors; v += vectors) {
        size_t r = 0;
        if (most >= 5)
            r = blocks(direction, c, 5, vectors, r, v);
        if (most >= 3)
            r = blocks(direction, c, 3, vectors, r, v);
        if (most >= 2)
            r = blocks(direction, c, 2, vectors, r, v);
        blocks(direction, c, 1, vectors, r, v);
    }
    return v;
}

/* Short kernel rows go several at a time: eight sums side by side keep both units busy. */
ALWAYS_INLINE void add_kernel(enum direction direction, const kernel_sums *c) {
    size_t v = columns(direction, c, 12, 0);
    v = columns(direction, c, 6, v);
    v = columns(direction, c, 4, v);
    v = columns(direction, c, 2, v);
    columns(direction, c, 1, v);
}

KERNEL void gather_kernel(const kernel_sums *c) {
    add_kernel(GATHER, c);
}

KERNEL void scatter_kernel(const kernel_sums *c) {
    add_kernel(SCATTER, c);
}

static bool any_alive(const conv_space *s, const uint64_t *alive) {
    uint64_t any = 0;
    for (size_t word = 0; word < s->words; word++)
        any |= alive[word];
    return any != 0;
}

/* One row p of places, window by window, backwards, with the rows of the kernel that reach into
 * the rows of dx. */
static void gather_row(const geometry *g, const gradient *d, const conv_space *s, size_t p,
                       const float *window) {
    const geometry *pool = &d->pool;
    const size_t top = p * g->u;
    const size_t first = s->rows.first > top ? s->rows.first - top : 0;
    const size_t last = s->rows.last < top + g->r ? s->rows.last - top : g->r;
    float *row = s->image + (top + first) * s->image_row;
    kernel_sums c = {
        .space = s, .rows = last - first, .turned = s->turned + first * s->vectors * LANES};
    if (s->rows.last <= top || first >= last)
        return;
    for (size_t column = pool->y.w; column-- > 0;)
        for (size_t i = pool->s; i-- > 0;) {
            const size_t q = column * pool->v + i;
            c.alive = s->alive + (p * g->y.w + q) * s->words;
            c.values = window + column * g->y.c;
            c.dx = row + q * g->v * g->x.c;
            if (any_alive(s, c.alive))
                gather_kernel(&c);
        }
}

/* An input meets its outputs p and q falling as r and s rise: so places go backwards. */
static void sparse_input(const geometry *g, const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    for (size_t row = pool->y.h; row-- > 0;)
        for (size_t r = pool->r; r-- > 0;)
            gather_row(g, d, s, row * pool->u + r, d->dy + row * pool->y.w * g->y.c);
}

/* Those of the 64 bits from channel `first` on that this call does. */
static uint64_t own_bits(const conv_space *s, uint64_t bits, size_t first) {
    if (s->channels.first > first)
        bits &= s->channels.first - first < 64 ? ~UINT64_C(0) << (s->channels.first - first) : 0;
    if (s->channels.last < first + 64)
        bits &= s->channels.last > first ? ~UINT64_C(0) >> (first + 64 - s->channels.last) : 0;
    return bits;
}

/* Appends what row p of the places has of one window to the lists of its channels; db, if there is
 * one, sums along. All places of that row at once: a channel is alive at one of them at most. */
ALWAYS_INLINE void list_window(const geometry *g, const gradient *d, const conv_space *s, size_t p,
                               size_t window, size_t q, float *db) {
    const size_t K = g->y.c, first = p * g->y.w, row = p * g->u * s->image_row;
    const size_t step = g->v * g->x.c;
    for (size_t word = 0; word < s->words; word++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < d->pool.s; i++)
            bits |= s->alive[(first + q + i) * s->words + word];
        for (bits = own_bits(s, bits, 64 * word); bits; bits &= bits - 1) {
            const size_t k = word * 64 + (size_t)__builtin_ctzll(bits);
            const size_t end = k * s->room + s->count[k]++;
            const float value = d->dy[window * K + k];
            const size_t place = d->winners ? (size_t)d->winners[window * K + k] - first : q;
            s->at[end] = (uint32_t)(row + place * step);
            s->value[end] = value;
            if (db)
                db[k] += value;
        }
    }
}

/* One row p of places, window by window from `window` on. */
KERNEL void list_row(const geometry *g, const gradient *d, const conv_space *s, size_t p,
                     size_t window, float *db) {
    for (size_t column = 0; column < d->pool.y.w; column++)
        list_window(g, d, s, p, window + column, column * d->pool.v, db);
}

/* The lists of some rows of windows. */
static void list_windows(const geometry *g, const gradient *d, const conv_space *s, range rows,
                         float *db) {
    const geometry *pool = &d->pool;
    memset(s->count, 0, g->y.c * sizeof *s->count);
    for (size_t row = rows.first; row < rows.last; row++)
        for (size_t r = 0; r < pool->r; r++)
            list_row(g, d, s, row * pool->u + r, row * pool->y.w, db);
}

/* Into the turned dw, a band of windows at a time: so lists stay short and the sums of a channel
 * in registers. */
static void sparse_weights(const geometry *g, const gradient *d, const conv_space *s, float *db) {
    const size_t rows = d->pool.y.h;
    for (size_t row = 0; row < rows; row += s->band) {
        list_windows(g, d, s, (range){row, row + s->band < rows ? row + s->band : rows}, db);
        for (size_t k = s->channels.first; k < s->channels.last; k++) {
            const kernel_sums c = {.space = s,
                                   .rows = g->r,
                                   .at = s->at + k * s->room,
                                   .value = s->value + k * s->room,
                                   .count = s->count[k],
                                   .dw = s->turned + k * s->kernel};
            scatter_kernel(&c);
        }
    }
}

#endif
