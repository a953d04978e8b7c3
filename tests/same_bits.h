/* Compares back ends on random shapes and in whole steps. Needs no other library, so that it can
 * also be built for a processor that is only emulated (tests/cross_bits.c). */
#ifndef TESTS_SAME_BITS_H
#define TESTS_SAME_BITS_H

#include "ops.h"

/* The book with multiply-adds rounded twice, as `base` does where there is no fused one. */
extern const ops book_twice;

/* The fastest back end here that has the book's bits. */
const ops *exact_best(void);

/* Runs convolutions, blocks and dense layers through both, `shapes` of each. Returns NULL, or a
 * description of the difference, in bytes that the next call overwrites. Tolerance is a share of an
 * array's largest number; 0: bit by bit. */
const char *operations_differ(const ops *book, const ops *other, size_t shapes, double tolerance);

/* Runs some training steps of two networks with each back end: compares losses and parameters. */
const char *steps_differ(const char *book, const char *other, double tolerance);

#endif
