/* A vector of floats as wide as the instruction set this unit is built for, and the loops that
 * every kernel here is made of. Lanes run along channels, never along a sum. */
#ifndef SIMD_VECTOR_H
#define SIMD_VECTOR_H

#include "ops.h"

#include <immintrin.h>
#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#ifndef VECTOR_BYTES
#define VECTOR_BYTES 32
#endif
enum { LANES = VECTOR_BYTES / sizeof(float) };

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));

/* From and to any address. */
ALWAYS_INLINE vector load(const float *from) {
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

ALWAYS_INLINE void store(float *to, vector v) {
    memcpy(to, &v, sizeof v);
}

/* The first `lanes` lanes; the rest are zero, or stay as they are in memory. */
ALWAYS_INLINE vector load_part(const float *from, size_t lanes) {
    vector v = {0};
    memcpy(&v, from, lanes * sizeof *from);
    return v;
}

ALWAYS_INLINE void store_part(float *to, vector v, size_t lanes) {
    memcpy(to, &v, lanes * sizeof *to);
}

/* a * b + c rounded once, by name: whether a compiler contracts a * b + c depends on its mood and
 * on the level of optimisation (gcc does not at -O1), and the bits must not. */
ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return _mm256_fmadd_ps(_mm256_set1_ps(a), b, c);
}

#endif
