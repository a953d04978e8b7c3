/* Says in words how an attempt went: one line, and the first case that is wrong with its diagnosis.
 */
#include "drawing.h"

#include "error.h"
#include "mistakes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------- in one line */

static size_t of_answer(const cnn_attempt *a, cnn_answer answer) {
    size_t count = 0;
    for (size_t i = 0; i < a->part_count; i++)
        count += a->parts[i].about.answer == answer;
    return count;
}

/* "dx, dw". */
static void list_parts(const cnn_attempt *a, cnn_answer answer, note *n) {
    size_t listed = 0;
    for (size_t i = 0; i < a->part_count; i++)
        if (a->parts[i].about.answer == answer)
            note_add(n, "%s%s", listed++ ? ", " : "", a->parts[i].about.array);
}

static void add_answers(const cnn_attempt *a, note *n) {
    static const cnn_answer order[] = {CNN_ANSWER_WRONG, CNN_ANSWER_EMPTY, CNN_ANSWER_UNKNOWN,
                                       CNN_ANSWER_RIGHT};
    size_t listed = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (!of_answer(a, order[i]))
            continue;
        note_add(n, "%s", listed++ ? "; " : "");
        list_parts(a, order[i], n);
        note_add(n, " %s", cnn_answer_name(order[i]));
    }
}

static void add_names(const cnn_attempt_part *p, note *n) {
    for (size_t i = 0; i < p->explanation_count; i++)
        note_add(n, "%s%s%s%s", i ? " or " : ": ", p->explanations[i][0],
                 p->explanations[i][1] ? " and " : "",
                 p->explanations[i][1] ? p->explanations[i][1] : "");
}

static void write_line(const cnn_attempt *a, note *n) {
    if (a->about.right) {
        note_add(n, "right in all %zu cases", a->row->about.case_count);
        return;
    }
    add_answers(a, n);
    if (a->about.first_wrong != SIZE_MAX)
        add_names(&a->parts[a->about.first_wrong].about, n);
    if (a->about.stopped)
        note_add(n, "; %s in the case of %s: %s", a->about.function, a->about.title,
                 a->about.message);
}

/* ------------------------------------------------------------------------------------ the case */

static void write_case(const cnn_attempt *a, const part *p, note *n) {
    const size_t c = p->about.case_index;
    const exercise_function *f = &a->row->functions[p->function_index];
    note_add(n, "Case %zu of %zu, %s:", c + 1, p->about.case_count, a->row->cases[c].title);
    for (size_t i = 0; i < f->count; i++)
        if (f->parameters[i].kind <= CNN_ARGUMENT_REAL)
            note_add(n, " %s %g", f->parameters[i].name,
                     problem_value(&a->problems[c], f->parameters[i].name));
    note_add(n, "\n\n");
}

static size_t flat_index(const cnn_attempt *a, const part *p) {
    cnn_argument shape = {.rank = 0};
    size_t at = 0;
    problem_shape(&a->problems[p->about.case_index], p->parameter->sizes, &shape);
    for (size_t i = 0; i < shape.rank; i++)
        at = at * shape.shape[i] + p->about.index[i];
    return at;
}

static void write_difference(const cnn_attempt *a, const part *p, note *n) {
    const size_t at = flat_index(a, p);
    const bool left =
        p->parameter->kind == CNN_ARGUMENT_OUTPUT && p->about.theirs == (double)leftover(at);
    note_add(n, "  ");
    draw_element(&a->problems[p->about.case_index], &a->row->functions[p->function_index],
                 p->about.array, at, n);
    note_add(n, " should be ");
    note_number(n, p->about.ours);
    note_add(n, " and is ");
    note_number(n, p->about.theirs);
    note_add(n, left ? ", a leftover: it was not written.\n" : ".\n");
    draw_sum(a, p, n);
    note_add(n, "\n");
}

/* ------------------------------------------------------------------------------- the diagnosis */

static const char *text_of(const char *name) {
    const mistake_row *row = mistake_row_named(name, NULL);
    return row ? row->about.text : "";
}

static bool same_names(const cnn_attempt_part *p, const cnn_attempt_part *other) {
    return p->explanation_count && p->explanation_count == other->explanation_count &&
           !memcmp(p->explanations, other->explanations,
                   p->explanation_count * sizeof *p->explanations);
}

