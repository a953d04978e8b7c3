/* Four lanes, the minimum of every processor family: SSE2 on x86, NEON on aarch64, SIMD128 in
 * WebAssembly, or whatever a compiler makes of 128-bit vectors. The contract is in vector.h. */
#ifndef SIMD_VECTOR_BASE_H
#define SIMD_VECTOR_BASE_H

#include "lanes.h"

#ifdef __aarch64__
enum { REGISTERS = 32, FEW_BLOCKS = 0 };
#elif defined(__wasm__)
enum { REGISTERS = 16, FEW_BLOCKS = 1 };
#else
enum { REGISTERS = 16, FEW_BLOCKS = 0 };
#endif

#define LANE_NUMBERS                                                                               \
    { 0, 1, 2, 3 }

#define OUTSIDE_LOOPS KERNEL __attribute__((unused))

/* Lane by lane, as these sets have no masked loads. Lanes outside the mask access the position of
 * lane 0: the compiler would replicate branches in each block of sums. */
ALWAYS_INLINE vector load_part(const float *from, lanes_mask part) {
    const lanes_mask at = part & (lanes_mask)LANE_NUMBERS;
    const vector v = {from[0], from[at[1]], from[at[2]], from[at[3]]};
    return (vector)(part & (lanes_mask)v);
}

ALWAYS_INLINE void store_part(float *to, vector v, lanes_mask part) {
    const lanes_mask at = part & (lanes_mask)LANE_NUMBERS;
    for (int i = LANES - 1; i > 0; i--)
        to[at[i]] = v[at[i]];
    to[0] = v[0];
}

ALWAYS_INLINE void transpose_lanes(vector v[LANES]) {
    const vector a = PICK(v[0], v[2], 0, 4, 1, 5), b = PICK(v[0], v[2], 2, 6, 3, 7);
    const vector c = PICK(v[1], v[3], 0, 4, 1, 5), d = PICK(v[1], v[3], 2, 6, 3, 7);
    v[0] = PICK(a, c, 0, 4, 1, 5);
    v[1] = PICK(a, c, 2, 6, 3, 7);
    v[2] = PICK(b, d, 0, 4, 1, 5);
    v[3] = PICK(b, d, 2, 6, 3, 7);
}

#if defined(__aarch64__)
#include <arm_neon.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#else
#include <math.h>
#endif

/* ------------------------------------------------------------------------------- multiply-add */

#if defined(__aarch64__)
#define VECTOR_INSTRUCTIONS "NEON"

ALWAYS_INLINE vector multiply_add_lanes(vector a, vector b, vector c) {
    return (vector)vfmaq_f32((float32x4_t)c, (float32x4_t)b, (float32x4_t)a);
}

ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return (vector)vfmaq_n_f32((float32x4_t)c, (float32x4_t)b, a);
}
#elif defined(__wasm_relaxed_simd__)
#define VECTOR_INSTRUCTIONS "SIMD128, relaxed"

/* "Relaxed" leaves it to the processor how often this is rounded: once on all that have a fused
 * multiply-add. */
ALWAYS_INLINE vector multiply_add_lanes(vector a, vector b, vector c) {
    return (vector)wasm_f32x4_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)c);
}

ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return multiply_add_lanes((vector){a, a, a, a}, b, c);
}
#else
_Static_assert(CNN_ROUNDINGS == 2, "no fused multiply-add here: build with -DCNN_ROUNDINGS=2");

ALWAYS_INLINE vector multiply_add_lanes(vector a, vector b, vector c) {
    return a * b + c;
}

ALWAYS_INLINE vector multiply_add(float a, vector b, vector c) {
    return a * b + c;
}
#endif

/* ----------------------------------------------------------------------- what has no operator */

#if defined(__SSE2__)
#define VECTOR_INSTRUCTIONS "SSE2"

ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    return (uint32_t)_mm_movemask_ps((__m128)mask);
}
#elif defined(__wasm_simd128__)
ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    return wasm_i32x4_bitmask((v128_t)mask);
}
#else
ALWAYS_INLINE uint32_t bits_of(lanes_mask mask) {
    const lanes_mask bits = mask & (lanes_mask){1, 2, 4, 8};
    return (uint32_t)(bits[0] | bits[1] | bits[2] | bits[3]);
}
#endif

ALWAYS_INLINE vector roots_of(vector v) {
#if defined(__aarch64__)
    return (vector)vsqrtq_f32((float32x4_t)v);
#elif defined(__SSE2__)
    return (vector)_mm_sqrt_ps((__m128)v);
#elif defined(__wasm_simd128__)
    return (vector)wasm_f32x4_sqrt((v128_t)v);
#else
    return (vector){sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};
#endif
}

#if !defined(VECTOR_INSTRUCTIONS) && defined(__wasm_simd128__)
#define VECTOR_INSTRUCTIONS "SIMD128"
#elif !defined(VECTOR_INSTRUCTIONS)
#define VECTOR_INSTRUCTIONS "vectors of 128 bits"
#endif

#endif
