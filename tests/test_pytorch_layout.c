/* Where PyTorch has each number, by worked examples and by converting back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pytorch_layout.h"

#include <stdlib.h>
#include <string.h>

static cnn_network *network_of(const char *text) {
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    assert_non_null(network);
    return network;
}

/* Memory that holds 0, 1, 2, ... becomes these numbers in a file of this shape, and they become it
 * again. Neither place is aligned. */
static void assert_layout(layout layout, size_t rank, const size_t *shape, const int32_t *wanted) {
    const size_t count = layout_count(&layout), bytes = count * sizeof(int32_t);
    unsigned char *memory = malloc(bytes + 1), *file = malloc(bytes + 1), *back = malloc(bytes + 1);
    assert_int_equal(layout.rank, rank);
    assert_memory_equal(layout.shape, shape, rank * sizeof *shape);
    for (size_t i = 0; i < count; i++)
        memcpy(memory + 1 + 4 * i, &(int32_t){(int32_t)i}, 4);
    layout_to_file(&layout, memory + 1, file + 1);
    if (wanted)
        assert_memory_equal(file + 1, wanted, bytes);
    layout_from_file(&layout, file + 1, back + 1);
    assert_memory_equal(back + 1, memory + 1, bytes);
    free(memory);
    free(file);
    free(back);
}

/* Two inputs, two outputs, one row of two: memory has [s][c][k]. */
static void convolution_by_hand(void **state) {
    (void)state;
    cnn_network *network = network_of("input 3x3x2\nrelu\nconv2d 2 1x2\n");
    static const int32_t FILE_ORDER[] = {0, 4, /* k 0, c 0: s 0, s 1 */
                                         2, 6, /* k 0, c 1 */
                                         1, 5, /* k 1, c 0 */
                                         3, 7};
    assert_layout(layout_of_buffer(network, 2, 0, 1), 4, (size_t[]){2, 2, 1, 2}, FILE_ORDER);
    cnn_network_free(network);
}

/* Memory has [h][w][c], a file [c][h][w], of 2 x 3 places and two channels. */
static const int32_t PLANES[] = {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11};

static void dense_after_flatten_by_hand(void **state) {
    (void)state;
    cnn_network *network = network_of("input 2x3x2\nrelu\nflatten\nrelu\nflatten\ndense 1\n");
    assert_layout(layout_of_buffer(network, 5, 0, 1), 2, (size_t[]){1, 12}, PLANES);
    cnn_network_free(network);
    /* One row of two places, two channels, two outputs: memory has [w][c][k]. */
    network = network_of("input 1x2x2\nflatten\ndense 2\n");
    static const int32_t FILE_ORDER[] = {0, 4, 2, 6, 1, 5, 3, 7};
    assert_layout(layout_of_buffer(network, 2, 0, 1), 2, (size_t[]){2, 4}, FILE_ORDER);
    cnn_network_free(network);
}

/* The outputs of a dense layer have no height and width any more. */
static void dense_after_dense_by_hand(void **state) {
    (void)state;
    cnn_network *network = network_of("input 2x3x2\nflatten\ndense 2\nrelu\nflatten\ndense 3\n");
    static const int32_t FILE_ORDER[] = {0, 3, 1, 4, 2, 5};
    assert_layout(layout_of_buffer(network, 5, 0, 1), 2, (size_t[]){3, 2}, FILE_ORDER);
    cnn_network_free(network);
    network = network_of("input 1x1x2\nrelu\ndense 3\n");
    assert_layout(layout_of_buffer(network, 2, 0, 1), 2, (size_t[]){3, 2}, FILE_ORDER);
    cnn_network_free(network);
}

static void activations_by_hand(void **state) {
    (void)state;
    cnn_network *network = network_of("input 2x3x2\nrelu\nflatten\nrelu\ndense 12\nrelu\n");
    int32_t two[24], plain[24];
    for (int32_t i = 0; i < 24; i++) {
        two[i] = PLANES[i % 12] + i / 12 * 12;
        plain[i] = i;
    }
    for (size_t i = 0; i <= 1; i++)
        assert_layout(layout_of_activation(network, i, 2), 4, (size_t[]){2, 2, 2, 3}, two);
    for (size_t i = 2; i <= 3; i++)
        assert_layout(layout_of_activation(network, i, 2), 2, (size_t[]){2, 12}, two);
    for (size_t i = 4; i <= 5; i++)
        assert_layout(layout_of_activation(network, i, 2), 2, (size_t[]){2, 12}, plain);
    assert_layout(layout_of_vector(24), 1, (size_t[]){24}, plain);
    assert_layout(layout_of_vector(0), 1, (size_t[]){0}, NULL);
    assert_layout(layout_of_activation(network, 0, 0), 4, (size_t[]){0, 2, 2, 3}, NULL);
    cnn_network_free(network);
}

/* Sides all different, so that no two can be mistaken for each other. */
static void there_and_back(void **state) {
    (void)state;
    cnn_network *network = network_of("input 11x13x2\nconv2d 7 3x5\nmaxpool2d 2\nflatten\n"
                                      "relu\ndense 6\ndense 5 bias off\n");
    assert_layout(layout_of_buffer(network, 1, 0, 1), 4, (size_t[]){7, 2, 3, 5}, NULL);
    assert_layout(layout_of_buffer(network, 5, 0, 1), 2, (size_t[]){6, 7 * 4 * 4}, NULL);
    assert_layout(layout_of_buffer(network, 6, 0, 1), 2, (size_t[]){5, 6}, NULL);
    assert_layout(layout_of_activation(network, 1, 3), 4, (size_t[]){3, 7, 9, 9}, NULL);
    assert_layout(layout_of_activation(network, 4, 3), 2, (size_t[]){3, 112}, NULL);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_by_hand),
        cmocka_unit_test(dense_after_flatten_by_hand),
        cmocka_unit_test(dense_after_dense_by_hand),
        cmocka_unit_test(activations_by_hand),
        cmocka_unit_test(there_and_back),
    };
    return cmocka_run_group_tests_name("PyTorch's layout", tests, NULL, NULL);
}
