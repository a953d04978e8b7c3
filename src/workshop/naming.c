/* Names the mistakes in wrong answers: gradients by the diagnosis, all together and then each by
 * itself; softmax and the optimizers by their own pages of the catalog. */
#include "attempt.h"
#include "properties.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_name(part *p, const char *name, const char *other) {
    if (p->about.explanation_count == CNN_EXPLANATIONS_MAX)
        return;
    p->about.explanations[p->about.explanation_count][0] = name;
    p->about.explanations[p->about.explanation_count++][1] = other;
}

/* ------------------------------------------------------------------- right once the array is 0 */

static bool right_from_zero(const cnn_attempt *a, const part *p) {
    for (size_t c = 0; c < p->about.case_count; c++)
        if (!p->second[c] || !part_right(a, p, c, p->second[c]))
            return false;
    return true;
}

static bool wrong(const part *p) {
    return p->about.answer == CNN_ANSWER_WRONG;
}

static void find_added(cnn_attempt *a) {
    for (size_t i = 0; i < a->part_count; i++) {
        part *p = &a->parts[i];
        p->about.added =
            wrong(p) && p->parameter->kind == CNN_ARGUMENT_OUTPUT && right_from_zero(a, p);
        if (p->about.added)
            add_name(p, "gradients-not-cleared", NULL);
    }
}

/* ----------------------------------------------------------------------------------- gradients */

static float *answer_of(const problem *p, const char *array) {
    const cnn_case_info *about = &p->given->about;
    return !strcmp(array, "dx")   ? about->dx
           : !strcmp(array, "dw") ? about->dw
           : !strcmp(array, "db") ? about->db
                                  : NULL;
}

/* Gives the cases the answers to this part, NULL: to all that are written. The others are NaN: not
 * answered. */
static void give_answers(cnn_attempt *a, const part *only, size_t index) {
    for (size_t i = 0; i < a->part_count; i++) {
        const part *p = &a->parts[i];
        float *to = answer_of(&a->problems[index], p->about.array);
        const float *from = wrong(p) ? p->second[index] : p->first[index];
        const bool given = from && (!only || only == p) && p->about.answer != CNN_ANSWER_EMPTY;
        for (size_t j = 0; to && j < part_count(a, p, index); j++)
            to[j] = given ? from[j] : NAN;
    }
}

static bool answered(const cnn_attempt *a, const part *only, size_t index) {
    for (size_t i = 0; i < a->part_count; i++)
        if (wrong(&a->parts[i]) && (!only || only == &a->parts[i]) && a->parts[i].second[index])
            return true;
    return false;
}

static bool diagnose(cnn_attempt *a, const part *only, cnn_diagnosis *result, cnn_error *error) {
    const size_t most = a->row->about.case_count;
    const cnn_case **cases = memory_new(most, sizeof *cases, error);
    size_t count = 0;
    for (size_t c = 0; cases && c < most; c++)
        if (answered(a, only, c)) {
            give_answers(a, only, c);
            cases[count++] = a->problems[c].given;
        }
    *result = (cnn_diagnosis){.right = true};
    const bool good = cases && (!count || cnn_diagnose(cases, count, result, error));
    free(cases);
    return good;
}

static void add_explanations(part *p, const cnn_diagnosis *d) {
    for (size_t i = 0; i < d->explanation_count; i++)
        add_name(p, d->explanations[i][0], d->explanations[i][1]);
}

static bool gradient(const part *p) {
    return wrong(p) && !part_forward(p) && !p->about.added;
}

static bool name_each(cnn_attempt *a, cnn_error *error) {
    cnn_diagnosis d;
    for (size_t i = 0; i < a->part_count; i++) {
        if (!gradient(&a->parts[i]))
            continue;
        if (!diagnose(a, &a->parts[i], &d, error))
            return false;
        add_explanations(&a->parts[i], &d);
    }
    return true;
}

/* One mistake may be in several gradients: it explains all of them, or each has its own. */
static bool name_gradients(cnn_attempt *a, cnn_error *error) {
    cnn_diagnosis d;
    size_t count = 0;
    for (size_t i = 0; i < a->part_count; i++)
        count += gradient(&a->parts[i]);
    if (!count)
        return true;
    if (!diagnose(a, NULL, &d, error))
        return false;
    if (d.explanation_count && (count == 1 || !d.explanations[0][1])) {
        for (size_t i = 0; i < a->part_count; i++)
            if (gradient(&a->parts[i]))
                add_explanations(&a->parts[i], &d);
        return true;
    }
    return name_each(a, error);
}

/* ------------------------------------------------------------------------------------- softmax */

