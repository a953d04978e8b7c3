/* Sums along straight lines, all of them at once. */
#ifndef PICTURE_RUNS_H
#define PICTURE_RUNS_H

#include "error.h"

/* One straight line through a map, from row to row. */
typedef struct run {
    double first,
        slope; /* its column in row 0, which may be outside; columns from row to row, -1 to 1 */
    size_t top, bottom; /* it is inside the map from row `top` to before row `bottom` */
    uint16_t count;     /* places on it that are set */
} run;

/* The column nearest to the run in a row. */
double run_column(const run *run, size_t y);

/* The lines of map[height][width] within 45 degrees of upright that are inside for half of the rows
 * or more, and set for the share `least` of those; the longest first. *runs is to be freed. False
 * if there is no memory. */
bool runs_find(const bool *map, size_t height, size_t width, double least, run **runs,
               size_t *count, cnn_error *error);

#endif
