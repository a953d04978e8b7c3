/* A vector of floats as wide as the instruction set this unit is built for, and all that the
 * kernels ask of it beyond + and comparison. Lanes run along channels, never along a sum. */
#ifndef SIMD_VECTOR_H
#define SIMD_VECTOR_H

#include "ops.h"

#include <immintrin.h>
#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* A heavy loop stays by itself, so that it has all registers. */
#define KERNEL static __attribute__((noinline))

enum { VECTOR_BYTES = 32, LANES = VECTOR_BYTES / sizeof(float) };

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
/* What comparing two vectors gives: all bits of a lane where it holds. */
typedef int32_t lanes_mask __attribute__((vector_size(VECTOR_BYTES)));

/* From and to any address. */
ALWAYS_INLINE vector load(const float *from) {
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

ALWAYS_INLINE void store(float *to, vector v) {
    memcpy(to, &v, sizeof v);
}

/* The first `count` lanes, 1 to LANES. */
ALWAYS_INLINE lanes_mask first_lanes(size_t count) {
    const lanes_mask numbers = {0, 1, 2, 3, 4, 5, 6, 7};
    return numbers < (int32_t)count;
}

/* Touches no memory outside the mask; the lanes outside come as zero. */
ALWAYS_INLINE vector load_part(const float *from, lanes_mask part) {
    return _mm256_maskload_ps(from, (__m256i)part);
}

ALWAYS_INLINE void store_part(float *to, vector v, lanes_mask part) {
    _mm256_maskstore_ps(to, (__m256i)part, v);
}

/* The same for as many as there are: all lanes, if count is LANES or more. */
ALWAYS_INLINE vector load_some(const float *from, size_t count) {
    return count >= LANES ? load(from) : load_part(from, first_lanes(count));
}

ALWAYS_INLINE void store_some(float *to, vector v, size_t count) {
    if (count >= LANES)
        store(to, v);
    else
        store_part(to, v, first_lanes(count));
}

/* Whole numbers, such as the places of a pool's winners. */
ALWAYS_INLINE lanes_mask load_places(const int32_t *from, size_t count) {
    return (lanes_mask)load_some((const float *)from, count);
}

ALWAYS_INLINE void store_places(int32_t *to, lanes_mask places, size_t count) {
    store_some((float *)to, (vector)places, count);
}

/* One bit a lane, lane 0 the lowest. */
ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
}

/* a where the mask holds, else b; and a or zero. */
ALWAYS_INLINE vector choose(lanes_mask mask, vector a, vector b) {
    return (vector)((mask & (lanes_mask)a) | (~mask & (lanes_mask)b));
}

ALWAYS_INLINE vector keep(lanes_mask mask, vector a) {
    return (vector)(mask & (lanes_mask)a);
}

/* Lane j of vector i becomes lane i of vector j. */
ALWAYS_INLINE void turn_lanes(vector v[LANES]) {
    vector a[LANES], b[LANES];
    for (int i = 0; i < LANES; i += 2) {
        a[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < LANES; i += 4) {
        b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
        b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xee);
        b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
        b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xee);
    }
    for (int i = 0; i < LANES / 2; i++) {
        v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
        v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
    }
}

/* a * b + c rounded once, by name: whether a compiler contracts a * b + c depends on its mood and
 * on the level of optimisation (gcc does not at -O1), and the bits must not. */
ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return _mm256_fmadd_ps(_mm256_set1_ps(a), b, c);
}

#endif