static bool finite_in(const cnn_attempt *a, const part *p, size_t index) {
    for (size_t i = 0; i < part_count(a, p, index); i++)
        if (!isfinite(p->first[index][i]))
            return false;
    return true;
}

/* Probabilities are right, but for large scores, where they are not finite. */
static void name_softmax(cnn_attempt *a) {
    part *p = &a->parts[0];
    if (strcmp(a->row->kind, "softmax") || !wrong(p))
        return;
    for (size_t c = 0; c < p->about.case_count; c++)
        if (!p->first[c] || finite_in(a, p, c) == !strcmp(a->row->cases[c].with, "large"))
            return;
    if (p->about.right_cases + 1 == p->about.case_count)
        add_name(p, "softmax-without-max", NULL);
}

/* ---------------------------------------------------------------------------------- optimizers */

/* Does the last run of the update, or the right one, give the answers to this part? */
static bool update_fits(const cnn_attempt *a, const part *p, size_t index, bool *changes) {
    const update *u = &a->problems[index].update;
    const size_t array = update_array(p->about.array);
    const double tolerance = part_tolerance(a, p, index);
    for (size_t i = 0; i < u->count; i++) {
        *changes |= !gradients_equal(u->after[array][i], u->right[array][i], tolerance);
        if (!gradients_equal(u->after[array][i], p->first[index][i], tolerance))
            return false;
    }
    return true;
}

/* Does this page explain all parts but `except`? */
static bool page_explains(cnn_attempt *a, const mistaken_page *page, const part *except) {
    bool changes = false;
    for (size_t c = 0; c < a->row->about.case_count; c++)
        for (size_t i = 0; i < a->part_count; i++)
            if (!a->parts[i].first[c] || !update_run(&a->problems[c].update, page) ||
                (&a->parts[i] != except && !update_fits(a, &a->parts[i], c, &changes)))
                return false;
    return changes;
}

/* The weights are as before the step: the new ones went elsewhere. */
static bool stays(const cnn_attempt *a, const part *p) {
    for (size_t c = 0; c < p->about.case_count; c++) {
        const update *u = &a->problems[c].update;
        for (size_t i = 0; i < u->count; i++)
            if (!p->first[c] || p->first[c][i] != u->before[UPDATE_W][i])
                return false;
    }
    return true;
}

static void add_to_wrong(cnn_attempt *a, const char *name, const char *other) {
    for (size_t i = 0; i < a->part_count; i++)
        if (wrong(&a->parts[i]))
            add_name(&a->parts[i], name, other);
}

static size_t name_pages(cnn_attempt *a, const part *except, const char *first, bool pairs) {
    size_t found = 0;
    for (const mistaken_page *page = mistaken_pages_double(); page->row != MISTAKE_END; page++) {
        if ((page->other != MISTAKE_ALONE) != pairs || !page_explains(a, page, except))
            continue;
        const char *name = mistake_rows[page->row].about.name;
        const char *other = pairs ? mistake_rows[page->other].about.name : NULL;
        add_to_wrong(a, first ? first : name, first ? name : other);
        found++;
    }
    return found;
}

/* As papers have it: epsilon under the root, after the correction; the catalog's comes before it.
 */
static bool name_inner_epsilon(cnn_attempt *a) {
    for (size_t c = 0; c < a->row->about.case_count; c++) {
        update *u = &a->problems[c].update;
        bool changes = false;
        if (!a->parts[0].first[c] || !update_run(u, NULL) || !u->adam)
            return false;
        update_inner_epsilon(u);
        for (size_t i = 0; i < a->part_count; i++)
            if (!update_fits(a, &a->parts[i], c, &changes))
                return false;
    }
    add_to_wrong(a, "adam-epsilon-inside", NULL);
    return true;
}

static bool only_wrong(const cnn_attempt *a, const part *p) {
    for (size_t i = 0; i < a->part_count; i++)
        if (wrong(&a->parts[i]) && &a->parts[i] != p)
            return false;
    return wrong(p);
}

static void name_update(cnn_attempt *a) {
    const part *w = &a->parts[0];
    if (only_wrong(a, w) && stays(a, w))
        add_to_wrong(a, "step-not-stored", NULL);
    else if (stays(a, w))
        name_pages(a, w, "step-not-stored", false);
    else if (!name_pages(a, NULL, NULL, false) && !name_inner_epsilon(a))
        name_pages(a, NULL, NULL, true);
}

bool verdict_names(cnn_attempt *a, cnn_error *error) {
    if (a->about.first_wrong == SIZE_MAX)
        return true;
    if (!a->problems[0].given) {
        name_update(a);
        return true;
    }
    find_added(a);
    name_softmax(a);
    return name_gradients(a, error);
}
