/* The ladder: one convolution, forward and dw, from a naive loop to a fast kernel in numbered
 * steps. Each rung adds one idea and gives the same bits. docs/performance.md explains them.
 *
 * Rungs take the arguments of an operation (ops.h), with scratch for a padded image and two of y or
 * w. To stay short they require stride 1, a 3 x 3 kernel, output rows of a multiple of 4, multiples
 * of 16 channels in and 32 out, a 2 x 2 pool in g->pool, and a bias in the forward pass only. */
#ifndef BENCH_RUNGS_H
#define BENCH_RUNGS_H

#include "ops.h"

enum { RUNGS = 8 };

typedef enum rung_result {
    RUNG_Y,
    RUNG_POOLED, /* y and indices after ReLU and g->pool; indices are valid where y is above 0 */
    RUNG_DW
} rung_result;

typedef struct rung {
    const char *idea;
    operation_pass run;
    rung_result result;
    bool channels_first; /* x[n][c][h][w], w[k][c][r][s], y[n][k][p][q], likewise dy and dw */
} rung;

typedef struct rungs {
    const char *name; /* of the instruction set, as in ops.name */
    const char *instructions;
    int roundings;   /* as in ops */
    const ops *book; /* compiled with these instructions */
    rung forward[RUNGS], dw[RUNGS];
} rungs;

/* The same source, one object per instruction set (bench/rungs.c). */
extern const rungs rungs_base, rungs_avx2, rungs_avx512;

#endif
