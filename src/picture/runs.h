/* Sums along all straight lines of a map at once. */
#ifndef PICTURE_RUNS_H
#define PICTURE_RUNS_H

#include "error.h"

/* A straight line through a map, from row to row. */
typedef struct run {
    double first, slope; /* its column in row 0, which may be outside; columns per row, -1 to 1 */
    size_t top, bottom;  /* rows [top, bottom) in which it is inside the map */
    uint16_t count;      /* set pixels on it */
} run;

/* The column of the run in a row, rounded. */
double run_column(const run *run, size_t y);

/* The lines of map[height][width] within 45 degrees of vertical that are inside for at least half
 * of the rows, with at least the fraction `least` of those set; the longest first. *runs is to be
 * freed. False if there is no memory. */
bool runs_find(const bool *map, size_t height, size_t width, double least, run **runs,
               size_t *count, cnn_error *error);

#endif
