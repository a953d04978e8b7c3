/* Loops that do one thing as fast as the chip can, to know its bounds. The same source is built
 * once per instruction set (bench/loops.c); the widest that this processor has is taken. */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stddef.h>

/* Sums side by side: enough for two multiply-adds a cycle, each of which is ready four later. */
enum { LOOPS_CHAINS = 12 };

typedef struct loops {
    const char *name;
    size_t lanes; /* floats in a vector */
    /* times * LOOPS_CHAINS * lanes multiply-adds, all in registers. Returns a number that depends
     * on each of them. */
    float (*multiply_add)(size_t times);
    /* The sum of all numbers, in some order. Blocks begin on a line and are whole lines long. */
    float (*read)(const float *a, size_t count);
    /* a = b + s c */
    void (*triad)(float *a, const float *b, const float *c, float s, size_t count);
} loops;

extern const loops loops_plain, loops_avx2, loops_avx512;

#endif
