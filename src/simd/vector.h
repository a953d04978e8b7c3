/* The vector operations that kernels use beyond + and comparison. Lanes run along channels, never
 * along a sum. The header of each instruction set defines:
 *
 *   REGISTERS       number of vector registers
 *   load_part()     loads the lanes of a first_lanes() mask; the others are zero, and their memory
 *   store_part()    is not touched
 *   FEW_BLOCKS      1 where a page loads the code: kernels in fewer block sizes
 *   OUTSIDE_LOOPS   how these are called outside of innermost loops: inline, or as a function
 *   bits_of()       one bit per lane, lane 0 the lowest
 *   transpose_lanes()    lane j of vector i becomes lane i of vector j
 *   roots_of()      the square root of each lane
 *   multiply_add()  a * b + c, rounded CNN_ROUNDINGS times; a is a number, or, in
 *   multiply_add_lanes(), a vector
 *
 * The last two are explicit because whether a compiler contracts a * b + c depends on compiler and
 * flags (gcc does not at -O1), and the bits must not. */
#ifndef SIMD_VECTOR_H
#define SIMD_VECTOR_H

#if VECTOR_BYTES == 64
#include "vector_avx512.h"
#elif VECTOR_BYTES == 32
#include "vector_avx2.h"
#else
#include "vector_base.h"
#endif

/* The first `count` lanes, 1 to LANES. */
ALWAYS_INLINE lanes_mask first_lanes(size_t count) {
    const lanes_mask numbers = LANE_NUMBERS;
    return numbers < (int32_t)count;
}

/* Loads or stores the first `count` lanes; all, if count is LANES or more. */
ALWAYS_INLINE vector load_some(const float *from, size_t count) {
    return count >= LANES ? load(from) : load_part(from, first_lanes(count));
}

ALWAYS_INLINE void store_some(float *to, vector v, size_t count) {
    if (count >= LANES)
        store(to, v);
    else
        store_part(to, v, first_lanes(count));
}

/* The same four for code outside of innermost loops. Where parts are loaded lane by lane, a copy at
 * each use would make the kernels a fifth longer. */
OUTSIDE_LOOPS vector load_part_outside(const float *from, lanes_mask part) {
    return load_part(from, part);
}

OUTSIDE_LOOPS void store_part_outside(float *to, vector v, lanes_mask part) {
    store_part(to, v, part);
}

OUTSIDE_LOOPS vector load_some_outside(const float *from, size_t count) {
    return load_some(from, count);
}

OUTSIDE_LOOPS void store_some_outside(float *to, vector v, size_t count) {
    store_some(to, v, count);
}

/* Integers, such as the positions in a pool's indices. */
ALWAYS_INLINE lanes_mask load_positions(const int32_t *from, size_t count) {
    return (lanes_mask)load_some((const float *)from, count);
}

ALWAYS_INLINE void store_positions(int32_t *to, lanes_mask positions, size_t count) {
    store_some((float *)to, (vector)positions, count);
}

/* choose: a where the mask is set, else b. keep: a, else zero. */
ALWAYS_INLINE vector choose(lanes_mask mask, vector a, vector b) {
    return (vector)((mask & (lanes_mask)a) | (~mask & (lanes_mask)b));
}

ALWAYS_INLINE vector keep(lanes_mask mask, vector a) {
    return (vector)(mask & (lanes_mask)a);
}

#endif
