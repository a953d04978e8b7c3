/* What the chip can do at most, measured: multiply-adds in registers, and bytes from each level of
 * memory. */
#ifndef BENCH_CHIP_H
#define BENCH_CHIP_H

#include "pool.h"

#include <stddef.h>

enum { ONE_THREAD, ALL_THREADS, THREADS_KINDS };
enum { CHIP_L2, CHIP_L3, CHIP_MEMORY, CHIP_LEVELS };

/* Bytes a second over blocks of this size for each thread; read once, or a = b + s c counted as
 * three blocks. */
typedef struct chip_level {
    const char *name;
    size_t block; /* bytes for all threads together */
    size_t holds; /* data of up to so many bytes can be here */
    double read[THREADS_KINDS], triad[THREADS_KINDS];
} chip_level;

typedef struct chip {
    char model[96];      /* as the system calls it, or "" */
    const char *vectors; /* avx2 */
    size_t lanes, threads;
    double flops[THREADS_KINDS]; /* operations a second; a multiply-add is two */
    chip_level levels[CHIP_LEVELS];
} chip;

/* Takes some seconds. The highest of several rounds: a bound is what can be. */
chip chip_measure(pool *one, pool *all);

/* The highest rate, in bytes a second, at which data of this many bytes can come and go. */
double chip_bandwidth(const chip *chip, size_t threads_kind, double bytes);

#endif
