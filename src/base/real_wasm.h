/* WebAssembly's fused multiply-add of two numbers: it has one of vectors only, of which this takes
 * lane 0. fmaf() would be a call of a function in software. */
#ifndef BASE_REAL_WASM_H
#define BASE_REAL_WASM_H

#include <wasm_simd128.h>

static inline float wasm_fused_float(float a, float b, float c) {
    return wasm_f32x4_extract_lane(
        wasm_f32x4_relaxed_madd(wasm_f32x4_splat(a), wasm_f32x4_splat(b), wasm_f32x4_splat(c)), 0);
}

static inline double wasm_fused_double(double a, double b, double c) {
    return wasm_f64x2_extract_lane(
        wasm_f64x2_relaxed_madd(wasm_f64x2_splat(a), wasm_f64x2_splat(b), wasm_f64x2_splat(c)), 0);
}

#endif
