/* A vector of floats, VECTOR_BYTES wide. The build says how wide for each unit; the header of that
 * instruction set (vector_base.h, vector_avx2.h, vector_avx512.h) adds what has no operator. */
#ifndef SIMD_LANES_H
#define SIMD_LANES_H

#include "ops.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
/* A heavy loop stays by itself, so that it has all registers. */
#define KERNEL static __attribute__((noinline))

enum { LANES = VECTOR_BYTES / sizeof(float) };

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
/* What comparing two vectors gives: all bits of a lane where it holds. */
typedef int32_t lanes_mask __attribute__((vector_size(VECTOR_BYTES)));

/* The lanes of a and b by number, those of b from LANES on. gcc before 12 has not clang's name. */
#ifdef __clang__
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (lanes_mask){__VA_ARGS__})
#endif

/* From and to any address. */
ALWAYS_INLINE vector load(const float *from) {
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

ALWAYS_INLINE void store(float *to, vector v) {
    memcpy(to, &v, sizeof v);
}

#endif
