/* Compares the answers with the right numbers, and looks up in the diagnosis what the wrong ones
 * have in common. */
#include "attempt.h"
#include "properties.h"

#include "memory.h"

#include <math.h>
#include <string.h>

size_t part_count(const cnn_attempt *a, const part *p, size_t index) {
    cnn_argument shape = {.rank = 0};
    problem_shape(&a->problems[index], p->parameter->sizes, &shape);
    return shape.count;
}

double part_tolerance(const cnn_attempt *a, const part *p, size_t index) {
    const real *right = problem_right(&a->problems[index], p->about.array);
    double most = 0;
    for (size_t i = 0; i < part_count(a, p, index); i++)
        most = fmax(most, fabs(right[i]));
    return WORKED_TOLERANCE * most;
}

/* The first number that differs; the count if none does. */
static size_t first_difference(const cnn_attempt *a, const part *p, size_t index,
                               const float *answers) {
    const real *right = problem_right(&a->problems[index], p->about.array);
    const double tolerance = part_tolerance(a, p, index);
    size_t i = 0;
    while (i < part_count(a, p, index) && gradients_equal(right[i], answers[i], tolerance))
        i++;
    return i;
}

bool part_right(const cnn_attempt *a, const part *p, size_t index, const float *answers) {
    return first_difference(a, p, index, answers) == part_count(a, p, index);
}

/* --------------------------------------------------------------------------------- not written */

/* Is the array as it was before the call? */
static bool untouched(const cnn_attempt *a, const part *p, size_t index) {
    const float *given = problem_given(&a->problems[index], p->about.array);
    for (size_t i = 0; i < part_count(a, p, index); i++)
        if (p->first[index][i] !=
            (p->parameter->kind == CNN_ARGUMENT_CHANGED ? given[i] : leftover(i)))
            return false;
    return true;
}

static bool never_written(const cnn_attempt *a, const part *p) {
    bool asked = false;
    for (size_t c = 0; c < p->about.case_count; c++) {
        asked |= p->first[c] != NULL;
        if (p->first[c] && !untouched(a, p, c))
            return false;
    }
    return asked;
}

/* An optimizer whose velocity moves has written a w that stays: a mistake. */
static bool is_empty(const cnn_attempt *a, const part *p) {
    if (p->parameter->kind != CNN_ARGUMENT_CHANGED)
        return never_written(a, p);
    for (size_t i = 0; i < a->part_count; i++)
        if (!never_written(a, &a->parts[i]))
            return false;
    return true;
}

/* --------------------------------------------------------------------------- where it is wrong */

/* [a][b][c][d], with images or kernels before the planes. */
static two_gradients pair_of(const cnn_attempt *a, const part *p, size_t index) {
    cnn_argument shape = {.rank = 0};
    problem_shape(&a->problems[index], p->parameter->sizes, &shape);
    two_gradients g = {.ours = problem_right(&a->problems[index], p->about.array),
                       .theirs = p->first[index],
                       .size = {1, 1, 1, 1},
                       .tolerance = part_tolerance(a, p, index)};
    for (size_t i = 0; i < shape.rank; i++)
        g.size[4 - shape.rank + i] = shape.shape[i];
    g.plane = p->parameter->sizes[0] == 'N' && shape.rank == 4;
    return g;
}

/* A row of numbers has no planes that could be shifted. */
static unsigned properties(const cnn_attempt *a, const part *p, size_t index) {
    const two_gradients g = pair_of(a, p, index);
    const unsigned planes = CNN_PROPERTY_TRANSPOSED | CNN_PROPERTY_SHIFTED | CNN_PROPERTY_BORDERS;
    double ratio;
    const unsigned found = properties_of(&g, &ratio);
    return strchr(p->parameter->sizes, ' ') ? found : found & ~planes;
}

/* Theirs over ours: NaN if it is not the same everywhere; `fits` if any is (all are 0). */
static double ratio_in(const cnn_attempt *a, const part *p, size_t index, bool *any) {
    const two_gradients g = pair_of(a, p, index);
    double ratio;
    properties_of(&g, &ratio);
    *any = g.tolerance == 0;
    return ratio;
}

static void set_ratio(const cnn_attempt *a, part *p) {
    size_t several = 0;
    bool same = true, images = true, any = false;
    p->about.ratio = NAN;
    for (size_t c = 0; c < p->about.case_count; c++) {
        const double ratio = p->first[c] ? ratio_in(a, p, c, &any) : NAN;
        const double n = (double)problem_images(&a->problems[c]);
        if (!p->first[c] || any)
            continue;
        if (isnan(p->about.ratio))
            p->about.ratio = ratio;
        same &= fabs(ratio - p->about.ratio) < 1e-4;
        images &= fabs(ratio - 1 / n) < 1e-4;
        several += n > 1;
    }
    p->about.over_images = images && several;
    if (!same)
        p->about.ratio = NAN;
}

static void set_place(const cnn_attempt *a, part *p) {
    const size_t c = p->about.case_index;
    size_t at = first_difference(a, p, c, p->first[c]);
    cnn_argument shape = {.rank = 0};
    p->about.title = a->row->cases[c].title;
    p->about.ours = problem_right(&a->problems[c], p->about.array)[at];
    p->about.theirs = p->first[c][at];
    p->about.properties = properties(a, p, c);
    problem_shape(&a->problems[c], p->parameter->sizes, &shape);
    p->about.rank = shape.rank;
    for (size_t i = shape.rank; i-- > 0; at /= shape.shape[i])
        p->about.index[i] = at % shape.shape[i];
}

static void verdict_of(const cnn_attempt *a, part *p) {
    size_t wrong = p->about.case_count, asked = 0;
    for (size_t c = 0; c < p->about.case_count; c++) {
        asked += p->first[c] != NULL;
        if (p->first[c] && part_right(a, p, c, p->first[c]))
            p->about.right_cases++;
        else if (p->first[c] && wrong == p->about.case_count)
            wrong = c;
    }
    p->about.ratio = NAN;
    if (is_empty(a, p)) {
        p->about.answer = CNN_ANSWER_EMPTY;
    } else if (wrong < p->about.case_count) {
        p->about.answer = CNN_ANSWER_WRONG;
        p->about.case_index = wrong;
        set_place(a, p);
        set_ratio(a, p);
    } else if (asked == p->about.case_count) {
        p->about.answer = CNN_ANSWER_RIGHT;
    }
}

void verdict_of_parts(cnn_attempt *a) {
    a->about.right = !a->about.stopped;
    a->about.first_wrong = SIZE_MAX;
    a->about.part_count = a->part_count;
    for (size_t i = a->part_count; i-- > 0;) {
        verdict_of(a, &a->parts[i]);
        a->about.right &= a->parts[i].about.answer == CNN_ANSWER_RIGHT;
        if (a->parts[i].about.answer == CNN_ANSWER_WRONG)
            a->about.first_wrong = i;
    }
}
