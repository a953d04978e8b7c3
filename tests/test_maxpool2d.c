/* The pool of every book against worked examples: windows, ties, signs, NaN. */
#include "books.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* h w c, window r s, stride u v. */
typedef struct shape {
    size_t h, w, c, r, s, u, v;
} shape;

static layer_shape shape_of(shape a) {
    return (layer_shape){.x = {a.h, a.w, a.c},
                         .y = {(a.h - a.r) / a.u + 1, (a.w - a.s) / a.v + 1, a.c},
                         .r = a.r,
                         .s = a.s,
                         .u = a.u,
                         .v = a.v};
}

static op_case pool_case(const book *book, shape shape, size_t n) {
    return op_case_new(book, ops_operation(book->ops, "maxpool2d"), shape_of(shape), n, 0, false);
}

static void assert_indices(const op_case *t, const int32_t *indices) {
    for (size_t i = 0; i < t->ys; i++)
        if (t->t.indices[i] != indices[i])
            fail_msg("%s: index %zu is %d, not %d", t->book.name, i, t->t.indices[i], indices[i]);
}

/* Forward and back on one image, in every book. */
static void assert_passes(shape shape, const double *x, const double *y, const int32_t *indices,
                          const double *dy, const double *dx) {
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = pool_case(book, shape, 1);
        numbers_set(book, t.t.x, x, t.xs);
        numbers_set(book, t.t.dy, dy, t.ys);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "y", t.t.y, y, t.ys);
        assert_indices(&t, indices);
        numbers_equal(book, "dx", t.t.dx, dx, t.xs);
        op_case_free(&t);
    }
}

/* docs/math/maxpool2d.md: overlapping windows, ties, and a value that is the maximum of four
 * windows */
static void example_of_the_page(void **state) {
    (void)state;
    assert_passes((shape){3, 4, 1, 2, 2, 1, 1}, (double[]){1, 3, 2, 2, 0, 3, 5, 1, 4, 2, 1, 5},
                  (double[]){3, 5, 5, 4, 5, 5}, (int32_t[]){1, 6, 6, 8, 6, 6},
                  (double[]){1, 2, 3, 4, 5, 6}, (double[]){0, 1, 0, 0, 0, 0, 16, 0, 4, 0, 0, 0});
}

static void first_of_equals_wins(void **state) {
    (void)state;
    assert_passes((shape){2, 2, 1, 2, 2, 2, 2}, (double[]){0, 0, 0, 0}, (double[]){0},
                  (int32_t[]){0}, (double[]){7}, (double[]){7, 0, 0, 0});
    assert_passes((shape){2, 2, 1, 2, 2, 2, 2}, (double[]){-2, -1, -1, -1}, (double[]){-1},
                  (int32_t[]){1}, (double[]){7}, (double[]){0, 7, 0, 0});
    assert_passes((shape){2, 2, 1, 2, 2, 2, 2}, (double[]){-2, -3, -1, -1}, (double[]){-1},
                  (int32_t[]){2}, (double[]){7}, (double[]){0, 0, 7, 0});
}

/* -0 and 0 are equal: the first one is kept, with its sign. */
static void zeros_of_either_sign_are_equal(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = pool_case(book, (shape){1, 2, 1, 1, 2, 1, 1}, 1);
        numbers_set(book, t.t.x, (double[]){-0.0, 0.0}, 2);
        op_case_forward(&t, (range){0, 1});
        assert_int_equal(t.t.indices[0], 0);
        assert_true(signbit(number_at(book, t.t.y, 0)));
        op_case_free(&t);
    }
}

/* A stride beyond the window skips columns, and rows at the end that no window reaches. */
static void gaps(void **state) {
    (void)state;
    assert_passes((shape){4, 5, 1, 1, 2, 3, 3},
                  (double[]){1, 2, 9, 4, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8, 7, 9, 6, 5},
                  (double[]){2, 4, 8, 6}, (int32_t[]){1, 3, 15, 18}, (double[]){1, 2, 3, 4},
                  (double[]){0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4, 0});
}

static void channels_are_apart(void **state) {
    (void)state;
    assert_passes((shape){1, 2, 3, 1, 2, 1, 2}, (double[]){1, 5, 3, 2, 4, 3}, (double[]){2, 5, 3},
                  (int32_t[]){1, 0, 0}, (double[]){10, 20, 30}, (double[]){0, 20, 30, 10, 0, 0});
}

static void window_of_one_is_a_copy(void **state) {
    (void)state;
    assert_passes((shape){1, 3, 1, 1, 1, 1, 1}, (double[]){3, -1, 2}, (double[]){3, -1, 2},
                  (int32_t[]){0, 1, 2}, (double[]){4, 5, 6}, (double[]){4, 5, 6});
}

static void infinities(void **state) {
    (void)state;
    assert_passes((shape){1, 2, 1, 1, 2, 1, 1}, (double[]){-INFINITY, -INFINITY},
                  (double[]){-INFINITY}, (int32_t[]){0}, (double[]){1}, (double[]){1, 0});
}

