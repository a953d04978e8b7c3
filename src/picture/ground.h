/* What a drawing lies on, however its light changes: all that is wider than a window. */
#ifndef PICTURE_GROUND_H
#define PICTURE_GROUND_H

#include "light.h"
#include "patches.h"

/* How a drawing is told from its ground. */
typedef struct way {
    size_t radius; /* of the windows, which are wider than strokes: 2 radius + 1 a side */
    bool light;    /* the ink is lighter than the ground */
} way;

/* Brightness becomes ink, up from 0 in proportion to the light on the ground, so that it is as
 * strong in a shadow as in the light; *noise is the deviation of what is left where there is none.
 * `keep` is asked which patches of it stay. False if there is no memory. */
bool ground_take_off(plane *plane, way way, double *noise, patch_keep *keep, void *context,
                     cnn_error *error);

/* Keeps what is drawn, and not pieces of the ground. */
bool ground_keep_drawn(const patch *patch, void *context);

/* The way by which the most is drawn in one piece, whole all around. *found is false if the most is
 * when smooth light is taken off. False if there is no memory. */
bool ground_best_way(const plane *plane, const light *light, way *way, bool *found,
                     cnn_error *error);

#endif
