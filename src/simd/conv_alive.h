/* Which numbers of a gradient are not zero. Behind a 2x2 pool and a ReLU it is about one in eight:
 * a pool passes its gradient to one of four places, and a ReLU stops half of it. dx and dw are then
 * sums over those alone, since adding 0 w changes nothing. */
#ifndef SIMD_CONV_ALIVE_H
#define SIMD_CONV_ALIVE_H

#include "conv_space.h"

/* The gradient of one image as it comes in: of the windows of a pool, or of each place. */
typedef struct gradient {
    const float *dy, *y;    /* y NULL: there was no ReLU */
    const int32_t *winners; /* NULL: there was no pool */
    geometry pool;
} gradient;

static gradient gradient_of(const geometry *g, const tensors *t, size_t n, bool block) {
    const geometry pool = conv_windows(g);
    const size_t first = n * pool.y.h * pool.y.w * pool.y.c;
    return (gradient){t->dy + first, block ? t->y + first : NULL,
                      g->pool ? t->winners + first : NULL, pool};
}

/* `count` numbers of one window's gradient, with 0 where the ReLU stopped them. */
ALWAYS_INLINE vector gradient_vector(const gradient *d, size_t at, size_t count) {
    const vector dy = load_some(d->dy + at, count);
    return d->y ? keep(~(load_some(d->y + at, count) <= 0), dy) : dy;
}

/* The lanes of them that went to this place. */
ALWAYS_INLINE lanes_mask won(const gradient *d, size_t at, size_t place, size_t count) {
    return load_places(d->winners + at, count) == (int32_t)place;
}

enum { PLACES = 4 }; /* of a window, that are looked at together */

/* 64 channels or less of `places` places of one window, whose numbers are at `at`: the bits of each
 * place, into s->alive. Returns how many are set. */
ALWAYS_INLINE size_t alive_words(const gradient *d, size_t at, size_t channels, size_t places,
                                 const size_t *place, const conv_space *s, size_t word) {
    uint64_t bits[PLACES] = {0};
    size_t alive = 0;
    for (size_t k = 0; k < channels; k += LANES) {
        const lanes_mask mask = gradient_vector(d, at + k, channels - k) != 0;
        for (size_t i = 0; i < places; i++) {
            const lanes_mask here =
                d->winners ? mask & won(d, at + k, place[i], channels - k) : mask;
            bits[i] |= (uint64_t)bits_of(here) << k;
        }
    }
    for (size_t i = 0; i < places; i++) {
        s->alive[place[i] * s->words + word] = bits[i];
        alive += (size_t)__builtin_popcountll(bits[i]);
    }
    return alive;
}

/* A row of windows of rows x columns places each; these are known where this is called, if they
 * are few. */
ALWAYS_INLINE size_t alive_row(const gradient *d, const conv_space *s, size_t p, size_t rows,
                               size_t columns) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->x.w;
    size_t alive = 0;
    for (size_t q = 0; q < pool->y.w; q++)
        for (size_t word = 0; word < s->words; word++) {
            const size_t at = (p * pool->y.w + q) * K + word * 64, left = K - word * 64;
            const size_t channels = left < 64 ? left : 64;
            const size_t corner = p * pool->u * W + q * pool->v;
            if (rows == 2 && columns == 2) {
                const size_t place[PLACES] = {corner, corner + 1, corner + W, corner + W + 1};
                alive += alive_words(d, at, channels, 4, place, s, word);
                continue;
            }
            for (size_t i = 0; i < rows * columns; i++) {
                const size_t place = corner + i / columns * W + i % columns;
                alive += alive_words(d, at, channels, 1, &place, s, word);
            }
        }
    return alive;
}

/* Do windows leave places out? */
static bool pool_has_gaps(const geometry *pool) {
    return pool->y.h * pool->r != pool->x.h || pool->y.w * pool->s != pool->x.w;
}

/* Fills s->alive; returns how many numbers are. */
KERNEL size_t find_alive(const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    size_t alive = 0;
    if (pool_has_gaps(pool))
        memset(s->alive, 0, pool->x.h * pool->x.w * s->words * sizeof *s->alive);
    for (size_t p = 0; p < pool->y.h; p++)
        if (pool->r == 2 && pool->s == 2)
            alive += alive_row(d, s, p, 2, 2);
        else
            alive += alive_row(d, s, p, pool->r, pool->s);
    return alive;
}

/* 32 channels or less of one window: which are alive in each of its rows of places, the first of
 * which has the places from `first` on. Returns how many are. */
