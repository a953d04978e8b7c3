/* Extracts the ink of a picture: removes printed lines, then the paper's light: smooth light, or,
 * if the light has steps, everything wider than strokes. */
#include "ink.h"

#include "error.h"
#include "ground.h"
#include "levels.h"
#include "light.h"
#include "patches.h"
#include "ruling.h"
#include "steps.h"

#include <math.h>
#include <stdlib.h>

/* Grain never reaches this many standard deviations. */
#define GRAIN_NEVER 6.0
/* Below this fraction of a stroke's strength a pixel is paper, even if the grain is finer. */
#define PAPER_PART (1.0 / 16)
/* The limit for coarse grain is at most this fraction. */
#define PAPER_MOST 0.6

/* Maps linearly: 0 at the paper's grain, 1 at the strokes' strength. */
static void set_contrast(plane *plane, double strength, double grain) {
    double paper = strength * PAPER_PART;
    if (grain > paper)
        paper = grain < strength * PAPER_MOST ? grain : strength * PAPER_MOST;
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const double value = (plane->values[i] - paper) / (strength - paper);
        plane->values[i] = (float)(value < 0 ? 0 : value > 1 ? 1 : value);
    }
}

/* Turns brightness into the distance from the paper, ink up. *noise is the standard deviation of
 * the grain. */
static bool take_paper_off(plane *plane, double *noise, cnn_error *error) {
    const light light = light_of(plane);
    bool found;
    way way;
    *noise = light.noise;
    if (!steps_found(plane, &light, &found, error) ||
        (found && !ground_best_way(plane, &light, &way, &found, error)))
        return false;
    if (found)
        return ground_take_off(plane, way, noise, ground_keep_drawn, NULL, error);
    light_take_off(&light, plane);
    if (!levels_mostly_above(plane, fmax(GRAIN * light.noise, FAINTEST)))
        plane_negate(plane);
    return true;
}

/* *blank if there is no ink. False if there is no memory. */
static bool find(plane *plane, bool *blank, cnn_error *error) {
    double strongest, noise;
    if (!take_paper_off(plane, &noise, error))
        return false;
    const double strength = levels_strength(plane, &strongest);
    *blank = strongest < FAINTEST || strongest < GRAIN_NEVER * noise;
    if (*blank)
        return true;
    set_contrast(plane, strength, GRAIN * noise);
    return patches_clean(plane, error);
}

/* A single line is not a printed rule but the digit 1. */
bool ink_find(plane *plane, cnn_error *error) {
    struct plane drawn;
    size_t lines;
    bool blank = false;
    if (!plane_copy(plane, &drawn, error))
        return false;
    bool ok = ruling_rub_out(plane, &lines, error) && find(plane, &blank, error);
    if (ok && blank && lines == 1) {
        free(plane->values);
        *plane = drawn;
        drawn.values = NULL;
        ok = find(plane, &blank, error);
    }
    free(drawn.values);
    if (ok && blank)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "a blank picture: no drawing found in it");
    return ok;
}
