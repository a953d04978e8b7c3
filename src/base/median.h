/* The median of measurements. */
#ifndef BASE_MEDIAN_H
#define BASE_MEDIAN_H

#include <stddef.h>

/* Sorts values[count] and returns the middle one, or the mean of the two middle ones. count is at
 * least 1, and no value is NaN. */
double median(double *values, size_t count);

#endif
