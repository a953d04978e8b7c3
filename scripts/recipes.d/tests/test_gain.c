/* A factor for each channel, of every book, against the page's example. */
#include "books.h"
#include "cnn.h"

/* docs/math/gain.md */
static void example_of_the_page(void **state) {
    (void)state;
    const layer_shape g = {.x = {1, 2, 2}, .y = {1, 2, 2}};
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = op_case_new(book, ops_operation(book->ops, "gain"), g, 1, 2, false);
        numbers_set(book, t.t.x, (double[]){1, 3, -2, 4}, 4);
        numbers_set(book, t.t.w, (double[]){2, -1}, 2);
        numbers_set(book, t.t.dy, (double[]){1, 2, 3, -1}, 4);
        op_case_forward(&t, (range){0, 1});
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "y", t.t.y, (double[]){2, -3, -4, -4}, 4);
        numbers_equal(book, "dx", t.t.dx, (double[]){2, -2, 6, 1}, 4);
        numbers_equal(book, "dw", t.t.dw, (double[]){-5, 2}, 2);
        op_case_free(&t);
    }
}

static void refusals(void **state) {
    (void)state;
    cnn_error error;
    assert_false(cnn_network_gain(NULL, &error));
    cnn_network *network = cnn_network_create(2, 2, 2, NULL);
    assert_true(cnn_network_gain(network, NULL));
    assert_true(cnn_network_flatten(network, NULL));
    assert_false(cnn_network_gain(network, &error));
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