/* Has an earlier part the same explanation, so that this one needs no words? */
static bool said(const cnn_attempt *a, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (same_names(&a->parts[i].about, &a->parts[index].about))
            return true;
    return false;
}

static void write_names(const cnn_attempt *a, size_t index, note *n) {
    const cnn_attempt_part *p = &a->parts[index].about;
    for (size_t i = 0; i < p->explanation_count; i++) {
        note_add(n, "%s", p->explanation_count == 1 ? "" : i ? "or: " : "either: ");
        note_add(n, "%s (%s)", text_of(p->explanations[i][0]), p->explanations[i][0]);
        if (p->explanations[i][1])
            note_add(n, "; and: %s (%s)", text_of(p->explanations[i][1]), p->explanations[i][1]);
        note_add(n, ". ");
    }
}

static void write_ratio(const cnn_attempt *a, const part *p, note *n) {
    const size_t images = problem_images(&a->problems[p->about.case_index]);
    const char *it = p->about.explanation_count ? "It" : "it";
    if (p->about.over_images && images > 1)
        note_add(n,
                 "%s is 1/%zu of what it should be in every case with %zu images: divided by the "
                 "batch size once too often (the gradient of a mean loss already has 1/n). ",
                 it, images, images);
    else if (p->about.ratio == -1)
        note_add(n, "%s has the wrong sign everywhere. ", it);
    else if (p->about.ratio == 0)
        note_add(n, "%s is 0 everywhere. ", it);
    else if (!isnan(p->about.ratio))
        note_add(n, "%s is %.5g times what it should be, everywhere. ", it, p->about.ratio);
}

/* What the numbers show where no mistake of the catalog explains them. */
static void write_properties(const part *p, note *n) {
    static const struct {
        unsigned bit;
        const char *text;
    } facts[] = {
        {CNN_PROPERTY_NOT_FINITE, "some numbers are not finite"},
        {CNN_PROPERTY_TRANSPOSED, "the right numbers are there with two indices exchanged"},
        {CNN_PROPERTY_SHIFTED, "the right numbers are there, moved by a row or a column"},
        {CNN_PROPERTY_BORDERS, "only the outermost rows and columns are wrong"},
        {CNN_PROPERTY_ZERO, "some numbers are 0 that should not be"},
        {CNN_PROPERTY_NOT_ZERO, "some numbers should be 0 and are not"},
    };
    size_t listed = 0;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (p->about.properties & facts[i].bit)
            note_add(n, "%s%s", listed++ ? "; " : "in this case ", facts[i].text);
    note_add(n, "%s", listed ? ". " : "no mistake of the catalog explains these numbers. ");
}

static void write_diagnosis(const cnn_attempt *a, size_t index, note *n) {
    const part *p = &a->parts[index];
    note_add(n, "  %s", p->about.array);
    for (size_t i = index + 1; i < a->part_count; i++)
        if (same_names(&p->about, &a->parts[i].about))
            note_add(n, ", %s", a->parts[i].about.array);
    note_add(n, ": ");
    if (p->about.added)
        note_add(n, "right if the array is set to 0 first: it holds leftovers when the function "
                    "begins, and the answer is added to them (gradients-not-cleared). ");
    else
        write_names(a, index, n);
    write_ratio(a, p, n);
    if (!p->about.explanation_count && isnan(p->about.ratio) && !p->about.over_images)
        write_properties(p, n);
    if (n->used)
        n->text[--n->used] = '\0';
    note_add(n, "\n");
}

static void write_text(const cnn_attempt *a, note *n) {
    const part *first = &a->parts[a->about.first_wrong];
    write_case(a, first, n);
    draw_case(a, first, n);
    write_difference(a, first, n);
    for (size_t i = 0; i < a->part_count; i++)
        if (a->parts[i].about.answer == CNN_ANSWER_WRONG && !said(a, i))
            write_diagnosis(a, i, n);
}

bool describe(cnn_attempt *a, cnn_error *error) {
    note line = {0}, text = {0};
    write_line(a, &line);
    note_add(&text, "%s", "");
    if (a->about.first_wrong != SIZE_MAX)
        write_text(a, &text);
    a->about.line = a->line = line.text;
    a->about.text = a->text = text.text;
    return (!line.failed && !text.failed) || error_no_memory(error, SIZE_MAX);
}
