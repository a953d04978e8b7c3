/* Every gradient against central differences, in double: this unit and the book it calls are built
 * with real = double. Each layer is checked by itself, with L = sum of dy y for random dy:
 *
 *   dL/da  ~  (L(a + h) - L(a - h)) / 2h       for elements a of x, w and b
 *
 * docs/math/gradcheck.md says why this h, these limits, and what a kink is. */
#include "gradcheck.h"

#include <math.h>

#define STEP 0x1p-13 /* straight pieces allow any step; softmax errs by about its square */
#define KINK 1e-11   /* straight pieces have no second difference but rounding, about 1e-14 */
#define FLOOR 1e-3   /* gradients below this share of the largest are measured against that */

/* What moving one element by a step up and down did to L. */
typedef struct slope {
    double value;
    bool kink;
} slope;

/* Moves *element and puts it back. images: those whose outputs it can move; the others would add
 * nothing but work. */
static slope central_difference(const probe *p, real *element, range images) {
    const real saved = *element;
    *element = saved + STEP;
    p->evaluate(p, p->high, images);
    *element = saved - STEP;
    p->evaluate(p, p->low, images);
    *element = saved;
    /* Not 2 STEP: both sums are rounded, and this is the step that was taken. */
    const double width = (saved + STEP) - (saved - STEP);
    slope slope = {0, false};
    for (size_t i = images.first * p->outputs; i < images.last * p->outputs; i++) {
        /* Output by output: the difference of two whole sums would lose digits to the size of L. */
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

/* Over the larger of the two, or over floor if that is larger: or else a gradient that should be 0
 * and is 1e-17 would be all wrong. NaN is an error without bound; by comparison it would pass. */
static double relative_error(double analytic, double numeric, double floor) {
    const double scale = fmax(fmax(fabs(analytic), fabs(numeric)), floor);
    const double difference = fabs(analytic - numeric);
    if (difference != difference)
        return INFINITY;
    return difference == 0 ? 0 : difference / scale;
}

/* One element out of each of as many equal stretches as there are samples: no large part of an
 * array is left out by chance. With as many samples as elements that is each of them. */
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
    /* Below every error, so that the first element is noted even if it has none. */
    row->error = -1;
    for (size_t i = 0; i < tries; i++) {
        const size_t at = sample(random, a.count, tries, i);
        const size_t image = a.per_image ? at / a.per_image : 0;
        const range images = a.per_image ? (range){image, image + 1} : (range){0, p->images};
        const slope numeric = central_difference(p, &a.values[at], images);
        /* There the slope lies between those of two pieces, and neither gradient is wrong. */
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
    /* Where every element was skipped, nothing is shown to be right or wrong. */
    if (!row->checked)
        row->error = row->analytic = row->numeric = NAN;
}