/* NaN is the maximum anywhere in a window; of several the last, as in PyTorch. */
static void nan_wins(void **state) {
    (void)state;
    static const double x[][3] = {{NAN, 1, 2}, {1, NAN, INFINITY}, {1, 2, NAN}, {NAN, 5, NAN}};
    static const int32_t indices[] = {0, 1, 2, 2};
    for (const book *book = books_all(); book->ops; book++)
        for (size_t i = 0; i < COUNT(indices); i++) {
            op_case t = pool_case(book, (shape){1, 3, 1, 1, 3, 1, 1}, 1);
            numbers_set(book, t.t.x, x[i], 3);
            op_case_forward(&t, (range){0, 1});
            assert_true(isnan(number_at(book, t.t.y, 0)));
            assert_int_equal(t.t.indices[0], indices[i]);
            op_case_free(&t);
        }
}

typedef struct answer {
    double *x, *dy, *y, *dx;
    int32_t *indices;
} answer;

/* The window of output (p, q), channel c, of one image. */
static void naive_window(const layer_shape *g, const answer *a, size_t n, size_t p, size_t q,
                         size_t c) {
    const size_t out = ((n * g->y.h + p) * g->y.w + q) * g->y.c + c;
    double most = -INFINITY;
    for (size_t h = p * g->u; h < p * g->u + g->r; h++)
        for (size_t w = q * g->v; w < q * g->v + g->s; w++) {
            const size_t in = ((n * g->x.h + h) * g->x.w + w) * g->x.c + c;
            if (a->x[in] > most) {
                most = a->x[in];
                a->indices[out] = (int32_t)(h * g->x.w + w);
            }
        }
    a->y[out] = most;
    a->dx[(n * g->x.h * g->x.w + (size_t)a->indices[out]) * g->x.c + c] += a->dy[out];
}

static void naive(const op_case *t, const answer *a, range images) {
    const layer_shape *g = &t->g;
    const size_t in = t->xs / t->t.n;
    for (size_t i = images.first * in; i < images.last * in; i++)
        a->dx[i] = 0;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t c = 0; c < g->y.c; c++)
                    naive_window(g, a, n, p, q, c);
}

static answer answer_new(random_state *random, const op_case *t) {
    answer a = {.x = malloc(2 * (t->xs + t->ys) * sizeof(double)),
                .indices = malloc(t->ys * sizeof(int32_t))};
    assert_true(a.x && a.indices);
    a.dy = a.x + t->xs;
    a.y = a.dy + t->ys;
    a.dx = a.y + t->ys;
    fill_whole(random, a.x, t->xs + t->ys);
    for (size_t i = 0; i < t->ys + t->xs; i++)
        a.y[i] = CANARY;
    for (size_t i = 0; i < t->ys; i++)
        a.indices[i] = (int32_t)CANARY;
    return a;
}

static shape random_shape(random_state *random) {
    shape a = {.h = between(random, 1, 9), .w = between(random, 1, 9), .c = between(random, 1, 20)};
    a.r = between(random, 1, a.h < 4 ? a.h : 4);
    a.s = between(random, 1, a.w < 4 ? a.w : 4);
    a.u = between(random, 1, 5);
    a.v = between(random, 1, 5);
    return a;
}

static void assert_like_naive(const book *book, shape shape, size_t n, range images,
                              random_state *random) {
    op_case t = pool_case(book, shape, n);
    const answer a = answer_new(random, &t);
    naive(&t, &a, images);
    numbers_set(book, t.t.x, a.x, t.xs);
    numbers_set(book, t.t.dy, a.dy, t.ys);
    op_case_forward(&t, images);
    op_case_backward(&t, images, images);
    numbers_equal(book, "y", t.t.y, a.y, t.ys);
    assert_indices(&t, a.indices);
    numbers_equal(book, "dx", t.t.dx, a.dx, t.xs);
    free(a.x);
    free(a.indices);
    op_case_free(&t);
}

/* Nine values in windows of up to sixteen: most windows hold ties. */
static void random_shapes_against_naive_loops(void **state) {
    (void)state;
    random_state random = random_seeded(3, 100);
    for (size_t i = 0; i < 300; i++) {
        const shape shape = random_shape(&random);
        const size_t n = between(&random, 1, 9), last = between(&random, 0, n);
        const range images = {between(&random, 0, last), last};
        for (const book *book = books_all(); book->ops; book++)
            assert_like_naive(book, shape, n, images, &random);
    }
}

/* Windows of one image that share a maximum add up over p, q rising: 2^24, 1 and 1 in float. */
static void order_of_summation(void **state) {
    (void)state;
    const book books[] = {plain_book, best_book()};
    for (size_t i = 0; i < COUNT(books); i++) {
        op_case t = pool_case(&books[i], (shape){1, 5, 1, 1, 3, 1, 1}, 1);
        numbers_set(&books[i], t.t.x, (double[]){0, 0, 9, 0, 0}, 5);
        numbers_set(&books[i], t.t.dy, (double[]){16777216, 1, 1}, 3);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(&books[i], "dx", t.t.dx, (double[]){0, 0, 16777216, 0, 0}, 5);
        op_case_free(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(first_of_equals_wins),
        cmocka_unit_test(zeros_of_either_sign_are_equal),
        cmocka_unit_test(gaps),
        cmocka_unit_test(channels_are_apart),
        cmocka_unit_test(window_of_one_is_a_copy),
        cmocka_unit_test(infinities),
        cmocka_unit_test(nan_wins),
        cmocka_unit_test(random_shapes_against_naive_loops),
        cmocka_unit_test(order_of_summation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
