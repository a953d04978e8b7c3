/* Asks the processor for exactly the instruction sets that the book was compiled with. */
#include "ops.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
static bool has_fma(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const ops *ops_book(void) {
    return has_fma() ? &book_float_fma : &book_float;
}

const ops *ops_best(void) {
    return has_fma() ? &simd_avx2 : &book_float;
}

const ops *ops_best_double(void) {
    return has_fma() ? &book_double_fma : &book_double;
}
#else
const ops *ops_book(void) {
    return &book_float;
}

const ops *ops_best(void) {
    return &book_float;
}

const ops *ops_best_double(void) {
    return &book_double;
}
#endif

const ops *ops_named(const char *name) {
    if (!name || !strcmp(name, ops_best()->name))
        return ops_best();
    return strcmp(name, ops_book()->name) ? NULL : ops_book();
}
