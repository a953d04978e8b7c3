/* Tools for tests that compare two ways of computing an operation: arrays that detect writes
 * outside of them, and shapes and numbers drawn at random. */
#ifndef TESTS_PAIRS_H
#define TESTS_PAIRS_H

#include "ops.h"
#include "random.h"

#include <stdbool.h>

/* `count` rounds of a test, or one in N of them under CNN_TEST_SHARE=N, at least 1. */
size_t rounds_of(size_t count);
/* Multiply-adds forward of one image; and whether the share allows a shape of the grid: with N, the
 * largest are dropped first. */
size_t products_in(const layer_shape *g);
bool grid_allows(const layer_shape *g);

/* Arrays that are freed together. A guarded one has a fence before and after it, and every place in
 * it and in its fences holds the same NaN before it is written; others are of exactly their size,
 * so that a sanitizer sees each step outside. */
enum { ARRAYS_MOST = 48 };
typedef struct arrays {
    struct {
        uint32_t *block;
        size_t count;
        bool guarded;
    } all[ARRAYS_MOST];
    size_t used;
} arrays;

float *numbers_guarded(arrays *a, size_t count);
int32_t *places_guarded(arrays *a, size_t count);
/* Resets an array to its initial NaNs. */
void forget(void *array, size_t count);
void assert_fences(const arrays *a);
void arrays_free(arrays *a);

/* How numbers are drawn: `zeros` of 100 are zero, of either sign; the others in (-1, 1), or, with
 * most above 0, the whole numbers from -most to most, whose sums often tie and are exact while they
 * are small. */
typedef struct draw {
    uint32_t zeros, most;
} draw;
const float *numbers_drawn(arrays *a, random_state *random, size_t count, draw how);

/* Numbers of one image in x and in y, and of all weights. */
typedef struct sizes {
    size_t x, y, w;
} sizes;
/* The sizes of a convolution or a block. */
sizes conv_sizes(const layer_shape *g);

/* Draws inputs of n images; b for bias; NULL one time in four. */
op_args inputs_drawn(arrays *a, random_state *random, sizes sizes, const layer_shape *g, size_t n,
                     draw x, draw dy);
/* Outputs, all guarded; scratch for `op`. */
void outputs_made(arrays *a, sizes sizes, const layer_shape *g, const operation *op, op_args *t);

/* Runs all passes, in t->splits splits; scratch is overwritten before each, since other layers may
 * have used it. The gradient of a block's sums is computed for the whole batch, as backward_weights
 * takes it. */
void forward_once(const operation *op, const layer_shape *g, const op_args *t, range images);
void backward_once(const operation *op, const layer_shape *g, const op_args *t, range images,
                   range weights);

/* Computes y by t.partial_sums, in that many splits. */
void forward_by_partial_sums(const operation *op, const layer_shape *g, op_args t, range images,
                             size_t splits);

/* Compares bit by bit; a failure names the shape. */
void assert_same_bits(const layer_shape *g, const char *what, const float *book, const float *fast,
                      size_t count);
/* Fails with what differs, and with the shape. */
void fail_shape(const layer_shape *g, const char *what);

/* Channels about the lengths of vectors. */
size_t channels_drawn(random_state *random);
/* Kernels 1 to 7, strides 1 to 3, padding 0 to 3, now and then an image wider than any list. */
layer_shape convolution_drawn(random_state *random);
/* Draws a pool that fits after the convolution, windows 1 to 3 without overlap: with or without
 * gaps between them and rows left over; one in three is the common 2 x 2. */
layer_shape pool_drawn(random_state *random, const layer_shape *conv);
/* A dense layer over images of up to 3x3; wide: outputs of whole vectors, many of them. */
layer_shape dense_drawn(random_state *random, bool wide);
sizes dense_sizes(const layer_shape *g);
/* A non-empty part of n images. */
range range_drawn(random_state *random, size_t n);

#endif
