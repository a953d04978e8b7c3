/* Estimates the strength of strokes and the grain of paper from the levels of a plane. */
#ifndef PICTURE_LEVELS_H
#define PICTURE_LEVELS_H

#include "plane.h"

/* Paper's grain rarely reaches this many standard deviations. */
#define GRAIN 4.0
/* Anything fainter than this many levels of 255 is not a stroke. */
#define FAINTEST 10.0

/* The level below which one of `part` values is. */
double levels_below(const plane *plane, size_t part);
/* The standard deviation of values around 0, from the median, which a few lines of ink do not
 * affect. */
double levels_noise(const plane *plane);
/* The standard deviation of the grain, from the median difference between neighbors in a row. */
double levels_grain(const plane *plane);
/* Whether more values are above 0 than below, not counting those within `least` of 0. */
bool levels_mostly_above(const plane *plane, double least);
/* The strength of the strokes: the median of all values that are at least half of *strongest, the
 * strongest one. */
double levels_strength(const plane *plane, double *strongest);

#endif
