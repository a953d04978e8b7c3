/* The number type of the book: float, and double for the gradient check. The build defines it for
 * each unit (-DCNN_REAL=double): units of different types never exchange a `real`. */
#ifndef BASE_REAL_H
#define BASE_REAL_H

#include <float.h>

#ifndef CNN_REAL
#define CNN_REAL float
#endif

typedef CNN_REAL real;

/* How often a * b + c is rounded: once, or twice on processors without the instruction, where a
 * call of fmaf() would replace it (-DCNN_ROUNDINGS=2). */
#ifndef CNN_ROUNDINGS
#define CNN_ROUNDINGS 1
#endif

#ifdef __wasm_relaxed_simd__
#include "real_wasm.h"
#endif

/* a * b + c: the multiply-add of every sum, so that all machines agree to the bit. Uses sizeof,
 * since #if cannot see types; the compiler drops the unused branches. */
static inline real fused(real a, real b, real c) {
    if (CNN_ROUNDINGS == 2)
        return a * b + c;
#ifdef __wasm_relaxed_simd__
    return sizeof(real) == sizeof(float) ? (real)wasm_fused_float((float)a, (float)b, (float)c)
                                         : (real)wasm_fused_double(a, b, c);
#endif
    return sizeof(real) == sizeof(float) ? (real)__builtin_fmaf((float)a, (float)b, (float)c)
                                         : (real)__builtin_fma(a, b, c);
}

/* x, or 0 if it is below the smallest normal number: decaying values would otherwise remain
 * denormal, and each operation on them takes some hundred cycles. NaN stays NaN. */
static inline real flush_denormal(real x) {
    const real least = sizeof(real) == sizeof(float) ? (real)FLT_MIN : (real)DBL_MIN;
    const real size = x < 0 ? -x : x;
    return size < least ? 0 : x;
}

#endif
