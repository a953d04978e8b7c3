/* ReLU, softmax and loss of every book against worked examples and their limits. */
#include "books.h"
#include "explog.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tolerance for a number about 1: sums in double, one rounding to the type. */
static double rounding(const book *book) {
    return book_is_double(book) ? 2e-15 : 6e-8;
}

static op_case relu_case(const book *book, size_t values, size_t n) {
    const layer_shape g = {.x = {1, 1, values}, .y = {1, 1, values}};
    return op_case_new(book, ops_operation(book->ops, "relu"), g, n, 0, false);
}

/* docs/math/relu.md: both zeros count as not above 0 */
static void example_of_the_relu_page(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = relu_case(book, 5, 1);
        numbers_set(book, t.t.x, (double[]){-2, -0.0, 0, 0.5, 3}, 5);
        numbers_set(book, t.t.dy, (double[]){1, 2, 3, 4, 5}, 5);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 0});
        numbers_equal(book, "y", t.t.y, (double[]){0, 0, 0, 0.5, 3}, 5);
        numbers_equal(book, "dx", t.t.dx, (double[]){0, 0, 0, 4, 5}, 5);
        op_case_free(&t);
    }
}

/* Only +0 comes out, so that a pool may come before a ReLU or after it. */
static void relu_zeros(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = relu_case(book, 3, 1);
        numbers_set(book, t.t.x, (double[]){-0.0, 0.0, -2}, 3);
        op_case_forward(&t, (range){0, 1});
        assert_false(signbit(number_at(book, t.t.y, 0)));
        assert_false(signbit(number_at(book, t.t.y, 1)));
        assert_false(signbit(number_at(book, t.t.y, 2)));
        op_case_free(&t);
    }
}

/* A NaN passes through, and so does the gradient where it was, so that nothing hides it. */
static void relu_extremes(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = relu_case(book, 4, 1);
        numbers_set(book, t.t.x, (double[]){NAN, INFINITY, -INFINITY, 1e-40}, 4);
        numbers_set(book, t.t.dy, (double[]){1, 2, NAN, 4}, 4);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 0});
        assert_true(isnan(number_at(book, t.t.y, 0)));
        assert_true(number_at(book, t.t.y, 1) == INFINITY);
        assert_true(number_at(book, t.t.y, 2) == 0);
        assert_true(number_at(book, t.t.y, 3) > 0);
        numbers_equal(book, "dx", t.t.dx, (double[]){1, 2, 0, 4}, 4);
        op_case_free(&t);
    }
}

static void relu_range_of_images(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = relu_case(book, 2, 4);
        numbers_set(book, t.t.x, (double[]){1, 1, -1, 2, 3, -4, 1, 1}, 8);
        numbers_set(book, t.t.dy, (double[]){1, 2, 3, 4, 5, 6, 7, 8}, 8);
        op_case_forward(&t, (range){1, 3});
        op_case_backward(&t, (range){1, 3}, (range){0, 0});
        numbers_equal(book, "y", t.t.y, (double[]){CANARY, CANARY, 0, 2, 3, 0, CANARY, CANARY}, 8);
        numbers_equal(book, "dx", t.t.dx, (double[]){CANARY, CANARY, 0, 4, 5, 0, CANARY, CANARY},
                      8);
        op_case_free(&t);
    }
}

/* Logits of n images in k classes and their results. */
typedef struct scores {
    const book *book;
    size_t k, n;
    const uint32_t *labels;
    void *x, *p, *losses, *dx;
} scores;

static scores scores_of(const book *book, size_t k, size_t n, const double *x,
                        const uint32_t *labels) {
    const scores s = {.book = book,
                      .k = k,
                      .n = n,
                      .labels = labels,
                      .x = numbers_new(book, n * k),
                      .p = numbers_new(book, n * k),
                      .losses = numbers_new(book, n),
                      .dx = numbers_new(book, n * k)};
    numbers_set(book, s.x, x, n * k);
    return s;
}

static void scores_run(const scores *s, range images) {
    s->book->ops->softmax_forward(s->k, s->x, s->labels, s->p, s->losses, images);
    s->book->ops->softmax_backward(s->k, s->n, s->p, s->labels, s->dx, images);
}

static void scores_free(const scores *s) {
    free(s->x);
    free(s->p);
    free(s->losses);
    free(s->dx);
}

/* One image in every book: p, loss and dx within a few roundings. */
static void assert_softmax(size_t k, const double *x, uint32_t label, const double *p, double loss,
                           const double *dx) {
    for (const book *book = books_all(); book->ops; book++) {
        const scores s = scores_of(book, k, 1, x, &label);
        scores_run(&s, (range){0, 1});
        numbers_near(book, "p", s.p, p, k, rounding(book));
        numbers_near(book, "loss", s.losses, &loss, 1, rounding(book) * (1 + fabs(loss)));
        numbers_near(book, "dx", s.dx, dx, k, rounding(book));
        scores_free(&s);
    }
}

