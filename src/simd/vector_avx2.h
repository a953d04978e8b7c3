/* x86-64 with AVX2 and FMA: eight lanes, sixteen registers. The contract is in vector.h. */
#ifndef SIMD_VECTOR_AVX2_H
#define SIMD_VECTOR_AVX2_H

#include "lanes.h"

#include <immintrin.h>

enum { REGISTERS = 16, FEW_BLOCKS = 0 };

#define VECTOR_INSTRUCTIONS "AVX2, FMA"
#define LANE_NUMBERS                                                                               \
    { 0, 1, 2, 3, 4, 5, 6, 7 }

#define OUTSIDE_LOOPS ALWAYS_INLINE

ALWAYS_INLINE vector load_part(const float *from, lanes_mask part) {
    return _mm256_maskload_ps(from, (__m256i)part);
}

ALWAYS_INLINE void store_part(float *to, vector v, lanes_mask part) {
    _mm256_maskstore_ps(to, (__m256i)part, v);
}

ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
}

ALWAYS_INLINE void transpose_lanes(vector v[LANES]) {
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

ALWAYS_INLINE vector roots_of(vector v) {
    return _mm256_sqrt_ps(v);
}

ALWAYS_INLINE vector multiply_add_lanes(vector a, vector b, vector c) {
    return _mm256_fmadd_ps(a, b, c);
}

ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return _mm256_fmadd_ps(_mm256_set1_ps(a), b, c);
}

#endif
