/* The parts of the gradient check: gradcheck.c measures slopes and compares, checked_network.c runs
 * it over the layers of a network. Both are built with real = double. */
#ifndef CHECK_GRADCHECK_H
#define CHECK_GRADCHECK_H

#include "network.h"
#include "random.h"

/* L = sum of dy[i] y[i], and how to recompute y after one element of its arguments has changed. All
 * arrays are borrowed from the check. */
typedef struct probe {
    void (*evaluate)(const struct probe *p, real *outputs, range images);
    const ops *ops;         /* the book, or the book with a mistake */
    const layer *layer;     /* for softmax: the layer before it */
    op_args t;              /* arguments and gradients; for softmax, t.y are the probabilities */
    const uint32_t *labels; /* for softmax */
    bool smooth;            /* has no kinks; its second difference is not 0 */
    size_t images, outputs; /* outputs: per image */
    /* [images][outputs]. y: before any element changes; high and low: with one moved up and
     * down. */
    real *dy, *y, *high, *low;
} probe;

/* An argument of the probe with its analytic gradient. */
typedef struct checked_array {
    real *values;
    const real *gradient;
    size_t count;
    size_t per_image; /* elements per image, if they affect only that image's outputs; or 0 */
} checked_array;

/* The book's operation for the layer; of a view, whose memory stays as it is, a copy. */
const operation *operation_in_double(const ops *ops, const layer *layer);

double gradcheck_largest(const real *values, size_t count);

/* Fills the counts, the largest error and its position, or NaN if no element could be checked.
 * samples 0: all. Afterwards the values are restored, but not the probe's other outputs. */
void gradcheck_array(const probe *p, checked_array array, cnn_gradcheck_row *row,
                     random_state *random, size_t samples);

#endif
