/* Average pooling of every book against worked examples: windows, gaps, overlap, the whole input.
 */
#include "books.h"
#include "cnn.h"

#include <math.h>
#include <string.h>

/* Forward and back on one image of one channel, in every book. */
static void assert_passes(layer_shape g, const double *x, const double *y, const double *dy,
                          const double *dx) {
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = op_case_new(book, ops_operation(book->ops, "avgpool2d"), g, 1, 0, false);
        numbers_set(book, t.t.x, x, t.xs);
        numbers_set(book, t.t.dy, dy, t.ys);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "y", t.t.y, y, t.ys);
        numbers_equal(book, "dx", t.t.dx, dx, t.xs);
        op_case_free(&t);
    }
}

/* docs/math/avgpool2d.md */
static void example_of_the_page(void **state) {
    (void)state;
    assert_passes((layer_shape){.x = {2, 3, 1}, .y = {1, 2, 1}, .r = 2, .s = 2, .u = 1, .v = 1},
                  (double[]){1, 3, 2, 0, 4, 7}, (double[]){2, 4}, (double[]){4, 8},
                  (double[]){1, 3, 2, 1, 3, 2});
}

/* Column 1 lies between the windows, the last row in none: their gradient is 0. */
static void gaps(void **state) {
    (void)state;
    assert_passes((layer_shape){.x = {2, 4, 1}, .y = {1, 2, 1}, .r = 1, .s = 1, .u = 2, .v = 2},
                  (double[]){1, 2, 3, 4, 5, 6, 7, 8}, (double[]){1, 3}, (double[]){10, 20},
                  (double[]){10, 0, 20, 0, 0, 0, 0, 0});
}

/* Channels do not mix; the window is the input. */
static void the_whole_input(void **state) {
    (void)state;
    assert_passes((layer_shape){.x = {2, 2, 2}, .y = {1, 1, 2}, .r = 2, .s = 2, .u = 2, .v = 2},
                  (double[]){1, 10, 2, 20, 3, 30, 6, 60}, (double[]){3, 30}, (double[]){4, 8},
                  (double[]){1, 2, 1, 2, 1, 2, 1, 2});
}

/* A NaN shows in its window and nowhere else. */
static void not_a_number(void **state) {
    (void)state;
    for (const book *book = books_all(); book->ops; book++) {
        const layer_shape g = {.x = {1, 4, 1}, .y = {1, 2, 1}, .r = 1, .s = 2, .u = 1, .v = 2};
        op_case t = op_case_new(book, ops_operation(book->ops, "avgpool2d"), g, 1, 0, false);
        numbers_set(book, t.t.x, (double[]){1, NAN, 3, 5}, 4);
        op_case_forward(&t, (range){0, 1});
        assert_true(isnan(number_at(book, t.t.y, 0)));
        assert_true(number_at(book, t.t.y, 1) == 4);
        op_case_free(&t);
    }
}

static void texts_and_calls(void **state) {
    (void)state;
    static const char text[] = "input 9x8x3\navgpool2d 3x2 stride 2\navgpool2d global\n"
                               "flatten\ndense 2\n";
    char again[128];
    cnn_layer_info info;
    cnn_error error;
    cnn_network *network = cnn_network_create(9, 8, 3, NULL);
    const cnn_avgpool2d_options first = {.window = {3, 2}, .stride = {2, 2}},
                                half = {.window = {2, 0}};
    assert_true(cnn_network_avgpool2d(network, &first, NULL));
    assert_true(cnn_network_layer_at(network, 1, &info));
    assert_true(info.height == 4 && info.width == 4 && info.channels == 3);
    assert_false(cnn_network_avgpool2d(network, &half, &error));
    assert_non_null(strstr(error.message, "a side of the window is 0"));
    assert_false(cnn_network_avgpool2d(NULL, &first, &error));
    assert_true(cnn_network_avgpool2d(network, &(cnn_avgpool2d_options){.window = {0, 0}}, NULL));
    assert_true(cnn_network_layer_at(network, 2, &info));
    assert_true(info.height == 1 && info.width == 1 && info.channels == 3);
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 2}, NULL));
    cnn_network_text(network, again, sizeof again);
    assert_string_equal(again, text);
    cnn_network_free(network);
    network = cnn_network_parse(text, sizeof text - 1, NULL);
    assert_non_null(network);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page), cmocka_unit_test(gaps),
        cmocka_unit_test(the_whole_input),     cmocka_unit_test(not_a_number),
        cmocka_unit_test(texts_and_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
