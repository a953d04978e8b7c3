/* Asks the processor for exactly the instruction sets that the book was compiled with. */
#include "ops.h"

#include <stdbool.h>

#if defined(__x86_64__)
static const ops *pick(const ops *fma, const ops *plain) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? fma : plain;
}
#define PICK(name) pick(&name##_fma, &name)
#else
#define PICK(name) (&name)
#endif

const ops *ops_best(void) {
    return PICK(book_float);
}

const ops *ops_best_double(void) {
    return PICK(book_double);
}
