/* Removes the ground under a drawing by a morphological opening: windows remove strokes and keep
 * shadows, tables and light, except for the tips of their corners. A stroke ends where its level
 * falls; a tip also ends where the ground rises, which distinguishes the two. */
#include "ground.h"

#include "levels.h"
#include "opening.h"

#include <math.h>
#include <stdlib.h>

/* Added to brightnesses before they are compared, since black has no shadow. */
#define BLACK 16.0
/* Ink below this fraction of the strokes' strength belongs to no patch. */
#define TRACE 0.25

/* The difference between level and ground, relative to the brightness of the ground. */
static void subtract(plane *plane, const struct plane *level, const struct plane *ground) {
    const size_t all = plane->height * plane->width;
    double bright = 0;
    for (size_t i = 0; i < all; i++)
        bright += (fabs(ground->values[i]) + BLACK) / (double)all;
    for (size_t i = 0; i < all; i++)
        plane->values[i] = (float)((level->values[i] - ground->values[i]) * bright /
                                   (fabs(ground->values[i]) + BLACK));
    /* An opening lies below the grain, so subtract the median: most of what is left is paper. */
    const double paper = levels_below(plane, 2);
    for (size_t i = 0; i < all; i++)
        plane->values[i] -= (float)paper;
}

static bool find_ground(const plane *plane, way way, struct plane *level, struct plane *ground,
                        cnn_error *error) {
    if (!plane_copy(plane, level, error) || !plane_smooth(level, error))
        return false;
    if (!way.light)
        plane_negate(level);
    return plane_copy(level, ground, error) && open_squares(ground, way.radius, false, error);
}

bool ground_keep_drawn(const patch *patch, void *context) {
    (void)context;
    return patch_wholeness(patch) >= 0;
}

bool ground_take_off(plane *plane, way way, double *noise, patch_keep *keep, void *context,
                     cnn_error *error) {
    struct plane level = {0}, ground = {0};
    bool ok = find_ground(plane, way, &level, &ground, error);
    if (ok) {
        const relief relief = {level.values, ground.values};
        double strongest;
        subtract(plane, &level, &ground);
        *noise = levels_noise(plane);
        plane_clear_below(plane, fmax(TRACE * levels_strength(plane, &strongest), GRAIN * *noise));
        ok = patches_sift(plane, &relief, keep, context, error);
    }
    free(level.values);
    free(ground.values);
    return ok;
}
