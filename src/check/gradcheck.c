/* Compares gradients with central differences, in double: this unit and the book are built with
 * real = double. Each layer is checked separately, with L = sum of dy y for random dy:
 *
 *   dL/da  ~  (L(a + h) - L(a - h)) / 2h       for elements a of x, w and b
 *
 * docs/math/gradcheck.md explains this h, these limits, and kinks. */
#include "gradcheck.h"

#include <math.h>

#define STEP 0x1p-13 /* linear pieces allow any step; softmax errs by about its square */
#define KINK 1e-11   /* the second difference of a linear piece is rounding only, about 1e-14 */
#define FLOOR 1e-3   /* gradients below this fraction of the largest are compared with that */

/* The effect on L of one element's step up and down. */
typedef struct slope {
    double value;
    bool kink;
} slope;

/* Changes *element and restores it. images: those whose outputs depend on it; others would only add
 * work. */
static slope central_difference(const probe *p, real *element, range images) {
    const real saved = *element;
    *element = saved + STEP;
    p->evaluate(p, p->high, images);
    *element = saved - STEP;
    p->evaluate(p, p->low, images);
    *element = saved;
    /* Not 2 STEP: both sums are rounded, and this is the actual step. */
    const double width = (saved + STEP) - (saved - STEP);
    slope slope = {0, false};
    for (size_t i = images.first * p->outputs; i < images.last * p->outputs; i++) {
        /* Per output: the difference of two sums would lose digits to the size of L. */
        slope.value += p->dy[i] * ((p->high[i] - p->low[i]) / width);
        slope.kink |= !p->smooth && fabs(p->high[i] - 2 * p->y[i] + p->low[i]) > KINK;
    }
    return slope;
}

double gradcheck_largest(const real *values, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

/* Relative to the larger of the two, or to floor if that is larger: otherwise 1e-17 instead of 0
 * would be an error of 1. NaN gives an infinite error; in a comparison it would pass. */
static double relative_error(double analytic, double numeric, double floor) {
    const double scale = fmax(fmax(fabs(analytic), fabs(numeric)), floor);
    const double difference = fabs(analytic - numeric);
    if (difference != difference)
        return INFINITY;
    return difference == 0 ? 0 : difference / scale;
}

/* One element from each of `samples` equal ranges, so no large part of an array is missed by
 * chance. With as many samples as elements, all of them. */
static size_t sample(random_state *random, size_t elements, size_t samples, size_t i) {
    const range stretch = range_part(elements, samples, i);
    return stretch.first +
           (size_t)(random_uniform(random) * (double)(stretch.last - stretch.first));
}

void gradcheck_array(const probe *p, checked_array a, cnn_gradcheck_row *row, random_state *random,
                     size_t samples) {
    const double floor = FLOOR * gradcheck_largest(a.gradient, a.count);
    const size_t tries = samples == 0 || samples > a.count ? a.count : samples;
    row->elements = a.count;
    /* Below every error, so that the first element is recorded even without an error. */
    row->error = -1;
    for (size_t i = 0; i < tries; i++) {
        const size_t at = sample(random, a.count, tries, i);
        const size_t image = a.per_image ? at / a.per_image : 0;
        const range images = a.per_image ? (range){image, image + 1} : (range){0, p->images};
        const slope numeric = central_difference(p, &a.values[at], images);
        /* At a kink the slope is between those of two pieces, and neither gradient is wrong. */
        if (numeric.kink) {
            row->skipped++;
            continue;
        }
        row->checked++;
        const double error = relative_error(a.gradient[at], numeric.value, floor);
        if (error > row->error) {
            row->error = error;
            row->element = at;
            row->analytic = a.gradient[at];
            row->numeric = numeric.value;
        }
    }
    /* If every element was skipped, nothing is known. */
    if (!row->checked)
        row->error = row->analytic = row->numeric = NAN;
}
