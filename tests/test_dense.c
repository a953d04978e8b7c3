/* The dense layer and flatten of every book against worked examples and plain sums. */
#include "books.h"

#include "cnn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static op_case dense_case(const book *book, extent x, size_t k, size_t n, bool biases) {
    const layer_shape g = {.x = x, .y = {1, 1, k}};
    return op_case_new(book, ops_operation(book->ops, "dense"), g, n, x.h * x.w * x.c * k, biases);
}

/* docs/math/dense.md */
static void example_of_the_page(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = dense_case(book, (extent){1, 1, 3}, 2, 2, true);
        numbers_set(book, t.t.x, (double[]){1, 2, 3, 0, -1, 2}, 6);
        numbers_set(book, t.t.w, (double[]){1, 0, 2, -1, -1, 3}, 6);
        numbers_set(book, t.t.b, (double[]){0.5, -1}, 2);
        numbers_set(book, t.t.dy, (double[]){1, -1, 2, 0.5}, 4);
        op_case_forward(&t, (range){0, 2});
        op_case_backward(&t, (range){0, 2}, (range){0, 3});
        numbers_equal(book, "y", t.t.y, (double[]){2.5, 6, -3.5, 6}, 4);
        numbers_equal(book, "dx", t.t.dx, (double[]){1, 3, -4, 2, 3.5, -0.5}, 6);
        numbers_equal(book, "dw", t.t.dw, (double[]){1, -1, 0, -2.5, 7, -2}, 6);
        numbers_equal(book, "db", t.t.db, (double[]){3, -0.5}, 2);
        op_case_free(&t);
    }
}

static cnn_tensor tensor(const cnn_model *model, const char *name) {
    cnn_tensor tensor;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    return tensor;
}

static void assert_floats(const cnn_model *model, const char *name, const float *expected,
                          size_t count) {
    const float *got = tensor(model, name).data;
    for (size_t i = 0; i < count; i++)
        if (got[i] != expected[i])
            fail_msg("%s[%zu] is %g, not %g", name, i, got[i], expected[i]);
}

/* docs/math/flatten.md: an image of 2 x 2 with two channels goes through as it lies in memory, and
 * so does its gradient. */
static void example_of_the_flatten_page(void **state) {
    (void)state;
    cnn_network *network = cnn_network_create(2, 2, 2, NULL);
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(
        cnn_network_dense(network, &(cnn_dense_options){.outputs = 2, .no_bias = true}, NULL));
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    options.init = CNN_INIT_CONSTANT;
    options.input_gradient = true;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    const float x[8] = {10, 20, 11, 21, 12, 22, 13, 23};
    const float w[16] = {[0] = 2, [2] = -1, [12] = 23, [14] = -13};
    assert_true(cnn_model_set_tensor(model, "fc1.weight", w, 16, NULL));
    assert_true(cnn_model_set_input(model, x, (uint32_t[]){0}, 1, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    assert_int_equal(tensor(model, "flatten1").rank, 2);
    assert_int_equal(tensor(model, "flatten1").shape[1], 8);
    assert_floats(model, "flatten1", x, 8);
    assert_floats(model, "fc1", (float[]){0, 0}, 2);
    assert_floats(model, "fc1.grad", (float[]){-0.5, 0.5}, 2);
    assert_floats(model, "flatten1.grad", (float[]){-1, 0.5, 0, 0, 0, 0, -11.5, 6.5}, 8);
    assert_int_equal(tensor(model, "input.grad").rank, 4);
    assert_floats(model, "input.grad", (float[]){-1, 0.5, 0, 0, 0, 0, -11.5, 6.5}, 8);
    cnn_model_free(model);
    cnn_network_free(network);
}

static void without_bias(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = dense_case(book, (extent){1, 1, 1}, 1, 1, false);
        numbers_set(book, t.t.x, (double[]){3}, 1);
        numbers_set(book, t.t.w, (double[]){-2}, 1);
        numbers_set(book, t.t.dy, (double[]){5}, 1);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "y", t.t.y, (double[]){-6}, 1);
        numbers_equal(book, "dx", t.t.dx, (double[]){-10}, 1);
        numbers_equal(book, "dw", t.t.dw, (double[]){15}, 1);
        op_case_free(&t);
    }
}

