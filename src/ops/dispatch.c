/* Asks the processor for exactly the instruction sets that the book was compiled with. */
#include "ops.h"

#if defined(__x86_64__)
const ops *ops_best(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &book_fma
                                                                           : &book_float;
}
#else
const ops *ops_best(void) {
    return &book_float;
}
#endif
