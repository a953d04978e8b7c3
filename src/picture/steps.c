/* Detects shadows and other steps of light. A shadow is wider than any stroke and reaches the edge
 * of the picture: an opening removes strokes and keeps shadows, except for their corners. */
#include "steps.h"

#include "levels.h"
#include "opening.h"
#include "patches.h"

#include <math.h>
#include <stdlib.h>

/* The windows have a radius of the shorter side divided by this. */
#define RADIUS_PART 14
/* A step differs from smooth light by at least this many standard deviations of the grain, this
 * many levels, and this fraction of the largest difference. */
#define STEP_LEAST 4.0
#define STEP_FAINTEST 10.0
#define STEP_FAINTEST_PART 0.125
/* A step covers more than the plane divided by this, */
#define STEP_PART 100
/* and more of the edge than the shorter side divided by this. */
#define EDGE_PART 5
/* Smooth light does not fit if the paper deviates from it by more than this many times its grain
 * plus this many levels. */
#define ROUGH 2.0
#define ROUGH_LEAST 2.0
/* The longer side of the reduced copy. */
#define SMALL 256

static bool along_edge(const patch *patch, void *context) {
    const size_t *shorter = context;
    return patch->at_edge * EDGE_PART > *shorter;
}

/* Counts the pixels in regions at the edge that are wider than a window and beyond smooth light. */
static bool count_wide(const plane *off, double least, size_t *count, cnn_error *error) {
    size_t shorter = plane_shorter(off);
    plane wide;
    if (!plane_copy(off, &wide, error))
        return false;
    bool ok = open_squares(&wide, shorter / RADIUS_PART + 1, true, error);
    for (size_t i = 0; i < off->height * off->width; i++)
        wide.values[i] = wide.values[i] > least ? 1 : 0;
    ok = ok && patches_sift(&wide, NULL, along_edge, &shorter, error);
    for (size_t i = 0; i < off->height * off->width; i++)
        *count += wide.values[i] > 0;
    free(wide.values);
    return ok;
}

static double strongest(const plane *plane) {
    double most = 0;
    for (size_t i = 0; i < plane->height * plane->width; i++)
        most = fmax(most, fabs(plane->values[i]));
    return most;
}

bool steps_found(const plane *plane, const light *light, bool *found, cnn_error *error) {
    struct plane off;
    size_t part, count = 0;
    if (!plane_shrink(plane, SMALL, &off, &part, error))
        return false;
    double least = fmax(STEP_LEAST * levels_grain(&off), STEP_FAINTEST);
    light_take_off(light, &off);
    least = fmax(least, STEP_FAINTEST_PART * strongest(&off));
    bool ok = plane_smooth(&off, error) && count_wide(&off, least, &count, error);
    plane_negate(&off);
    ok = ok && count_wide(&off, least, &count, error);
    *found = count * STEP_PART > off.height * off.width ||
             light->noise > ROUGH * levels_grain(plane) + ROUGH_LEAST;
    free(off.values);
    return ok;
}