/* x, w, b and dy of one random case, then the right y, dx, dw and db. */
typedef struct sums {
    double *x, *w, *b, *dy, *y, *dx, *dw, *db;
} sums;

static sums sums_new(random_state *random, const op_case *t) {
    const size_t inputs = t->xs + t->ws + t->bs + t->ys;
    sums s = {.x = malloc(2 * inputs * sizeof(double))};
    assert_non_null(s.x);
    s.w = s.x + t->xs;
    s.b = s.w + t->ws;
    s.dy = s.b + t->bs;
    s.y = s.x + inputs;
    s.dx = s.y + t->ys;
    s.dw = s.dx + t->xs;
    s.db = s.dw + t->ws;
    fill_whole(random, s.x, inputs);
    for (size_t i = inputs; i < 2 * inputs; i++)
        s.x[i] = CANARY;
    return s;
}

static void put_inputs(const op_case *t, const sums *a) {
    numbers_set(&t->book, t->t.x, a->x, t->xs);
    numbers_set(&t->book, t->t.w, a->w, t->ws);
    numbers_set(&t->book, t->t.b, a->b, t->bs);
    numbers_set(&t->book, t->t.dy, a->dy, t->ys);
}

static void naive_image(const op_case *t, const sums *a, size_t n) {
    const size_t C = t->xs / t->t.n, K = t->g.y.c;
    for (size_t k = 0; k < K; k++) {
        a->y[n * K + k] = t->bs ? a->b[k] : 0;
        for (size_t c = 0; c < C; c++)
            a->y[n * K + k] += a->x[n * C + c] * a->w[c * K + k];
    }
    for (size_t c = 0; c < C; c++) {
        a->dx[n * C + c] = 0;
        for (size_t k = 0; k < K; k++)
            a->dx[n * C + c] += a->dy[n * K + k] * a->w[c * K + k];
    }
}

static void naive_weights(const op_case *t, const sums *a, range rows) {
    const size_t C = t->xs / t->t.n, K = t->g.y.c;
    for (size_t k = 0; k < K; k++) {
        for (size_t c = rows.first; c < rows.last; c++) {
            a->dw[c * K + k] = 0;
            for (size_t n = 0; n < t->t.n; n++)
                a->dw[c * K + k] += a->x[n * C + c] * a->dy[n * K + k];
        }
        if (t->bs && rows.first == 0) {
            a->db[k] = 0;
            for (size_t n = 0; n < t->t.n; n++)
                a->db[k] += a->dy[n * K + k];
        }
    }
}

typedef struct shape {
    extent x;
    size_t k, n;
    bool biases;
} shape;

static shape random_shape(random_state *random) {
    static const size_t outputs[] = {1, 2, 3, 7, 8, 10, 16, 17, 31, 32, 33, 40, 128};
    shape shape = {.x = {1, 1, between(random, 1, 100)},
                   .k = outputs[random_below(random, COUNT(outputs))],
                   .n = between(random, 1, 9),
                   .biases = random_below(random, 3) > 0};
    if (random_below(random, 2))
        shape.x = (extent){between(random, 1, 5), between(random, 1, 5), between(random, 1, 5)};
    return shape;
}

static range random_range(random_state *random, size_t size) {
    const size_t last = between(random, 0, size);
    return (range){between(random, 0, last), last};
}

