/* x86-64 with AVX-512 (F, VL, BW, DQ) and FMA: sixteen lanes, thirty-two registers.
 * The contract is in vector.h. */
#ifndef SIMD_VECTOR_AVX512_H
#define SIMD_VECTOR_AVX512_H

#include "lanes.h"

#include <immintrin.h>

enum { REGISTERS = 32, FEW_BLOCKS = 0 };

#define VECTOR_INSTRUCTIONS "AVX-512 F VL BW DQ, FMA"
#define LANE_NUMBERS                                                                               \
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }

#define OUTSIDE_LOOPS ALWAYS_INLINE

ALWAYS_INLINE vector load_part(const float *from, lanes_mask part) {
    return _mm512_maskz_loadu_ps(_mm512_movepi32_mask((__m512i)part), from);
}

ALWAYS_INLINE void store_part(float *to, vector v, lanes_mask part) {
    _mm512_mask_storeu_ps(to, _mm512_movepi32_mask((__m512i)part), v);
}

ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    return _mm512_movepi32_mask((__m512i)mask);
}

/* Interleave the lower halves, or the upper halves, of a and b. Four such stages, each over all
 * pairs (i, i + 8), transpose the square. */
ALWAYS_INLINE vector lower(vector a, vector b) {
    return PICK(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

ALWAYS_INLINE vector upper(vector a, vector b) {
    return PICK(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

ALWAYS_INLINE void transpose_stage(const vector *from, vector *to) {
    for (int i = 0; i < LANES / 2; i++) {
        to[2 * i] = lower(from[i], from[i + LANES / 2]);
        to[2 * i + 1] = upper(from[i], from[i + LANES / 2]);
    }
}

ALWAYS_INLINE void transpose_lanes(vector v[LANES]) {
    vector other[LANES];
    transpose_stage(v, other);
    transpose_stage(other, v);
    transpose_stage(v, other);
    transpose_stage(other, v);
}

ALWAYS_INLINE vector roots_of(vector v) {
    return _mm512_sqrt_ps(v);
}

ALWAYS_INLINE vector multiply_add_lanes(vector a, vector b, vector c) {
    return _mm512_fmadd_ps(a, b, c);
}

ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return _mm512_fmadd_ps(_mm512_set1_ps(a), b, c);
}

#endif
