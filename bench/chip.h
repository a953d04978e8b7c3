/* What the chip can do at most, measured: multiply-adds in registers, and bytes from each level of
 * memory; and how far its cores lie apart. */
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
    double core_latency[2]; /* seconds of a line to another thread and back, least and most; or 0 */
    const struct loops *loops;
    pool *pools[THREADS_KINDS]; /* owned, and so is space */
    float *space;
} chip;

/* Ends the program without memory or threads. Nothing is measured yet. */
chip chip_create(void);
void chip_free(chip *chip);
/* Measures everything once, in about a second, and keeps what is higher than before: a bound is
 * what can be, and on a machine that is not quiet few moments show it. */
void chip_round(chip *chip);

/* The highest rate, in bytes a second, at which data of this many bytes can come and go. */
double chip_bandwidth(const chip *chip, size_t threads_kind, double bytes);

#endif
