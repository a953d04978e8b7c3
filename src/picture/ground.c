/* An opening by windows takes strokes away and leaves shadows, tables and light as they are, but
 * for the tips of their corners. A stroke ends where its level falls; a tip ends also where the
 * ground rises, which is how they are told apart. */
#include "ground.h"

#include "levels.h"
#include "opening.h"

#include <math.h>
#include <stdlib.h>

/* Black has no shadow: so many levels are added before brightnesses are compared. */
#define BLACK 16.0
/* What is fainter than this part of the strokes belongs to no patch. */
#define TRACE 0.25

/* What stands out from the ground, in proportion to the light that falls there. */
static void subtract(plane *plane, const struct plane *level, const struct plane *ground) {
    const size_t all = plane->height * plane->width;
    double bright = 0;
    for (size_t i = 0; i < all; i++)
        bright += (fabs(ground->values[i]) + BLACK) / (double)all;
    for (size_t i = 0; i < all; i++)
        plane->values[i] = (float)((level->values[i] - ground->values[i]) * bright /
                                   (fabs(ground->values[i]) + BLACK));
    /* An opening lies below the grain: most of what is left is paper. */
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
