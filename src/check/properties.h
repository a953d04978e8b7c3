/* Properties of a wrong gradient that no mistake of the catalog explains. */
#ifndef CHECK_PROPERTIES_H
#define CHECK_PROPERTIES_H

#include "real.h"

#include <stdbool.h>
#include <stddef.h>

/* [a][b][c][d], the last index fastest. `plane`: the index of the rows, which the columns follow:
 * 0 for a kernel, 1 for images. */
typedef struct two_gradients {
    const real *ours;
    const float *theirs;
    size_t size[4], plane;
    double tolerance; /* the largest difference of equal numbers */
} two_gradients;

bool gradients_equal(double a, double b, double tolerance);
/* cnn_property, added up; *ratio is NaN without CNN_PROPERTY_RATIO. */
unsigned properties_of(const two_gradients *g, double *ratio);

#endif
