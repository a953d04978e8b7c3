/* What the levels of a plane tell of strokes, paper and grain. */
#ifndef PICTURE_LEVELS_H
#define PICTURE_LEVELS_H

#include "plane.h"

/* Paper's grain rarely reaches this many deviations. */
#define GRAIN 4.0
/* Fainter strokes than this many levels of 255 are none. */
#define FAINTEST 10.0

/* The level below which one value in `part` lies. */
double levels_below(const plane *plane, size_t part);
/* The deviation of values around 0, by way of the median, which a few lines of ink do not move. */
double levels_noise(const plane *plane);
/* The deviation of the grain, by the median difference from one place to the next in a row. */
double levels_grain(const plane *plane);
/* Is there more above 0 than below? What is no further from it than `least` does not count. */
bool levels_mostly_above(const plane *plane, double least);
/* The strength of the strokes: what half of all that is at least half as strong as the strongest
 * reaches. *strongest is that one. */
double levels_strength(const plane *plane, double *strongest);

#endif
