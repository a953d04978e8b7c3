/* The vector operations that kernels use beyond + and comparison. Lanes run along channels, never
 * along a sum. The header of each instruction set defines:
 *
 *   REGISTERS       number of vector registers
 *   load_part()     loads the lanes of a first_lanes() mask; the others are zero, and their memory
 *   store_part()    is not touched
 *   bits_of()       one bit per lane, lane 0 the lowest
 *   transpose_lanes()    lane j of vector i becomes lane i of vector j
 *   multiply_add()  a * b + c, rounded CNN_ROUNDINGS times
 *
 * multiply_add() is explicit because whether a compiler contracts a * b + c depends on compiler and
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