/* docs/math/softmax_xent.md, first example: p is 1/8, 1/4, 5/8 and the loss ln 4 */
static void example_of_the_softmax_page(void **state) {
    (void)state;
    assert_softmax(3, (double[]){0, 0.69314718055994531, 1.6094379124341003}, 1,
                   (double[]){0.125, 0.25, 0.625}, 1.3862943611198906,
                   (double[]){0.125, -0.75, 0.625});
}

/* docs/math/softmax_xent.md, second example: exp(1e4) would overflow even in double */
static void softmax_of_huge_logits(void **state) {
    (void)state;
    const double x[] = {1e4, 0, -1e4}, p[] = {1, 0, 0};
    assert_softmax(3, x, 0, p, 0, (double[]){0, 0, 0});
    assert_softmax(3, x, 1, p, 1e4, (double[]){1, -1, 0});
    assert_softmax(3, x, 2, p, 2e4, (double[]){1, 0, -1});
    assert_softmax(3, (double[]){0, 1e4, -1e4}, 0, (double[]){0, 1, 0}, 1e4, (double[]){-1, 1, 0});
    assert_softmax(3, (double[]){-1e4, 0, 1e4}, 2, (double[]){0, 0, 1}, 0, (double[]){0, 0, 0});
    assert_softmax(2, (double[]){-1e4, -1e4}, 0, (double[]){0.5, 0.5}, 0.69314718055994531,
                   (double[]){-0.5, 0.5});
}

static void softmax_of_one_class(void **state) {
    (void)state;
    assert_softmax(1, (double[]){-123.5}, 0, (double[]){1}, 0, (double[]){0});
}

/* Adding one number to all logits changes nothing; whole numbers keep that exact. */
static void softmax_ignores_a_shift(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        const scores a = scores_of(book, 4, 1, (double[]){1, -2, 3, 0}, (uint32_t[]){3});
        const scores b = scores_of(book, 4, 1, (double[]){1001, 998, 1003, 1000}, (uint32_t[]){3});
        scores_run(&a, (range){0, 1});
        scores_run(&b, (range){0, 1});
        assert_memory_equal(a.p, b.p, 4 * book->bytes);
        assert_memory_equal(a.losses, b.losses, book->bytes);
        assert_memory_equal(a.dx, b.dx, 4 * book->bytes);
        scores_free(&a);
        scores_free(&b);
    }
}

static void softmax_nan_is_not_hidden(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++)
        for (size_t i = 0; i < 3; i++) {
            double x[] = {1, 2, 3};
            x[i] = NAN;
            const scores s = scores_of(book, 3, 1, x, (uint32_t[]){1});
            scores_run(&s, (range){0, 1});
            assert_true(isnan(number_at(book, s.losses, 0)));
            assert_true(isnan(number_at(book, s.dx, 0)));
            scores_free(&s);
        }
}

/* The independent way: everything in long double, straight from the definition. */
static void assert_scores(const scores *s, size_t image) {
    const double near = rounding(s->book);
    long double sum = 0;
    for (size_t k = 0; k < s->k; k++)
        sum += expl((long double)number_at(s->book, s->x, image * s->k + k));
    double total = 0;
    for (size_t k = 0; k < s->k; k++) {
        const size_t i = image * s->k + k;
        const double p = (double)(expl((long double)number_at(s->book, s->x, i)) / sum);
        const double dx = (p - (k == s->labels[image])) / (double)s->n;
        numbers_near(s->book, "p", (char *)s->p + i * s->book->bytes, &p, 1, near);
        numbers_near(s->book, "dx", (char *)s->dx + i * s->book->bytes, &dx, 1, near);
        total += number_at(s->book, s->dx, i);
    }
    const double x = number_at(s->book, s->x, image * s->k + s->labels[image]);
    const double loss = (double)(logl(sum) - (long double)x);
    numbers_near(s->book, "loss", (char *)s->losses + image * s->book->bytes, &loss, 1,
                 near * (8 + fabs(x) + fabs(loss)));
    if (fabs(total) > near)
        fail_msg("%s: the gradients of an image sum to %g", s->book->name, total);
}

