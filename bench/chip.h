/* Measures the chip's limits: multiply-adds in registers, bytes from each memory level, and the
 * latency between its cores. */
#ifndef BENCH_CHIP_H
#define BENCH_CHIP_H

#include "pool.h"

#include <stddef.h>

enum { ONE_THREAD, ALL_THREADS, THREADS_KINDS };
enum { CHIP_L2, CHIP_L3, CHIP_MEMORY, CHIP_LEVELS };

/* Bytes per second over blocks of this size, for each number of threads; read once, or a = b + s c
 * counted as three blocks. */
typedef struct chip_level {
    const char *name;
    size_t block; /* bytes for all threads together */
    size_t holds; /* largest data, in bytes, that fits this level */
    double read[THREADS_KINDS], triad[THREADS_KINDS];
} chip_level;

typedef struct chip {
    char model[96];      /* from the system, or "" */
    const char *vectors; /* e.g. avx2 */
    size_t lanes, threads;
    double flops[THREADS_KINDS]; /* operations per second; a multiply-add is two */
    chip_level levels[CHIP_LEVELS];
    double core_latency[2]; /* seconds per round trip of a cache line, minimum and maximum; or 0 */
    const struct loops *loops;
    pool *pools[THREADS_KINDS]; /* owned, and so is space */
    float *space;
} chip;

/* Measures nothing yet. Ends the program if memory or threads run out. */
chip chip_create(void);
void chip_free(chip *chip);
/* Measures everything once, in about a second, and keeps the higher values: a bound is what is
 * possible, and on a busy machine only a few moments show it. */
void chip_round(chip *chip);

/* The highest rate, in bytes per second, for moving data of this many bytes. */
double chip_bandwidth(const chip *chip, size_t threads_kind, double bytes);

#endif
