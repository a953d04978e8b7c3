/* Chooses window size and brightness by trying them on a small copy, since strokes may have any
 * width and be light or dark. Too small windows break strokes; with the wrong brightness only the
 * holes of digits form closed patches. */
#include "ground.h"
#include "levels.h"

#include <math.h>
#include <stdlib.h>

/* The copy's longer side. */
#define SMALL 160
/* The smallest and the largest radius tried: the shorter side divided by these. */
#define FINEST 48
#define WIDEST 6
/* An upper bound of the radii tried. */
#define WINDOWS 12
/* A score of this fraction of the best is equally good. */
#define NEARLY 0.9
/* Ink below this fraction of the strokes' strength belongs to no patch. */
#define TRACE 0.25
/* Factor of the score of patches at the edge. */
#define AT_EDGE 0.55

/* The diagonal of a patch's bounding box, reduced by the open part of its outline. */
static double score_of(const patch *patch) {
    const double size =
        hypot((double)(patch->bottom - patch->top), (double)(patch->right - patch->left));
    return size * patch_wholeness(patch) * (patch->at_edge ? AT_EDGE : 1);
}

static bool measure(const patch *patch, void *context) {
    double *best = context;
    *best = fmax(*best, score_of(patch));
    return true;
}

/* Patches at the edge are probably pieces of the ground. */
static bool measure_inner(const patch *patch, void *context) {
    return patch->at_edge || measure(patch, context);
}

static bool try(const plane *plane, way way, double *score, cnn_error *error) {
    struct plane copy;
    double noise;
    if (!plane_copy(plane, &copy, error))
        return false;
    *score = 0;
    const bool ok = ground_take_off(&copy, way, &noise, measure_inner, score, error);
    free(copy.values);
    return ok;
}

/* Windows from the smallest to the largest, and the scores of each for both brightnesses. */
typedef struct attempt {
    size_t count, radius[WINDOWS];
    double score[2][WINDOWS];
} attempt;

static bool try_all(const plane *small, attempt *attempt, cnn_error *error) {
    const size_t shorter = plane_shorter(small);
    size_t radius = shorter / FINEST + 1;
    attempt->count = 0;
    for (; radius <= shorter / WIDEST + 1 && attempt->count < WINDOWS; radius += radius / 3 + 1) {
        attempt->radius[attempt->count] = radius;
        for (int light = 0; light < 2; light++)
            if (!try(small, (way){radius, light}, &attempt->score[light][attempt->count], error))
                return false;
        attempt->count++;
    }
    return true;
}

/* The middle of the range of nearly best windows, where the choice matters least. */
static way best_of(const attempt *attempt, double *most) {
    size_t first = 0, last = 0;
    way best = {0};
    *most = -1;
    for (int light = 0; light < 2; light++)
        for (size_t i = 0; i < attempt->count; i++)
            if (attempt->score[light][i] > *most) {
                *most = attempt->score[light][i];
                best.light = light;
                first = last = i;
            }
    while (first > 0 && attempt->score[best.light][first - 1] >= NEARLY * *most)
        first--;
    while (last + 1 < attempt->count && attempt->score[best.light][last + 1] >= NEARLY * *most)
        last++;
    best.radius = attempt->radius[(first + last + 1) / 2];
    return best;
}

/* The score with smooth light alone; overwrites `small`. */
static bool smooth_score(plane *small, const light *light, double *score, cnn_error *error) {
    const double grain = GRAIN * light->noise;
    double strongest;
    light_take_off(light, small);
    if (!levels_mostly_above(small, fmax(grain, FAINTEST)))
        plane_negate(small);
    plane_clear_below(small, fmax(levels_strength(small, &strongest) * TRACE, grain));
    *score = 0;
    return patches_sift(small, NULL, measure, score, error);
}

bool ground_best_way(const plane *plane, const light *light, way *best, bool *found,
                     cnn_error *error) {
    struct plane small;
    attempt attempt;
    size_t part;
    double most, smooth;
    if (!plane_shrink(plane, SMALL, &small, &part, error))
        return false;
    const bool ok = try_all(&small, &attempt, error) && smooth_score(&small, light, &smooth, error);
    if (ok) {
        *best = best_of(&attempt, &most);
        best->radius *= part;
        *found = most > 0 && most >= NEARLY * smooth;
    }
    free(small.values);
    return ok;
}
