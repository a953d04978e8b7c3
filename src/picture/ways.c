/* Strokes may be of any width and either brightness: each is tried on a small copy. Where windows
 * are too small strokes break, and where ink is taken for paper only the holes in digits are whole.
 */
#include "ground.h"
#include "levels.h"

#include <math.h>
#include <stdlib.h>

/* The copy's longer side. */
#define SMALL 160
/* The smallest and the largest window tried, in parts of the shorter side. */
#define FINEST 48
#define WIDEST 6
/* More than there are. */
#define WINDOWS 12
/* What comes to this part of the best is as good. */
#define NEARLY 0.9
/* What is fainter than this part of the strokes belongs to no patch. */
#define TRACE 0.25
/* What touches the edge counts for less. */
#define AT_EDGE 0.55

/* The diagonal of a patch's box, less for what is open of its outline. */
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

/* What reaches the edge is rather a piece of the ground. */
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

/* Windows from the finest to the widest, and what each came to for either brightness. */
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

/* The middle of the windows that come to nearly the best: there, it matters least. */
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

/* What smooth light alone would come to; `small` is lost. */
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
