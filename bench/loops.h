/* Loops that each do one thing as fast as the chip can, to measure its limits. bench/loops.c is
 * built once per instruction set; the widest one that the processor supports is used. */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stddef.h>

/* Independent sums: enough for two multiply-adds per cycle with a latency of four. */
enum { LOOPS_CHAINS = 12 };

typedef struct loops {
    const char *name;
    size_t lanes; /* floats in a vector */
    /* times * LOOPS_CHAINS * lanes multiply-adds, all in registers. Returns a value that depends on
     * each of them. */
    float (*multiply_add)(size_t times);
    /* The sum of all numbers, in any order. Blocks are aligned and complete cache lines. */
    float (*read)(const float *a, size_t count);
    /* a = b + s c */
    void (*triad)(float *a, const float *b, const float *c, float s, size_t count);
} loops;

extern const loops loops_plain, loops_avx2, loops_avx512;

#endif
