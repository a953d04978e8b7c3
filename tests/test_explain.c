/* cnn_model_sum(): the terms of any number make that number, bit for bit, on every back end. */
#define _POSIX_C_SOURCE 200809L
#include "books.h"
#include "explained_model.h"
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 1 << 16 };
static cnn_term terms[CAPACITY];

static size_t numbers_of(const cnn_tensor *tensor) {
    size_t count = 1;
    for (size_t d = 0; d < tensor->rank; d++)
        count *= tensor->shape[d];
    return count;
}

/* Zeros of both signs are told apart. */
static bool same_number(double a, double b) {
    return a == b && signbit(a) == signbit(b);
}

/* The number that stands at a factor's place; what the sum says of it must be that. */
static void factor_stands(const cnn_model *model, const char *name, size_t index, double value) {
    cnn_tensor tensor;
    if (index == CNN_NO_INDEX)
        return;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    assert_in_range(index, 0, numbers_of(&tensor) - 1);
    if (tensor.type == CNN_TYPE_FLOAT32)
        assert_true(same_number((double)((float *)tensor.data)[index], value));
}

/* Terms are in order, counted rightly, and lead to the number. */
static void sum_is_whole(const cnn_model *model, const cnn_sum *sum) {
    size_t zeros = 0, left_out = 0, part = 0;
    for (size_t i = 0; i < sum->count; i++) {
        const cnn_term *t = &terms[i];
        assert_true(t->part == part || t->part == part + 1);
        part = t->part;
        zeros += t->note == CNN_TERM_ZERO;
        left_out += t->note >= CNN_TERM_PADDING && t->note <= CNN_TERM_PASSED_OVER;
        if (i % 7 == 0)
            factor_stands(model, sum->a, t->a, t->x);
        if (i % 7 == 1)
            factor_stands(model, sum->b, t->b, t->y);
    }
    assert_int_equal(zeros, sum->zeros);
    assert_int_equal(left_out, sum->left_out);
    assert_int_equal(sum->parts, part + 1);
    const bool running = sum->kind == CNN_SUM_PRODUCTS || sum->kind == CNN_SUM_ADDED ||
                         sum->kind == CNN_SUM_SHARES || sum->kind == CNN_SUM_MAXIMUM;
    if (running && sum->count)
        assert_true(same_number(terms[sum->count - 1].sum, sum->value));
}

/* One number in `step` of each tensor. Returns how many were explained. */
static size_t explain_every(const cnn_model *model, size_t step) {
    cnn_tensor tensor;
    size_t explained = 0;
    for (size_t t = 0; cnn_model_tensor_at(model, t, &tensor); t++)
        for (size_t i = 0, count = numbers_of(&tensor); i < count; i += step, explained++) {
            cnn_sum sum;
            cnn_error error;
            if (!cnn_model_sum(model, tensor.name, i, &sum, terms, CAPACITY, &error))
                fail_msg("%s[%zu]: %s", tensor.name, i, error.message);
            assert_in_range(sum.count, 0, CAPACITY);
            if (!same_number(sum.value, sum.stored))
                fail_msg("%s, %s[%zu]: the terms make %a, not %a", cnn_model_backend(model),
                         tensor.name, i, sum.value, sum.stored);
            if (i % 16 == 0)
                sum_is_whole(model, &sum);
        }
    return explained;
}

/* On every back end that runs here; base rounds as its table says. */
static size_t explain_on_all(const cnn_network *network, size_t images, size_t step) {
    cnn_backend backend;
    size_t explained = 0;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        if (backend.runs) {
            cnn_model *model = passed_model(network, backend.name, images);
            explained += explain_every(model, step);
            cnn_model_free(model);
        }
    return explained;
}

static size_t share(void) {
    const char *wanted = getenv("CNN_TEST_SHARE");
    return wanted ? (size_t)atoi(wanted) : 1;
}

static void every_number_of_lab(void **state) {
    (void)state;
    cnn_network *network = cnn_network_load("networks/lab.net", NULL);
    assert_non_null(network);
    const size_t one = explain_on_all(network, 1, share());
    print_message("lab.net: %zu numbers\n", one);
    /* A batch of shards of several images: of each tensor a part, as its sums are long. */
    explain_on_all(network, 33, 97 * share());
    cnn_network_free(network);
}

static void every_number_of_the_odd_network(void **state) {
    static const size_t batches[] = {1, 3, 33};
    (void)state;
    cnn_network *network = odd_network();
    for (size_t i = 0; i < COUNT(batches); i++)
        print_message("odd network, %zu images: %zu numbers\n", batches[i],
                      explain_on_all(network, batches[i], share()));
    cnn_network_free(network);
}

/* 10^5 numbers over all back ends, drawn evenly. */
static void a_sample_of_scratch(void **state) {
    cnn_backend backend;
    (void)state;
    cnn_network *network = cnn_network_load("networks/scratch.net", NULL);
    assert_non_null(network);
    size_t explained = 0, runs = 0;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        runs += backend.runs;
    explained = explain_on_all(network, 4, 1 + 8 * runs * share());
    print_message("scratch.net: %zu numbers\n", explained);
    assert_true(explained * share() >= 100000);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_lab),
        cmocka_unit_test(every_number_of_the_odd_network),
        cmocka_unit_test(a_sample_of_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
