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

/* The bits of one place, 64 channels of it, from its window's numbers at `at`. */
ALWAYS_INLINE uint64_t alive_word(const gradient *d, size_t at, size_t channels, size_t place) {
    uint64_t word = 0;
    for (size_t k = 0; k < channels; k += LANES) {
        lanes_mask mask = gradient_vector(d, at + k, channels - k) != 0;
        if (d->winners)
            mask &= won(d, at + k, place, channels - k);
        word |= (uint64_t)bits_of(mask) << k;
    }
    return word;
}

/* All places of one window. */
ALWAYS_INLINE size_t alive_window(const gradient *d, const conv_space *s, size_t p, size_t q) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c, window = (p * pool->y.w + q) * K;
    size_t alive = 0;
    for (size_t r = 0; r < pool->r; r++)
        for (size_t i = 0; i < pool->s; i++) {
            const size_t place = (p * pool->u + r) * pool->x.w + q * pool->v + i;
            for (size_t word = 0; word < s->words; word++) {
                const size_t left = K - word * 64;
                const uint64_t bits =
                    alive_word(d, window + word * 64, left < 64 ? left : 64, place);
                s->alive[place * s->words + word] = bits;
                alive += (size_t)__builtin_popcountll(bits);
            }
        }
    return alive;
}

/* Do windows leave places out? */
static bool pool_has_gaps(const geometry *pool) {
    return pool->y.h * pool->r != pool->x.h || pool->y.w * pool->s != pool->x.w;
}

/* Fills s->alive; returns how many numbers are. */
static size_t find_alive(const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    size_t alive = 0;
    if (pool_has_gaps(pool))
        memset(s->alive, 0, pool->x.h * pool->x.w * s->words * sizeof *s->alive);
    for (size_t p = 0; p < pool->y.h; p++)
        for (size_t q = 0; q < pool->y.w; q++)
            alive += alive_window(d, s, p, q);
    return alive;
}

/* Is it worth while to go by what is alive? */
static bool conv_sparse(const geometry *g, const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    const size_t numbers = (g->x.h + 2 * g->pad_h) * s->image_row; /* lists have 32 bits for them */
    return s->run >= LANES && numbers <= UINT32_MAX &&
           2 * find_alive(d, s) <= pool->x.h * pool->x.w * pool->x.c;
}

/* `count` numbers of one window, to all its places. */
ALWAYS_INLINE void write_out_window(const gradient *d, const conv_space *s, size_t p, size_t q,
                                    size_t k, size_t count) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c, at = (p * pool->y.w + q) * K + k;
    const vector dy = gradient_vector(d, at, count);
    for (size_t r = 0; r < pool->r; r++)
        for (size_t i = 0; i < pool->s; i++) {
            const size_t place = (p * pool->u + r) * pool->x.w + q * pool->v + i;
            const vector here = d->winners ? keep(won(d, at, place, count), dy) : dy;
            store_some(s->dy + place * K + k, here, count);
        }
}

/* The same gradient with all its zeros, place by place. */
static void write_out(const gradient *d, const conv_space *s) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c;
    if (pool_has_gaps(pool))
        memset(s->dy, 0, pool->x.h * pool->x.w * K * sizeof *s->dy);
    for (size_t p = 0; p < pool->y.h; p++)
        for (size_t q = 0; q < pool->y.w; q++)
            for (size_t k = 0; k < K; k += LANES)
                write_out_window(d, s, p, q, k, K - k);
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
static void add_bias(const gradient *d, float *db) {
    const geometry *pool = &d->pool;
    const size_t K = pool->y.c;
    for (size_t k = 0; k < K; k += LANES) {
        vector sum = load_some(db + k, K - k);
        for (size_t p = 0; p < pool->y.h; p++)
            for (size_t r = 0; r < pool->r; r++)
                sum = bias_row(d, p, r, k, sum);
        store_some(db + k, sum, K - k);
    }
}

#endif
