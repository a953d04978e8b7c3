/* A vector of floats, VECTOR_BYTES wide as set by the build for each unit. The headers per
 * instruction set (vector_base.h, vector_avx2.h, vector_avx512.h) add what has no operator. */
#ifndef SIMD_LANES_H
#define SIMD_LANES_H

#include "ops.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* A heavy loop is a function of its own, so that it has all registers. */
#define KERNEL static __attribute__((noinline))

enum { LANES = VECTOR_BYTES / sizeof(float) };

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
/* Result of comparing two vectors: all bits of a lane are set where the comparison holds. */
typedef int32_t lanes_mask __attribute__((vector_size(VECTOR_BYTES)));

/* Picks lanes of a and b by number; b's start at LANES. gcc before 12 lacks clang's builtin. */
#ifdef __clang__
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (lanes_mask){__VA_ARGS__})
#endif

/* Addresses need not be aligned. */
ALWAYS_INLINE vector load(const float *from) {
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

ALWAYS_INLINE void store(float *to, vector v) {
    memcpy(to, &v, sizeof v);
}

#endif
