/* The convolution that the rungs compute, and the check that a rung gives the book's bits, for the
 * timing program and the test. */
#ifndef BENCH_LADDER_PROBLEM_H
#define BENCH_LADDER_PROBLEM_H

#include "rungs.h"

/* 3 x 3, padding 1, 16 channels to 32 over 16 x 16, like conv2 of networks/simple.net; then ReLU
 * and a 2 x 2 pool. One element of dy in eight is non-zero, as it is after that pool and ReLU. */
typedef struct ladder_problem {
    layer_shape shape, pool;
    op_args last, first; /* the same data with channels last and channels first */
    op_args book;        /* expected results: y and dw, with channels last */
    op_args pooled;      /* expected y and indices after ReLU and pool */
    void *memory;        /* owned: all arrays */
} ladder_problem;

/* The tables that this processor can run, best first; NULL past the end. */
const rungs *ladder_rungs_at(size_t index);

/* NULL if memory runs out. Free it with ladder_problem_free(). */
ladder_problem *ladder_problem_create(size_t images);
void ladder_problem_free(ladder_problem *problem);

/* Multiply-adds over all images, excluding padding; the same number forward and for dw. */
double ladder_multiply_adds(const ladder_problem *problem);

/* Runs a rung over all images, on the calling thread. */
void ladder_run(const ladder_problem *problem, const rung *rung);

/* Whether this rung gives the bits of the book; for a table that rounds a multiply-add twice, the
 * bits of the book compiled the same way. */
bool ladder_same_bits(ladder_problem *problem, const rungs *rungs, const rung *rung);

#endif