static void assert_like_naive(const book *book, shape shape, random_state *random) {
    op_case t = dense_case(book, shape.x, shape.k, shape.n, shape.biases);
    const sums a = sums_new(random, &t);
    const range images = random_range(random, shape.n);
    range rows = random_range(random, t.ws / shape.k);
    rows.last += rows.first == 0 && rows.last == 0; /* bias belongs to row 0 */
    for (size_t n = images.first; n < images.last; n++)
        naive_image(&t, &a, n);
    naive_weights(&t, &a, rows);
    put_inputs(&t, &a);
    op_case_forward(&t, images);
    op_case_backward(&t, images, rows);
    numbers_equal(book, "y", t.t.y, a.y, t.ys);
    numbers_equal(book, "dx", t.t.dx, a.dx, t.xs);
    numbers_equal(book, "dw", t.t.dw, a.dw, t.ws);
    numbers_equal(book, "db", t.t.db, a.db, t.bs);
    free(a.x);
    op_case_free(&t);
}

/* Whole numbers, so every right answer is exact; rows outside the ranges stay as they were. */
static void random_shapes_against_naive_loops(void **state) {
    (void)state;
    random_state random = random_seeded(4, 100);
    for (size_t i = 0; i < 200; i++) {
        const shape shape = random_shape(&random);
        for (const book *book = books_all(); book->ops; book++)
            assert_like_naive(book, shape, &random);
    }
}

static void assert_bits(const char *what, const real *got, size_t i, float expected) {
    if (memcmp(&got[i], &expected, sizeof expected) != 0)
        fail_msg("%s[%zu] is %.9g, not %.9g", what, i, got[i], expected);
}

/* The orders of ops.h, each number gathered by itself. */
static void assert_order(const op_case *t) {
    const size_t N = t->t.n, C = t->xs / N, K = t->g.y.c;
    for (size_t i = 0; i < t->ys; i++) {
        float sum = t->t.b[i % K];
        for (size_t first = 0; first < C; first += 32) {
            float partial = 0;
            for (size_t c = first; c < C && c < first + 32; c++)
                partial = fmaf(t->t.x[i / K * C + c], t->t.w[c * K + i % K], partial);
            sum += partial;
        }
        assert_bits("y", t->t.y, i, sum);
    }
    for (size_t i = 0; i < t->xs; i++) {
        float sum = 0;
        for (size_t k = 0; k < K; k++)
            sum = fmaf(t->t.dy[i / C * K + k], t->t.w[i % C * K + k], sum);
        assert_bits("dx", t->t.dx, i, sum);
    }
    for (size_t i = 0; i < t->ws; i++) {
        float sum = 0;
        for (size_t n = 0; n < N; n++)
            sum = fmaf(t->t.x[n * C + i / K], t->t.dy[n * K + i % K], sum);
        assert_bits("dw", t->t.dw, i, sum);
    }
    for (size_t k = 0; k < K; k++) {
        float sum = 0;
        for (size_t n = 0; n < N; n++)
            sum += t->t.dy[n * K + k];
        assert_bits("db", t->t.db, k, sum);
    }
}

/* To the bit, in every float book. */
static void order_of_summation(void **state) {
    (void)state;
    random_state random = random_seeded(5, 100);
    const book books[] = {plain_book, best_book()};
    for (size_t i = 0; i < 60; i++) {
        const shape shape = random_shape(&random);
        op_case t = dense_case(&books[i % 2], shape.x, shape.k, shape.n, true);
        const sums a = sums_new(&random, &t);
        fill_uniform(&random, a.x, t.xs + t.ws + t.bs + t.ys);
        put_inputs(&t, &a);
        op_case_forward(&t, (range){0, shape.n});
        op_case_backward(&t, (range){0, shape.n}, (range){0, t.ws / shape.k});
        assert_order(&t);
        free(a.x);
        op_case_free(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page), cmocka_unit_test(example_of_the_flatten_page),
        cmocka_unit_test(without_bias),        cmocka_unit_test(random_shapes_against_naive_loops),
        cmocka_unit_test(order_of_summation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