ALWAYS_INLINE size_t mark_window(const gradient *d, size_t at, size_t channels, size_t rows,
                                 size_t first, uint32_t *marked, size_t row) {
    const int32_t W = (int32_t)d->pool.x.w;
    size_t alive = 0;
    for (size_t r = 0; r < rows; r++) {
        const int32_t begin = (int32_t)first + (int32_t)r * W;
        uint32_t bits = 0;
        for (size_t k = 0; k < channels; k += LANES) {
            lanes_mask here = gradient_vector(d, at + k, channels - k) != 0;
            if (d->winners) {
                const lanes_mask place = load_places(d->winners + at + k, channels - k);
                here &= (place >= begin) & (place < begin + W);
            }
            bits |= bits_of(here) << k;
        }
        marked[r * row] = bits;
        alive += (size_t)__builtin_popcount(bits);
    }
    return alive;
}

/* 32 channels or less from k on of all windows, of `rows` rows each. */
ALWAYS_INLINE size_t mark_channels(const gradient *d, const conv_space *s, size_t k, size_t rows) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->y.w, channels = K - k < 32 ? K - k : 32;
    uint32_t *marked = s->marked + k / 32 * s->marks;
    size_t alive = 0;
    for (size_t p = 0; p < pool->y.h; p++, marked += rows * W)
        for (size_t q = 0; q < W; q++)
            alive += mark_window(d, (p * W + q) * K + k, channels, rows, p * pool->u * pool->x.w,
                                 marked + q, W);
    for (; marked < s->marked + (k / 32 + 1) * s->marks; marked++)
        *marked = 0;
    return alive;
}

/* Fills s->marked: row of places by row, and in each from window to window, as dw is summed; a
 * channel is alive at one place of these at most. Returns how many are. */
KERNEL size_t mark_alive(const gradient *d, const conv_space *s) {
    size_t alive = 0;
    for (size_t k = 0; k < d->pool.y.c; k += 32)
        alive += d->pool.r == 2 ? mark_channels(d, s, k, 2) : mark_channels(d, s, k, d->pool.r);
    return alive;
}

/* Is it worth while to go by what is alive? For dw, if that is less than half. */
static bool sparse_for_weights(const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    return s->run >= LANES && 2 * mark_alive(d, s) <= pool->x.h * pool->x.w * pool->x.c;
}

/* For dx, if that is less than half of the vectors that a product of matrices takes: its lanes run
 * along c alone, and where channels are few most of them are idle. */
static bool sparse_for_input(const geometry *g, const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    const size_t numbers = pool->x.h * pool->x.w * pool->x.c;
    const size_t product = numbers * g->s * ((g->x.c + LANES - 1) / LANES);
    return 2 * find_alive(d, s) * s->vectors <= product;
}

/* A row of windows, to all its places; rows and columns as in alive_row(). */
ALWAYS_INLINE void write_out_row(const gradient *d, const conv_space *s, size_t p, size_t rows,
                                 size_t columns) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c, W = pool->x.w;
    for (size_t q = 0; q < pool->y.w; q++)
        for (size_t k = 0; k < K; k += LANES) {
            const size_t at = (p * pool->y.w + q) * K + k;
            const size_t corner = p * pool->u * W + q * pool->v;
            const vector dy = gradient_vector(d, at, K - k);
            for (size_t r = 0; r < rows; r++)
                for (size_t i = 0; i < columns; i++) {
                    const size_t place = corner + r * W + i;
                    const vector here = d->winners ? keep(won(d, at, place, K - k), dy) : dy;
                    store_some(s->dy + place * K + k, here, K - k);
                }
        }
}

/* The same gradient with all its zeros, place by place. */
KERNEL void write_out(const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    if (pool_has_gaps(pool))
        memset(s->dy, 0, pool->x.h * pool->x.w * pool->y.c * sizeof *s->dy);
    for (size_t p = 0; p < pool->y.h; p++)
        if (pool->r == 2 && pool->s == 2)
            write_out_row(d, s, p, 2, 2);
        else
            write_out_row(d, s, p, pool->r, pool->s);
}

/* + dy over row r of the places that row p of the windows sees: of each window's numbers, those
 * whose winner lies in that row. */
ALWAYS_INLINE vector bias_row(const gradient *d, size_t p, size_t r, size_t k, vector sum) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c;
    const int32_t first = (int32_t)((p * pool->u + r) * pool->x.w);
    const int32_t end = first + (int32_t)pool->x.w;
    for (size_t q = 0; q < pool->y.w; q++) {
        const size_t at = (p * pool->y.w + q) * K + k;
        const vector dy = gradient_vector(d, at, K - k);
        if (d->winners) {
            const lanes_mask winners = load_places(d->winners + at, K - k);
            sum += keep((winners >= first) & (winners < end), dy);
        } else {
            sum += dy;
        }
    }
    return sum;
}

/* db: + dy over p, q rising. */
KERNEL void add_bias(const gradient *d, range channels, float *db) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c;
    for (size_t k = channels.first; k < channels.last; k += LANES) {
        vector sum = load_some(db + k, K - k);
        for (size_t p = 0; p < pool->y.h; p++)
            for (size_t r = 0; r < pool->r; r++)
                sum = bias_row(d, p, r, k, sum);
        store_some(db + k, sum, K - k);
    }
}

#endif
