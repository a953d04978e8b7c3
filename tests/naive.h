/* The sums of docs/math/ as plain loops over double. Only the types of shapes come from the
 * library. Arrays are in rows, as in memory; a gradient is given place by place of the
 * convolution's output, [n][p][q][k]. */
#ifndef TESTS_NAIVE_H
#define TESTS_NAIVE_H

#include "ops.h"

#include <stdbool.h>

/* y[n][p][q][0..K) without the bias. */
void naive_y(const layer_shape *g, const float *x, const float *weights, size_t n, size_t p,
             size_t q, double *y);
/* dx[n][h][w][0..C). False if all terms of dy are zero. */
bool naive_dx(const layer_shape *g, const double *dy, const float *weights, size_t n, size_t h,
              size_t w, double *dx);
/* dw[r][s][c][0..K), summed over these images; met[k] is 0 if all its terms of dy are zero. */
void naive_dw(const layer_shape *g, const float *x, const double *dy, range images, size_t r,
              size_t s, size_t c, double *dw, double *met);
/* Returns the place, h W + w, of the first maximum of a window in row-major order.
 * values[h][w][c]. */
size_t naive_argmax(const layer_shape *pool, const double *values, size_t p, size_t q, size_t c);

/* The same sums of a dense layer, one number each. */
double naive_dense_y(size_t inputs, size_t outputs, const float *x, const float *weights, size_t n,
                     size_t k);
double naive_dense_dx(size_t outputs, const float *dy, const float *weights, size_t n, size_t c);
double naive_dense_dw(size_t inputs, size_t outputs, const float *x, const float *dy, size_t images,
                      size_t c, size_t k);

#endif
