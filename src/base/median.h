/* The median of measured numbers. */
#ifndef BASE_MEDIAN_H
#define BASE_MEDIAN_H

#include <stddef.h>

/* Sorts values[count]; of an even count the mean of the middle two. count is at least 1, and no
 * value is NaN. */
double median(double *values, size_t count);

#endif
