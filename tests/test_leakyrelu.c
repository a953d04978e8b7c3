/* Leaky ReLU of every book against worked examples, and its slope in texts. */
#include "books.h"
#include "cnn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static op_case leaky_case(const book *book, double slope, size_t values) {
    const layer_shape g = {.x = {1, 1, values}, .y = {1, 1, values}, .value = slope};
    return op_case_new(book, ops_operation(book->ops, "leakyrelu"), g, 1, 0, false);
}

static void assert_passes(double slope, size_t values, const double *x, const double *y,
                          const double *dy, const double *dx) {
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = leaky_case(book, slope, values);
        numbers_set(book, t.t.x, x, values);
        numbers_set(book, t.t.dy, dy, values);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "y", t.t.y, y, values);
        numbers_equal(book, "dx", t.t.dx, dx, values);
        op_case_free(&t);
    }
}

/* docs/math/leakyrelu.md */
static void example_of_the_page(void **state) {
    (void)state;
    assert_passes(0.25, 3, (double[]){-4, 0, 2}, (double[]){-1, 0, 2}, (double[]){8, 8, 8},
                  (double[]){2, 2, 8});
}

static void slopes_at_the_ends(void **state) {
    (void)state;
    assert_passes(0, 3, (double[]){-4, 0, 2}, (double[]){0, 0, 2}, (double[]){8, 8, 8},
                  (double[]){0, 0, 8});
    assert_passes(1, 3, (double[]){-4, 0, 2}, (double[]){-4, 0, 2}, (double[]){8, 8, 8},
                  (double[]){8, 8, 8});
}

static void not_a_number(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = leaky_case(book, 0.5, 2);
        numbers_set(book, t.t.x, (double[]){NAN, -INFINITY}, 2);
        op_case_forward(&t, (range){0, 1});
        assert_true(isnan(number_at(book, t.t.y, 0)));
        assert_true(number_at(book, t.t.y, 1) == -INFINITY);
        op_case_free(&t);
    }
}

/* The slope read back from a text, or -1 with *error set. */
static double slope_of(const char *layer, cnn_error *error) {
    char text[128];
    cnn_layer_info info;
    snprintf(text, sizeof text, "input 2x2\nflatten\n%s\ndense 2\n", layer);
    cnn_network *network = cnn_network_parse(text, strlen(text), error);
    const bool there = cnn_network_layer_at(network, 2, &info);
    cnn_network_free(network);
    return there ? info.value : -1;
}

static void slopes_in_texts(void **state) {
    static const struct refused {
        const char *layer, *reason;
    } all[] = {{"leakyrelu 1.5", "must be 0 to 1"},
               {"leakyrelu -0.1", "must be 0 to 1"},
               {"leakyrelu 0,01", "is not a number such as 0.01"},
               {"leakyrelu nan", "is not a number"},
               {"leakyrelu 1e999", "is not a number"},
               {"leakyrelu 0.1 0.2", "one word too many"}};
    cnn_error error;
    (void)state;
    assert_true(slope_of("leakyrelu", &error) == 0.01);
    assert_true(slope_of("leakyrelu 0.2", &error) == 0.2);
    assert_true(slope_of("leakyrelu 1", &error) == 1);
    assert_true(slope_of("leakyrelu 3.0000000000000001e-7", &error) == 3.0000000000000001e-7);
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_true(slope_of(all[i].layer, &error) == -1);
        if (!strstr(error.message, all[i].reason) || error.line != 3)
            fail_msg("%s: %s", all[i].layer, error.message);
    }
}

/* Exact in both directions, however long the number. */
static void calls(void **state) {
    char text[128];
    cnn_error error;
    cnn_layer_info info;
    (void)state;
    const double third = 1.0 / 3;
    cnn_network *network = cnn_network_create(2, 2, 1, NULL);
    assert_true(cnn_network_leakyrelu(network, &(cnn_leakyrelu_options){.slope = third}, NULL));
    assert_false(cnn_network_leakyrelu(network, &(cnn_leakyrelu_options){.slope = NAN}, &error));
    assert_false(cnn_network_leakyrelu(network, &(cnn_leakyrelu_options){.slope = -1}, &error));
    assert_non_null(strstr(error.message, "out of bounds"));
    assert_false(cnn_network_leakyrelu(NULL, &(cnn_leakyrelu_options){.slope = 0}, &error));
    cnn_network_text(network, text, sizeof text);
    assert_non_null(strstr(text, "leakyrelu 0.3333333333333333\n"));
    cnn_network *again = cnn_network_parse(text, strlen(text), NULL);
    assert_true(cnn_network_layer_at(again, 1, &info) && info.value == third);
    cnn_network_free(again);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(slopes_at_the_ends),
        cmocka_unit_test(not_a_number),
        cmocka_unit_test(slopes_in_texts),
        cmocka_unit_test(calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
