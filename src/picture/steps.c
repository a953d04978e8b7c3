/* A shadow is wider than any stroke and reaches the edge of the picture: an opening by windows
 * takes strokes away and leaves shadows as they are, up to their corners. */
#include "steps.h"

#include "levels.h"
#include "opening.h"
#include "patches.h"

#include <math.h>
#include <stdlib.h>

/* Windows that tell whether there is a step have a radius of this part of the shorter side. */
#define RADIUS_PART 14
/* What differs less from smooth light, in deviations of the grain, in levels, and in parts of what
 * differs most, is no step. */
#define STEP_LEAST 4.0
#define STEP_FAINTEST 10.0
#define STEP_FAINTEST_PART 0.125
/* Nor is what covers less than this part of the plane. */
#define STEP_PART 100
/* Nor what lies along less of the edge than this part of the shorter side. */
#define EDGE_PART 5
/* Smooth light from which the paper is further off than so many times its grain and so many levels
 * is not its light. */
#define ROUGH 2.0
#define ROUGH_LEAST 2.0
/* The longer side of the copy that is looked at. */
#define SMALL 256

static bool along_edge(const patch *patch, void *context) {
    const size_t *shorter = context;
    return patch->at_edge * EDGE_PART > *shorter;
}

/* Counts the places around which all is beyond smooth light, and which reach the edge. */
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
