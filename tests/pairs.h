/* What tests that set one way of computing an operation beside another share: arrays that notice
 * when something is written outside of them, and shapes and numbers drawn at random. */
#ifndef TESTS_PAIRS_H
#define TESTS_PAIRS_H

#include "ops.h"
#include "random.h"

#include <stdbool.h>

/* `count` rounds of a test, or as many as CNN_TEST_SHARE=N leaves of them: one in N, at least 1. */
size_t rounds_of(size_t count);
/* Multiply-adds forward of one image; and whether the share allows a shape of the grid: with N, the
 * largest go first. */
size_t products_in(const layer_shape *g);
bool grid_allows(const layer_shape *g);

/* Arrays that are freed together. A guarded one has a fence in front and behind, and every place in
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
/* As they were made: 32 bits of NaN. */
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

/* Numbers that one image has in x and in y, and those of all weights. */
typedef struct sizes {
    size_t x, y, w;
} sizes;
/* Of a convolution or a block. */
sizes conv_sizes(const layer_shape *g);

/* Inputs of n images; b for bias; NULL for one time in four. */
op_args inputs_drawn(arrays *a, random_state *random, sizes sizes, const layer_shape *g, size_t n,
                     draw x, draw dy);
/* Outputs, all guarded; scratch for `op`. */
void outputs_made(arrays *a, sizes sizes, const layer_shape *g, const operation *op, op_args *t);

/* All passes, in t->splits splits; scratch is forgotten before each, since other layers may have
 * used it. The gradient of the sums of a block is made for the whole batch, as the weights want it.
 */
void forward_once(const operation *op, const layer_shape *g, const op_args *t, range images);
void backward_once(const operation *op, const layer_shape *g, const op_args *t, range images,
                   range weights);

/* y by t.partial_sums, in so many splits. */
void forward_by_partial_sums(const operation *op, const layer_shape *g, op_args t, range images,
                             size_t splits);

/* Bit by bit; a failure names the shape. */
void assert_same_bits(const layer_shape *g, const char *what, const float *book, const float *fast,
                      size_t count);
/* Fails with what differs, and with the shape. */
void fail_shape(const layer_shape *g, const char *what);

/* Channels about the lengths of vectors. */
size_t channels_drawn(random_state *random);
/* Kernels 1 to 7, strides 1 to 3, padding 0 to 3, now and then an image wider than any list. */
layer_shape convolution_drawn(random_state *random);
/* A pool that fits behind it, windows 1 to 3, that do not overlap: with or without gaps between
 * them and rows left over; one in three is the common 2 x 2. */
layer_shape pool_drawn(random_state *random, const layer_shape *conv);
/* A dense layer over images of up to 3x3; wide: outputs of whole vectors, many of them. */
layer_shape dense_drawn(random_state *random, bool wide);
sizes dense_sizes(const layer_shape *g);
/* A part of n images that is not empty. */
range range_drawn(random_state *random, size_t n);

#endif
