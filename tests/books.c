/* Runs one case through every table of operations, float and double. */
#include "books.h"

#include "same_bits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const book plain_book = {"book_float", &book_float, sizeof(float)};

book best_book(void) {
    return (book){"exact_best", exact_best(), sizeof(float)};
}

bool book_is_double(const book *book) {
    return book->bytes == sizeof(double);
}

const book *books_all(void) {
    static book all[7];
    const book best_double = {"ops_best_double", ops_best_double(), sizeof(double)};
    size_t count = 0;
    all[count++] = plain_book;
    all[count++] = (book){"book_double", &book_double, sizeof(double)};
    if (ops_book() != &book_float)
        all[count++] = (book){"ops_book", ops_book(), sizeof(float)};
    if (exact_best() != ops_book())
        all[count++] = best_book();
    all[count++] = (book){"simd_base", &simd_base, sizeof(float)};
    if (best_double.ops != &book_double)
        all[count++] = best_double;
    all[count] = (book){.ops = NULL};
    return all;
}

static void put(const book *book, const void *numbers, size_t i, double value) {
    if (book_is_double(book))
        ((double *)(uintptr_t)numbers)[i] = value;
    else
        ((float *)(uintptr_t)numbers)[i] = (float)value;
}

void *numbers_new(const book *book, size_t count) {
    void *numbers = malloc(count ? count * book->bytes : 1);
    assert_non_null(numbers);
    for (size_t i = 0; i < count; i++)
        put(book, numbers, i, CANARY);
    return numbers;
}

void numbers_set(const book *book, const void *numbers, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        put(book, numbers, i, values[i]);
}

double number_at(const book *book, const void *numbers, size_t i) {
    return book_is_double(book) ? ((const double *)numbers)[i] : ((const float *)numbers)[i];
}

void numbers_near(const book *book, const char *what, const void *numbers, const double *expected,
                  size_t count, double tolerance) {
    for (size_t i = 0; i < count; i++) {
        const double got = number_at(book, numbers, i);
        if (got != expected[i] && !(fabs(got - expected[i]) <= tolerance))
            fail_msg("%s: %s[%zu] is %.9g, not %.9g", book->name, what, i, got, expected[i]);
    }
}

void numbers_equal(const book *book, const char *what, const void *numbers, const double *expected,
                   size_t count) {
    numbers_near(book, what, numbers, expected, count, 0);
}

static size_t extent_numbers(extent e) {
    return e.h * e.w * e.c;
}

op_case op_case_new(const book *book, const operation *op, layer_shape g, size_t n, size_t weights,
                    bool biases) {
    op_case t = {.book = *book,
                 .op = op,
                 .g = g,
                 .xs = n * extent_numbers(g.x),
                 .ys = n * extent_numbers(g.y),
                 .ws = weights,
                 .bs = biases ? g.y.c : 0};
    t.t.n = n;
    t.t.x = numbers_new(book, t.xs);
    t.t.dx = numbers_new(book, t.xs);
    t.t.y = numbers_new(book, t.ys);
    t.t.dy = numbers_new(book, t.ys);
    t.t.w = numbers_new(book, t.ws);
    t.t.dw = numbers_new(book, t.ws);
    t.t.b = biases ? numbers_new(book, t.bs) : NULL;
    t.t.db = biases ? numbers_new(book, t.bs) : NULL;
    t.t.scratch = numbers_new(book, op->scratch ? op->scratch(&t.g) : 0);
    t.t.indices = malloc((t.ys + 1) * sizeof *t.t.indices);
    assert_non_null(t.t.indices);
    for (size_t i = 0; i < t.ys; i++)
        t.t.indices[i] = (int32_t)CANARY;
    return t;
}

void op_case_free(op_case *op_case) {
    const op_args *t = &op_case->t;
    const void *all[] = {t->x,  t->dx, t->y,  t->dy,      t->w,
                         t->dw, t->b,  t->db, t->scratch, t->indices};
    for (size_t i = 0; i < COUNT(all); i++)
        free((void *)(uintptr_t)all[i]);
}

void op_case_forward(op_case *op_case, range images) {
    op_case->op->forward(&op_case->g, &op_case->t, images);
}

void op_case_backward(op_case *op_case, range images, range sums) {
    op_case->op->backward_input(&op_case->g, &op_case->t, images);
    if (op_case->op->backward_weights)
        op_case->op->backward_weights(&op_case->g, &op_case->t, sums);
}

void fill_whole(random_state *random, double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = (double)random_below(random, 9) - 4;
}

void fill_uniform(random_state *random, double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = 2 * random_uniform(random) - 1;
}

size_t between(random_state *random, size_t low, size_t high) {
    return low + random_below(random, (uint32_t)(high - low + 1));
}
