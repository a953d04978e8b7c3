/* Computes gray openings row by row. The minimum of a window of any length is the smaller of two
 * minima over a power of two, which are computed by doubling. The maximum is the minimum of the
 * negated plane. */
#include "opening.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>

static float lower(float a, float b) {
    return a < b ? a : b;
}

/* Replaces each value by the minimum within `radius`; `beyond` is the value outside the row.
 * scratch[width + 2 radius] is overwritten. */
static void lowest_in_row(float *row, size_t width, size_t radius, float beyond, float *scratch) {
    const size_t length = width + 2 * radius, window = 2 * radius + 1;
    size_t span = 1;
    for (size_t i = 0; i < length; i++)
        scratch[i] = i >= radius && i < radius + width ? row[i - radius] : beyond;
    for (; 2 * span <= window; span *= 2)
        for (size_t i = 0; i + span < length; i++)
            scratch[i] = lower(scratch[i], scratch[i + span]);
    for (size_t x = 0; x < width; x++)
        row[x] = lower(scratch[x], scratch[x + window - span]);
}

static bool lowest_in_rows(const plane *plane, size_t radius, float beyond, cnn_error *error) {
    float *scratch = memory_new(plane->width + 2 * radius, sizeof *scratch, error);
    for (size_t y = 0; scratch && y < plane->height; y++)
        lowest_in_row(plane->values + y * plane->width, plane->width, radius, beyond, scratch);
    free(scratch);
    return scratch != NULL;
}

static bool highest_in_rows(const plane *plane, size_t radius, cnn_error *error) {
    plane_negate(plane);
    const bool ok = lowest_in_rows(plane, radius, INFINITY, error);
    plane_negate(plane);
    return ok;
}

bool open_rows(plane *plane, size_t radius, cnn_error *error) {
    return lowest_in_rows(plane, radius, INFINITY, error) && highest_in_rows(plane, radius, error);
}

bool open_squares(plane *plane, size_t radius, bool whole, cnn_error *error) {
    const float beyond = whole ? -INFINITY : INFINITY;
    return lowest_in_rows(plane, radius, beyond, error) && plane_transpose(plane, error) &&
           lowest_in_rows(plane, radius, beyond, error) && highest_in_rows(plane, radius, error) &&
           plane_transpose(plane, error) && highest_in_rows(plane, radius, error);
}
