/* Finds the mistakes of the catalog that give exactly these numbers. Makes every mistake, and every
 * variant of one (variants.h), on every case, and notes of each gradient whether it changes and
 * whether it then fits the answer. These notes decide about two mistakes together, too, unless both
 * change one gradient: for that the build makes a page with both lines, if they are on one page
 * (write.awk). */
#include "properties.h"
#include "variants.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bits by gradient. */
typedef struct notes {
    unsigned changes, fits;
} notes;

typedef struct diagnosis {
    worked *cases; /* [count], owned */
    size_t count;
    notes *right; /* [count], owned: of the book; it changes nothing */
    notes *made;  /* [row][count], owned: the mistakes, then the variants */
    cnn_diagnosis *result;
} diagnosis;

/* No number of this gradient was filled in. */
static bool unanswered(const worked *w, size_t gradient) {
    const float *given = case_answer(w->given, gradient);
    for (size_t i = 0; i < case_count(w->given, gradient); i++)
        if (given[i] == given[i])
            return false;
    return true;
}

static double tolerance_of(const worked *w, size_t gradient) {
    double most = w->scale[gradient];
    const real *last = worked_last(w, gradient);
    for (size_t i = 0; i < case_count(w->given, gradient); i++)
        most = fmax(most, fabs(last[i]));
    return WORKED_TOLERANCE * most;
}

/* The notes of the gradients that were worked out last. */
static notes notes_of(const worked *w) {
    notes n = {0, 0};
    for (size_t g = 0; g < GRADIENTS; g++) {
        const float *given = case_answer(w->given, g);
        const real *last = worked_last(w, g);
        const double tolerance = tolerance_of(w, g);
        bool changes = false, fits = true;
        for (size_t i = 0; i < case_count(w->given, g); i++) {
            changes |= !gradients_equal(last[i], w->right[g][i], tolerance);
            fits &= gradients_equal(last[i], given[i], tolerance);
        }
        if (unanswered(w, g))
            changes = false, fits = true;
        n.changes |= changes ? 1u << g : 0;
        n.fits |= fits ? 1u << g : 0;
    }
    return n;
}

static const unsigned all_fit = (1u << GRADIENTS) - 1;

/* The notes of the page with these mistakes; false: there is none for the case. */
static bool note_page(worked *w, int row, int other, notes *n) {
    for (const mistaken_page *page = mistaken_pages_double(); page->row != MISTAKE_END; page++)
        if (page->row == row && page->other == other && worked_run(w, page)) {
            *n = notes_of(w);
            return true;
        }
    return false;
}

static size_t row_count(void) {
    return mistake_row_count + variant_count;
}

static const char *name_of(size_t row) {
    return row < mistake_row_count ? mistake_rows[row].about.name
                                   : variants[row - mistake_row_count].mistake;
}

static bool note_variant(worked *w, const variant *v, notes *n) {
    if (strcmp(v->kind, w->given->about.layer))
        return false;
    worked_run(w, NULL);
    v->run(w, v->how);
    *n = notes_of(w);
    return true;
}

static bool note_row(worked *w, size_t row, notes *n) {
    return row < mistake_row_count ? note_page(w, (int)row, MISTAKE_ALONE, n)
                                   : note_variant(w, &variants[row - mistake_row_count], n);
}

static void note_all(diagnosis *d) {
    for (size_t row = 0; row < row_count(); row++)
        for (size_t c = 0; c < d->count; c++) {
            notes *n = &d->made[row * d->count + c];
            if (!note_row(&d->cases[c], row, n))
                *n = d->right[c];
        }
}

static bool fits_alone(const diagnosis *d, size_t mistake) {
    for (size_t c = 0; c < d->count; c++)
        if (d->made[mistake * d->count + c].fits != all_fit)
            return false;
    return true;
}

/* Does it change any number of these cases? */
static bool shows(const diagnosis *d, size_t mistake) {
    unsigned changes = 0;
    for (size_t c = 0; c < d->count; c++)
        changes |= d->made[mistake * d->count + c].changes;
    return changes;
}

static bool pair_fits_case(diagnosis *d, size_t a, size_t b, size_t c) {
    const notes one = d->made[a * d->count + c], two = d->made[b * d->count + c];
    const unsigned both = one.changes & two.changes;
    const unsigned neither = ~(one.changes | two.changes);
    unsigned fits = (one.fits & one.changes & ~both) | (two.fits & two.changes & ~both) |
                    (d->right[c].fits & neither);
    notes together;
    if (both && note_page(&d->cases[c], (int)a, (int)b, &together))
        fits |= together.fits & both;
    return (fits & all_fit) == all_fit;
}

static bool pair_fits(diagnosis *d, size_t a, size_t b) {
    for (size_t c = 0; c < d->count; c++)
        if (!pair_fits_case(d, a, b, c))
            return false;
    return true;
}

static bool is_explained(const cnn_diagnosis *result, const char *name, const char *other) {
    for (size_t i = 0; i < result->explanation_count; i++)
        if (!strcmp(result->explanations[i][0], name) &&
            (other ? !strcmp(result->explanations[i][1], other) : !result->explanations[i][1]))
            return true;
    return false;
}

/* Variants of one mistake explain the numbers once. */
static void explain(diagnosis *d, const char *name, const char *other) {
    cnn_diagnosis *result = d->result;
    if (result->explanation_count == CNN_EXPLANATIONS_MAX || is_explained(result, name, other))
        return;
    result->explanations[result->explanation_count][0] = name;
    result->explanations[result->explanation_count++][1] = other;
}

