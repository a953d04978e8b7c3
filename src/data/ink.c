#include "ink.h"

#include "error.h"
#include "light.h"

/* Paper's grain rarely reaches this many deviations, and never so many. */
#define GRAIN 4.0
#define GRAIN_NEVER 6.0
/* Fainter strokes than this many levels of 255 are none. */
#define FAINTEST 10.0
/* Below this part of a stroke's strength there is paper, however fine its grain. */
#define PAPER_PART (1.0 / 16)
/* And no more than this part, however coarse. */
#define PAPER_MOST 0.6
/* One pixel in so many may be of any strength: the strongest of the others counts. */
#define STRAY 10000

#define LEVELS 256

/* Brightness becomes the distance from the paper, below it if dark, else above. */
static void take_light_off(plane *plane, const light *light) {
    for (size_t y = 0; y < plane->height; y++)
        for (size_t x = 0; x < plane->width; x++)
            plane->values[y * plane->width + x] -= (float)light_at(light, plane, y, x);
}

/* Is there more ink above the paper than below? What could be grain does not count. */
static bool ink_is_light(const plane *plane, double grain) {
    double above = 0, below = 0;
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const double value = plane->values[i];
        above += value > grain ? value : 0;
        below -= value < -grain ? value : 0;
    }
    return above > below;
}

static void turn(plane *plane) {
    for (size_t i = 0; i < plane->height * plane->width; i++)
        plane->values[i] = -plane->values[i];
}

/* How many values lie in each level from 0 up; those below 0 do not count. */
static void count_levels(const plane *plane, size_t levels[LEVELS]) {
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const float value = plane->values[i];
        if (value >= 0)
            levels[value < LEVELS - 1 ? (size_t)value : LEVELS - 1]++;
    }
}

/* The level that `count` values reach, taken from the top. */
static size_t level_reached(const size_t levels[LEVELS], size_t count) {
    size_t level = LEVELS - 1, above = levels[level];
    while (level && above < count)
        above += levels[--level];
    return level;
}

/* The strength of the strokes: what half of all that is at least half as strong as the strongest
 * reaches. *strongest is that one. */
static double strength_of(const plane *plane, double *strongest) {
    size_t levels[LEVELS] = {0}, strong = 0;
    count_levels(plane, levels);
    const size_t top = level_reached(levels, plane->height * plane->width / STRAY + 1);
    for (size_t level = top / 2; level < LEVELS; level++)
        strong += levels[level];
    *strongest = (double)top;
    return (double)level_reached(levels, strong / 2 + 1);
}

/* 0 at the paper's grain, 1 at the strokes' strength, straight between. */
static void set_contrast(plane *plane, double strength, double grain) {
    double paper = strength * PAPER_PART;
    if (grain > paper)
        paper = grain < strength * PAPER_MOST ? grain : strength * PAPER_MOST;
    for (size_t i = 0; i < plane->height * plane->width; i++) {
        const double value = (plane->values[i] - paper) / (strength - paper);
        plane->values[i] = (float)(value < 0 ? 0 : value > 1 ? 1 : value);
    }
}

bool ink_find(plane *plane, cnn_error *error) {
    const light light = light_of(plane);
    const double grain = GRAIN * light.noise, never = GRAIN_NEVER * light.noise;
    double strongest;
    take_light_off(plane, &light);
    if (!ink_is_light(plane, grain > FAINTEST ? grain : FAINTEST))
        turn(plane);
    const double strength = strength_of(plane, &strongest);
    if (strongest < FAINTEST || strongest < never)
        return error_set(error, CNN_BAD_ARGUMENT, "a blank picture: nothing stands out in it");
    set_contrast(plane, strength, grain);
    return plane_clean(plane, error);
}
