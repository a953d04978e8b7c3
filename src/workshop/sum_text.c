/* Writes the sum, or the rule, that makes one right number. */
#include "drawing.h"
#include "terms.h"

#include <math.h>
#include <string.h>

enum { SHOWN = 10, TERMS = 512 };

/* The first number that differs, and where. */
typedef struct wrong_number {
    const cnn_attempt *attempt;
    const part *part;
    const problem *problem;
    const exercise_function *function;
    size_t index;
    note *n;
} wrong_number;

static wrong_number number_of(const cnn_attempt *a, const part *p, note *n) {
    wrong_number w = {
        a, p, &a->problems[p->about.case_index], &a->row->functions[p->function_index], 0, n};
    cnn_argument shape = {.rank = 0};
    problem_shape(w.problem, p->parameter->sizes, &shape);
    for (size_t i = 0; i < shape.rank; i++)
        w.index = w.index * shape.shape[i] + p->about.index[i];
    return w;
}

/* ------------------------------------------------------------------------------- a layer's sum */

/* The argument may be of another function, as the bias is of the forward pass. */
static void element(const wrong_number *w, const char *array, size_t index) {
    draw_element(w->problem, w->function, array, index, w->n);
}

static void number(const wrong_number *w, double value) {
    note_number(w->n, value);
}

static bool counts(const cnn_term *term) {
    return term->note == CNN_TERM_COUNTS || term->note == CNN_TERM_ZERO ||
           term->note == CNN_TERM_CHOSEN || term->note == CNN_TERM_CLOSED;
}

static void write_values(const wrong_number *w, const cnn_sum *sum, const cnn_term *term) {
    number(w, term->x);
    if (sum->kind == CNN_SUM_PRODUCTS) {
        note_add(w->n, " x ");
        number(w, term->y);
    } else if (sum->divisor != 1) {
        note_add(w->n, " / ");
        number(w, sum->divisor);
    }
}

/* "    + x[0][1][1][0] weight[0][1][0][0]    2 x 3". */
static void write_term(const wrong_number *w, const cnn_sum *sum, const cnn_term *term,
                       bool first) {
    note_add(w->n, "    %s ", first ? " " : "+");
    element(w, sum->a, term->a);
    if (sum->kind == CNN_SUM_PRODUCTS) {
        note_add(w->n, " ");
        element(w, sum->b, term->b);
    }
    note_fill(w->n, 46);
    note_add(w->n, "  ");
    write_values(w, sum, term);
    note_add(w->n, "\n");
}

static void write_added(const wrong_number *w, const cnn_sum *sum, const cnn_term *terms,
                        size_t count) {
    size_t shown = 0, total = 0;
    if (sum->start[0]) {
        note_add(w->n, "      ");
        element(w, sum->start, sum->start_index);
        note_fill(w->n, 46);
        note_add(w->n, "  ");
        number(w, sum->start_value);
        note_add(w->n, "\n");
    }
    for (size_t i = 0; i < count; i++) {
        if (!counts(&terms[i]))
            continue;
        if (total++ < SHOWN)
            write_term(w, sum, &terms[i], !shown++ && !sum->start[0]);
    }
    if (total > SHOWN)
        note_add(w->n, "    + %zu more terms\n", total - SHOWN);
    if (!total && !sum->start[0])
        note_add(w->n, "      no term: nothing leads there, so it is 0\n");
}

static void write_gate(const wrong_number *w, const cnn_sum *sum, const cnn_term *term) {
    note_add(w->n, "      ");
    element(w, "x", term->b);
    note_add(w->n, " is ");
    number(w, term->y);
    note_add(w->n, "%s, so it is %s", term->y > 0 ? ", above 0" : ", not above 0",
             term->y > 0      ? ""
             : sum->slope > 0 ? "slope "
                              : "0");
    if (term->y > 0 || sum->slope > 0) {
        element(w, sum->a, term->a);
        note_add(w->n, ", ");
        number(w, sum->value);
    }
    note_add(w->n, "\n");
}

static void write_maximum(const wrong_number *w, const cnn_sum *sum, const cnn_term *terms,
                          size_t count) {
    note_add(w->n, "      the largest of");
    for (size_t i = 0; i < count; i++) {
        note_add(w->n, " ");
        number(w, terms[i].x);
    }
    note_add(w->n, ", the window that begins at ");
    element(w, sum->a, terms[0].a);
    note_add(w->n, "\n");
}