static void explain_by_one(diagnosis *d) {
    for (size_t row = 0; row < row_count(); row++)
        if (shows(d, row) && fits_alone(d, row))
            explain(d, name_of(row), NULL);
}

static void explain_by_two(diagnosis *d) {
    for (size_t a = 0; a < row_count(); a++)
        for (size_t b = a + 1; shows(d, a) && b < row_count(); b++)
            if (shows(d, b) && strcmp(name_of(a), name_of(b)) && pair_fits(d, a, b))
                explain(d, name_of(a), name_of(b));
}

/* ----------------------------------------------------------------- what differs */

static size_t numbers_of(const worked *w) {
    return w->given->about.x_count + w->given->about.weight_count + w->given->about.bias_count;
}

/* The smallest case that differs; `count` if none does. */
static size_t smallest_wrong(const diagnosis *d) {
    size_t best = d->count;
    for (size_t c = 0; c < d->count; c++)
        if (d->right[c].fits != all_fit &&
            (best == d->count || numbers_of(&d->cases[c]) < numbers_of(&d->cases[best])))
            best = c;
    return best;
}

/* Sets the gradient's size as [a][b][c][d]. Returns how many of the indices it has, the last ones.
 */
static size_t shape_of(const worked *w, size_t gradient, two_gradients *g) {
    const layer_shape *at = &w->given->shape;
    const bool image = at->x.h * at->x.w > 1 || at->r;
    const size_t dx[] = {w->t.n, at->x.h, at->x.w, at->x.c};
    const size_t dw[] = {at->r ? at->r : 1, at->r ? at->s : 1, at->x.c, at->y.c};
    const size_t db[] = {1, 1, 1, at->y.c};
    memcpy(g->size, gradient == GRADIENT_DX ? dx : gradient == GRADIENT_DW ? dw : db, sizeof dx);
    g->plane = gradient == GRADIENT_DX;
    return gradient == GRADIENT_DB ? 1 : image ? 4 : 2;
}

/* A vector [n][c] has no middle two indices. */
static void report_index(cnn_diagnosis *result, const two_gradients *g, size_t at) {
    size_t index[4];
    for (size_t i = 4; i-- > 0; at /= g->size[i])
        index[i] = at % g->size[i];
    const bool vector = result->rank == 2 && g->plane == 1;
    for (size_t i = 0; i < result->rank; i++)
        result->index[i] = vector && i == 0 ? index[0] : index[4 - result->rank + i];
}

static void report_gradient(cnn_diagnosis *result, const worked *w, size_t gradient) {
    static const char *const names[] = {"dx", "dw", "db"};
    two_gradients g = {.ours = w->right[gradient],
                       .theirs = case_answer(w->given, gradient),
                       .tolerance = WORKED_TOLERANCE * w->scale[gradient]};
    size_t at = 0;
    result->rank = shape_of(w, gradient, &g);
    while (gradients_equal(g.ours[at], g.theirs[at], g.tolerance))
        at++;
    report_index(result, &g, at);
    memcpy(result->gradient, names[gradient], 3);
    result->ours = g.ours[at];
    result->theirs = g.theirs[at];
    result->properties = properties_of(&g, &result->ratio);
}

static void report_difference(diagnosis *d) {
    const size_t c = smallest_wrong(d);
    size_t gradient = 0;
    while (d->right[c].fits >> gradient & 1)
        gradient++;
    d->result->case_index = c;
    report_gradient(d->result, &d->cases[c], gradient);
}

/* --------------------------------------------------------------------------------- all cases */

static bool begin(diagnosis *d, const cnn_case *const *cases, cnn_error *error) {
    d->right = memory_new(d->count, sizeof *d->right, error);
    d->made = memory_new(size_product(d->count, row_count()), sizeof *d->made, error);
    d->cases = memory_new(d->count, sizeof *d->cases, error);
    if (!d->right || !d->made || !d->cases)
        return false;
    for (size_t c = 0; c < d->count; c++) {
        if (!given(cases[c], "case", error) || !worked_begin(&d->cases[c], cases[c], error))
            return false;
        d->right[c] = notes_of(&d->cases[c]);
    }
    return true;
}

static void end(diagnosis *d) {
    for (size_t c = 0; d->cases && c < d->count; c++)
        worked_end(&d->cases[c]);
    free(d->cases);
    free(d->made);
    free(d->right);
}

static bool answered(const diagnosis *d) {
    for (size_t c = 0; c < d->count; c++)
        for (size_t g = 0; g < GRADIENTS; g++)
            if (case_count(d->cases[c].given, g) && !unanswered(&d->cases[c], g))
                return true;
    return false;
}

static void judge(diagnosis *d) {
    *d->result = (cnn_diagnosis){.right = smallest_wrong(d) == d->count, .ratio = NAN};
    if (d->result->right)
        return;
    note_all(d);
    explain_by_one(d);
    if (!d->result->explanation_count)
        explain_by_two(d);
    report_difference(d);
}

bool cnn_diagnose(const cnn_case *const *cases, size_t count, cnn_diagnosis *result,
                  cnn_error *error) {
    if (!given(cases, "cases", error) || !given(result, "diagnosis", error))
        return false;
    if (!count || count > 4096)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu cases: must be 1 to 4096", count);
    diagnosis d = {.count = count, .result = result};
    const bool good = begin(&d, cases, error) &&
                      (answered(&d) ||
                       error_set(error, CNN_STATUS_BAD_ARGUMENT, "no dx, dw or db was filled in"));
    if (good)
        judge(&d);
    end(&d);
    return good;
}
