/* Draws the arrays of a case as planes of numbers. An array [n][h][w][c] has a plane for each n and
 * c, of which only those of the wrong number's n and c are drawn. */
#include "drawing.h"
#include "properties.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, INDENT = 2, GAP = 3, PLANES = 6 };

/* One array, and what is drawn of it. */
typedef struct canvas {
    const char *name;
    char letters[5];
    cnn_argument shape;
    const float *numbers; /* or */
    const real *right;
    const float *marked; /* numbers that differ from `right` get a mark; NULL: none */
    double tolerance;
} canvas;

typedef struct plane {
    const canvas *of;
    size_t begin, rows, columns, row_step, column_step, width;
    char title[48];
} plane;

static double number_at(const canvas *c, size_t index) {
    return c->numbers ? (double)c->numbers[index] : c->right[index];
}

static bool differs(const canvas *c, size_t index) {
    return c->marked && !gradients_equal(c->right[index], (double)c->marked[index], c->tolerance);
}

static size_t text_of(const canvas *c, size_t index, char text[24]) {
    const double number = c->marked ? (double)c->marked[index] : number_at(c, index);
    return (size_t)snprintf(text, 24, "%.5g%s", number == 0 ? 0 : number,
                            differs(c, index) ? "*" : "");
}

static size_t stride_of(const canvas *c, size_t dimension) {
    size_t stride = 1;
    for (size_t i = dimension + 1; i < c->shape.rank; i++)
        stride *= c->shape.shape[i];
    return stride;
}

static bool spatial(char letter) {
    return strchr("hwpqrs", letter) != NULL;
}

/* Rows and columns: the two letters of the plane, of a matrix both, of a vector the last. */
static void set_extent(plane *p) {
    const canvas *c = p->of;
    const size_t rank = c->shape.rank, row = rank == 4 && !spatial(c->letters[0]) ? 1 : 0;
    p->rows = rank > 1 ? c->shape.shape[row] : 1;
    p->row_step = rank > 1 ? stride_of(c, row) : 0;
    p->columns = c->shape.shape[rank > 1 ? row + 1 : 0];
    p->column_step = stride_of(c, rank > 1 ? row + 1 : 0);
}

static void set_width(plane *p) {
    char text[24];
    for (size_t i = 0; i < p->rows * p->columns; i++) {
        const size_t at = p->begin + i / p->columns * p->row_step + i % p->columns * p->column_step;
        const size_t length = text_of(p->of, at, text);
        p->width = length > p->width ? length : p->width;
    }
}

static size_t columns_of(const plane *p) {
    const size_t numbers = p->columns * (p->width + 1), title = strlen(p->title);
    return numbers > title ? numbers : title;
}

/* The index of the wrong number along this letter; SIZE_MAX: it has none. */
static size_t fixed_at(const cnn_attempt_part *wrong, const char *letters, char letter) {
    const char *at = strchr(letters, letter);
    return at ? wrong->index[at - letters] : SIZE_MAX;
}

static void add_title(plane *p, char letter, size_t index) {
    const size_t used = strlen(p->title);
    snprintf(p->title + used, sizeof p->title - used, ", %c %zu", letter, index);
}

/* Plane `number` over the two letters that are no row and no column; false: it has nothing to do
 * with the wrong number. */
static bool plane_at(const canvas *c, size_t number, const cnn_attempt_part *wrong,
                     const char *wrong_letters, plane *p) {
    *p = (plane){.of = c};
    snprintf(p->title, sizeof p->title, "%s", c->name);
    for (size_t i = 4; i-- > 0;) {
        if (c->shape.rank < 4 || spatial(c->letters[i]))
            continue;
        const size_t index = number % c->shape.shape[i];
        const size_t fixed = fixed_at(wrong, wrong_letters, c->letters[i]);
        number /= c->shape.shape[i];
        if (fixed != SIZE_MAX && fixed != index)
            return false;
        p->begin += index * stride_of(c, i);
        if (c->shape.shape[i] > 1)
            add_title(p, c->letters[i], index);
    }
    set_extent(p);
    set_width(p);
    return true;
}

static size_t plane_total(const canvas *c) {
    size_t total = 1;
    for (size_t i = 0; c->shape.rank == 4 && i < 4; i++)
        total *= spatial(c->letters[i]) ? 1 : c->shape.shape[i];
    return total;
}

/* ------------------------------------------------------------------------- planes side by side */

static void draw_row(const plane *p, size_t row, size_t left, note *n) {
    char text[24];
    if (row >= p->rows)
        return;
    note_fill(n, left);
    for (size_t i = 0; i < p->columns; i++) {
        const size_t at = p->begin + row * p->row_step + i * p->column_step;
        text_of(p->of, at, text);
        note_add(n, "%*s%s", (int)(p->width - (differs(p->of, at) ? 0 : p->of->marked != NULL)),
                 text, differs(p->of, at) || !p->of->marked ? " " : "  ");
    }
}