static void draw_layer(const wrong_number *w) {
    cnn_sum sum;
    cnn_term terms[TERMS];
    const terms_question q = {.given = w->problem->given,
                              .outputs = w->problem->outputs,
                              .indices = w->problem->worked.t.indices,
                              .array = w->part->about.array,
                              .index = w->index};
    if (!terms_of(&q, &sum, terms, TERMS))
        return;
    const size_t count = sum.count < TERMS ? sum.count : TERMS;
    if (sum.kind == CNN_SUM_GATE)
        write_gate(w, &sum, &terms[0]);
    else if (sum.kind == CNN_SUM_MAXIMUM)
        write_maximum(w, &sum, terms, count);
    else
        write_added(w, &sum, terms, count);
}

/* ------------------------------------------------------------------------------------- softmax */

static void draw_softmax(const wrong_number *w) {
    const cnn_case_info *a = &w->problem->given->about;
    const char *array = w->part->about.array;
    const size_t loss = !strcmp(array, "loss"), K = a->outputs;
    const size_t n = loss ? w->index : w->index / K, k = loss ? a->labels[n] : w->index % K;
    double max = (double)a->x[n * K], sum = 0;
    for (size_t i = 0; i < K; i++)
        max = fmax(max, (double)a->x[n * K + i]);
    for (size_t i = 0; i < K; i++)
        sum += exp((double)a->x[n * K + i] - max);
    const double x = (double)a->x[n * K + k], p = w->problem->worked.t.y[n * K + k];
    if (loss)
        note_add(w->n, "      log(sum) - (x - max) = log(%.5g) - (%.5g - %.5g)\n", sum, x, max);
    else if (!strcmp(array, "p"))
        note_add(w->n, "      exp(x - max) / sum = exp(%.5g - %.5g) / %.5g\n", x, max, sum);
    else if (k == a->labels[n])
        note_add(w->n, "      (p - 1) / N = (%.5g - 1) / %zu: class %zu is the true one\n", p,
                 a->images, k);
    else
        note_add(w->n, "      p / N = %.5g / %zu: class %zu is not the true one\n", p, a->images,
                 k);
}

/* ---------------------------------------------------------------------------------- optimizers */

static void draw_sgd(const wrong_number *w) {
    const update *u = &w->problem->update;
    const size_t i = w->index;
    const double dw = (double)u->before[UPDATE_DW][i], was = (double)u->before[UPDATE_W][i];
    const double v = (double)u->before[UPDATE_FIRST][i], g = dw + u->decay * was;
    note_add(w->n, "      g        = %.5g + %.5g x %.5g = %.5g\n", dw, u->decay, was, g);
    note_add(w->n, "      velocity = %.5g x %.5g + %.5g = %.5g\n", u->momentum, v, g,
             u->right[UPDATE_FIRST][i]);
    note_add(w->n, "      w        = %.5g - %.5g x %.5g = %.5g\n", was, u->lr,
             u->right[UPDATE_FIRST][i], u->right[UPDATE_W][i]);
}

static void draw_adam(const wrong_number *w) {
    const update *u = &w->problem->update;
    const size_t i = w->index;
    const double dw = (double)u->before[UPDATE_DW][i], was = (double)u->before[UPDATE_W][i];
    const double g = dw + u->decay * was, m = u->right[UPDATE_FIRST][i],
                 v = u->right[UPDATE_SECOND][i];
    const double a = m / (1 - pow(u->beta1, u->step)), b = v / (1 - pow(u->beta2, u->step));
    note_add(w->n, "      g = %.5g + %.5g x %.5g = %.5g\n", dw, u->decay, was, g);
    note_add(w->n, "      m = %.5g x %.5g + (1 - %.5g) x %.5g = %.5g\n", u->beta1,
             (double)u->before[UPDATE_FIRST][i], u->beta1, g, m);
    note_add(w->n, "      v = %.5g x %.5g + (1 - %.5g) x %.5g x %.5g = %.5g\n", u->beta2,
             (double)u->before[UPDATE_SECOND][i], u->beta2, g, g, v);
    note_add(w->n, "      a = %.5g / (1 - %.5g^%g) = %.5g\n", m, u->beta1, u->step, a);
    note_add(w->n, "      b = %.5g / (1 - %.5g^%g) = %.5g\n", v, u->beta2, u->step, b);
    note_add(w->n, "      w = %.5g - %.5g x %.5g / (sqrt(%.5g) + %.5g) = %.5g\n", was, u->lr, a, b,
             u->epsilon, u->right[UPDATE_W][i]);
}

void draw_sum(const cnn_attempt *a, const part *p, note *n) {
    const wrong_number w = number_of(a, p, n);
    if (!w.problem->given)
        (w.problem->update.adam ? draw_adam : draw_sgd)(&w);
    else if (!w.problem->given->network)
        draw_softmax(&w);
    else
        draw_layer(&w);
}
