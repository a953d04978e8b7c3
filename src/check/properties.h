/* What can be said of a gradient that is wrong in a way the catalog does not know. */
#ifndef CHECK_PROPERTIES_H
#define CHECK_PROPERTIES_H

#include "real.h"

#include <stdbool.h>
#include <stddef.h>

/* [a][b][c][d], the last index fastest. `plane`: which of them, with the one behind it, are rows
 * and columns: 0 of a kernel, 1 of images. */
typedef struct two_gradients {
    const real *ours;
    const float *theirs;
    size_t size[4], plane;
    double tolerance; /* what may lie between equal numbers */
} two_gradients;

bool gradients_equal(double a, double b, double tolerance);
/* cnn_property, added up; *ratio is NaN unless there is one. */
unsigned properties_of(const two_gradients *g, double *ratio);

#endif