static void assert_random_scores(const book *book, random_state *random) {
    enum { K_MAX = 12, N_MAX = 9 };
    const size_t k = between(random, 1, K_MAX), n = between(random, 1, N_MAX);
    const size_t last = between(random, 0, n), first = between(random, 0, last);
    double x[K_MAX * N_MAX];
    uint32_t labels[N_MAX];
    fill_uniform(random, x, n * k);
    for (size_t i = 0; i < n * k; i++)
        x[i] *= 20;
    for (size_t i = 0; i < n; i++)
        labels[i] = random_below(random, (uint32_t)k);
    const scores s = scores_of(book, k, n, x, labels);
    scores_run(&s, (range){first, last});
    for (size_t i = 0; i < n; i++)
        if (i >= first && i < last)
            assert_scores(&s, i);
        else
            assert_true(number_at(book, s.losses, i) == CANARY &&
                        number_at(book, s.p, i * k) == CANARY &&
                        number_at(book, s.dx, i * k + k - 1) == CANARY);
    scores_free(&s);
}

static void random_softmax(void **state) {
    (void)state;
    random_state random = random_seeded(6, 100);
    for (size_t i = 0; i < 200; i++)
        for (const book *book = books_all(); book->ops; book++)
            assert_random_scores(book, &random);
}

/* The order of ops.h in double, rounded once to float: to the bit, in every float book. */
static void assert_softmax_order(const scores *s) {
    const float *x = s->x;
    double max = x[0], sum = 0;
    for (size_t k = 1; k < s->k; k++)
        max = fmax(max, x[k]);
    for (size_t k = 0; k < s->k; k++)
        sum += portable_exp(x[k] - max);
    for (size_t k = 0; k < s->k; k++) {
        const float p = (float)(portable_exp(x[k] - max) / sum);
        const float dx = p - (k == s->labels[0] ? 1.0f : 0.0f);
        assert_memory_equal((float *)s->p + k, &p, sizeof p);
        assert_memory_equal((float *)s->dx + k, &dx, sizeof dx);
    }
    const float loss = (float)(portable_log(sum) - (x[s->labels[0]] - max));
    assert_memory_equal(s->losses, &loss, sizeof loss);
}

static void softmax_order_of_summation(void **state) {
    (void)state;
    random_state random = random_seeded(7, 100);
    const book books[] = {plain_book, best_book()};
    for (size_t i = 0; i < 200; i++) {
        double x[40];
        const uint32_t label = 0;
        const size_t k = between(&random, 1, COUNT(x));
        fill_uniform(&random, x, k);
        const scores s = scores_of(&books[i % 2], k, 1, x, &label);
        scores_run(&s, (range){0, 1});
        assert_softmax_order(&s);
        scores_free(&s);
    }
}

static double loss_at(double moved) {
    const double x[] = {0.69314718055994531, moved};
    double p[2], loss;
    book_double.softmax_forward(2, (void *)x, (uint32_t[]){0}, (void *)p, (void *)&loss,
                                (range){0, 1});
    return loss;
}

/* docs/math/gradcheck.md, first example: the slope of the loss at x[1] = 0, where p is 2/3, 1/3 */
static void example_of_the_gradcheck_page(void **state) {
    (void)state;
    const double large = 0.5, small = 0x1p-13;
    assert_true(fabs(loss_at(large) - 0.6012295889) < 1e-10);
    assert_true(fabs(loss_at(-large) - 0.2648729074) < 1e-10);
    assert_true(fabs((loss_at(large) - loss_at(-large)) / (2 * large) - 0.3363566815) < 1e-10);
    const double slope = (loss_at(small) - loss_at(-small)) / (2 * small);
    assert_true(fabs(slope - 1.0 / 3) < 1e-9);
}

/* docs/math/gradcheck.md, second example: ReLU at 0.05 with a step of 0.125 */
static void example_of_a_kink(void **state) {
    (void)state;
    const double step = 0.125, x[] = {0.05 + step, 0.05, 0.05 - step};
    double y[3];
    const layer_shape g = {.x = {1, 1, 3}, .y = {1, 1, 3}};
    const op_args t = {.n = 1, .x = (const void *)x, .y = (void *)y};
    ops_operation(&book_double, "relu")->forward(&g, &t, (range){0, 1});
    assert_true(fabs((y[0] - y[2]) / (2 * step) - 0.7) < 1e-15);
    assert_true(fabs(y[0] - 2 * y[1] + y[2] - 0.075) < 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_relu_page),
        cmocka_unit_test(relu_zeros),
        cmocka_unit_test(relu_extremes),
        cmocka_unit_test(relu_range_of_images),
        cmocka_unit_test(example_of_the_softmax_page),
        cmocka_unit_test(softmax_of_huge_logits),
        cmocka_unit_test(softmax_of_one_class),
        cmocka_unit_test(softmax_ignores_a_shift),
        cmocka_unit_test(softmax_nan_is_not_hidden),
        cmocka_unit_test(random_softmax),
        cmocka_unit_test(softmax_order_of_summation),
        cmocka_unit_test(example_of_the_gradcheck_page),
        cmocka_unit_test(example_of_a_kink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
