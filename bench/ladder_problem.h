/* The convolution that the rungs are tried with, and the check that a rung has the book's bits. For
 * the timing program and the test. */
#ifndef BENCH_LADDER_PROBLEM_H
#define BENCH_LADDER_PROBLEM_H

#include "rungs.h"

/* 3 x 3, padding 1, 16 channels to 32 over 16 x 16, like conv2 of networks/simple.net; then ReLU
 * and a 2 x 2 pool. One number of dy in eight is not zero, as behind that pool and ReLU. */
typedef struct ladder_problem {
    layer_shape shape, pool;
    op_args last, first; /* the same numbers with channels last, and with channels first */
    op_args book;        /* results to expect: y and dw, with channels last */
    op_args pooled;      /* and y and indices after ReLU and pool */
    void *memory;        /* owned: all arrays */
} ladder_problem;

/* The tables that this processor can run, best first; NULL beyond the last. */
const rungs *ladder_rungs_at(size_t index);

/* NULL without memory. To be freed with ladder_problem_free(). */
ladder_problem *ladder_problem_create(size_t images);
void ladder_problem_free(ladder_problem *problem);

/* Multiply-adds of all images, without those in the padding; as many forward as for dw. */
double ladder_multiply_adds(const ladder_problem *problem);

/* All images, on the calling thread. */
void ladder_run(const ladder_problem *problem, const rung *rung);

/* Does this rung of the table give the bits of the library's book? Of a table that rounds a
 * multiply-add twice: those of the book's page in that table. */
bool ladder_same_bits(ladder_problem *problem, const rungs *rungs, const rung *rung);

#endif