static void end_line(note *n) {
    while (n->used && n->text[n->used - 1] == ' ')
        n->text[--n->used] = '\0';
    note_add(n, "\n");
}

static void draw_band(const plane *planes, size_t count, note *n) {
    size_t rows = 0, left = INDENT;
    for (size_t i = 0; i < count; i++) {
        note_fill(n, left);
        note_add(n, "%s", planes[i].title);
        left += columns_of(&planes[i]) + GAP;
        rows = planes[i].rows > rows ? planes[i].rows : rows;
    }
    end_line(n);
    for (size_t row = 0; row < rows; row++) {
        left = INDENT;
        for (size_t i = 0; i < count; i++) {
            draw_row(&planes[i], row, left, n);
            left += columns_of(&planes[i]) + GAP;
        }
        end_line(n);
    }
    end_line(n);
}

/* As many side by side as fit. */
static void draw_planes(const plane *planes, size_t count, note *n) {
    for (size_t first = 0, last; first < count; first = last) {
        size_t used = INDENT;
        for (last = first; last < count; last++) {
            used += columns_of(&planes[last]) + GAP;
            if (last > first && used > COLUMNS)
                break;
        }
        draw_band(planes + first, last - first, n);
    }
}

/* ---------------------------------------------------------------------------------- all arrays */

static canvas canvas_of(const problem *p, const exercise_parameter *parameter) {
    canvas c = {.name = parameter->name, .numbers = problem_given(p, parameter->name)};
    exercise_letters(parameter->sizes, c.letters);
    problem_shape(p, parameter->sizes, &c.shape);
    return c;
}

static size_t add_planes(const canvas *c, const part *p, plane *planes, size_t count, size_t most) {
    char letters[5];
    exercise_letters(p->parameter->sizes, letters);
    for (size_t i = 0; i < plane_total(c) && count < most; i++)
        count += plane_at(c, i, &p->about, letters, &planes[count]);
    return count;
}

static void draw_answer(const cnn_attempt *a, const part *p, note *n) {
    const problem *problem = &a->problems[p->about.case_index];
    plane planes[2];
    char name[32];
    canvas right = canvas_of(problem, p->parameter), yours;
    snprintf(name, sizeof name, "%s as it should be", p->about.array);
    right.name = name;
    right.numbers = NULL;
    right.right = problem_right(problem, p->about.array);
    yours = right;
    yours.name = "yours";
    yours.marked = p->first[p->about.case_index];
    yours.tolerance = part_tolerance(a, p, p->about.case_index);
    size_t count = add_planes(&right, p, planes, 0, 1);
    count = add_planes(&yours, p, planes, count, 2);
    draw_planes(planes, count, n);
}

static void draw_labels(const problem *p, note *n) {
    note_add(n, "  label ");
    for (size_t i = 0; i < p->given->about.images; i++)
        note_add(n, " %u", (unsigned)p->given->about.labels[i]);
    note_add(n, "\n\n");
}

/* At least one plane of each array is drawn. */
void draw_case(const cnn_attempt *a, const part *p, note *n) {
    const problem *problem = &a->problems[p->about.case_index];
    const exercise_function *f = &a->row->functions[p->function_index];
    canvas canvases[CNN_ARGUMENTS_MAX];
    plane planes[PLANES * 4];
    size_t count = 0, inputs = 0;
    for (size_t i = 0; i < f->count; i++) {
        const cnn_argument_kind kind = f->parameters[i].kind;
        if (kind == CNN_ARGUMENT_LABELS)
            draw_labels(problem, n);
        if ((kind != CNN_ARGUMENT_INPUT && kind != CNN_ARGUMENT_CHANGED) || inputs == 4)
            continue;
        canvases[inputs] = canvas_of(problem, &f->parameters[i]);
        count = add_planes(&canvases[inputs++], p, planes, count, count + PLANES);
    }
    draw_planes(planes, count, n);
    draw_answer(a, p, n);
}

void draw_element(const problem *p, const exercise_function *f, const char *array, size_t index,
                  note *n) {
    cnn_argument shape = {.rank = 0};
    size_t indices[4];
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->parameters[i].name, array))
            problem_shape(p, f->parameters[i].sizes, &shape);
    for (size_t i = shape.rank; i-- > 0; index /= shape.shape[i])
        indices[i] = index % shape.shape[i];
    note_add(n, "%s", array);
    for (size_t i = 0; i < shape.rank; i++)
        note_add(n, "[%zu]", indices[i]);
}
