/* Removes what a drawing lies on, however its light changes: everything wider than a window. */
#ifndef PICTURE_GROUND_H
#define PICTURE_GROUND_H

#include "light.h"
#include "patches.h"

/* How to separate a drawing from its ground. */
typedef struct way {
    size_t radius; /* of the windows, 2 radius + 1 per side, which are wider than strokes */
    bool light;    /* the ink is lighter than the ground */
} way;

/* Turns brightness into ink, up from 0, relative to the light on the ground, so that ink is as
 * strong in shadow as in light; *noise is the standard deviation of the paper that is left. Keeps
 * the patches for which `keep` returns true. False if there is no memory. */
bool ground_take_off(plane *plane, way way, double *noise, patch_keep *keep, void *context,
                     cnn_error *error);

/* A patch_keep: true for drawn patches, false for pieces of the ground. */
bool ground_keep_drawn(const patch *patch, void *context);

/* Sets *way to the way that yields the largest closed patch. *found is false if subtracting smooth
 * light yields a larger one. False if there is no memory. */
bool ground_best_way(const plane *plane, const light *light, way *way, bool *found,
                     cnn_error *error);

#endif
