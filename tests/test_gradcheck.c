/* The gradient check over a grid of shapes, and its ability to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cnn.h"

/* Every element of every gradient of a network; the worst error. */
static double worst_of(const cnn_network *network, size_t batch, size_t samples) {
    cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
    cnn_error error;
    double worst = NAN;
    options.batch_size = batch;
    options.samples = samples;
    if (!cnn_gradcheck(network, &options, NULL, NULL, &worst, &error))
        fail_msg("%s", error.message);
    return worst;
}

/* Checks a network that begins with one layer, flattened and brought to three classes after it. */
static void assert_gradients(cnn_network *network, const char *what) {
    cnn_error error;
    assert_true(cnn_network_flatten(network, &error));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 3}, &error));
    const double worst = worst_of(network, 2, 40);
    if (!(worst <= CNN_GRADCHECK_LIMIT))
        fail_msg("%s: %g", what, worst);
    cnn_network_free(network);
}

static cnn_network *input(size_t h, size_t w, size_t c) {
    cnn_network *network = cnn_network_create(h, w, c, NULL);
    assert_non_null(network);
    return network;
}

static size_t check_conv2d(size_t h, size_t w, size_t c, cnn_conv2d_options options) {
    cnn_network *network = input(h, w, c);
    if (!cnn_network_conv2d(network, &options, NULL)) {
        cnn_network_free(
            network); /* the kernel does not fit: refused, as test_network_text shows */
        return 0;
    }
    assert_gradients(network, "conv2d");
    return 1;
}

/* Kernels, strides and paddings over square, flat, tall and one-pixel images. */
static void test_conv2d_grid(void **state) {
    static const cnn_pair sides[] = {{5, 5}, {4, 7}, {7, 3}, {1, 1}, {1, 6}};
    static const cnn_pair kernels[] = {{1, 1}, {3, 3}, {2, 3}, {5, 1}};
    static const cnn_pair strides[] = {{1, 1}, {2, 2}, {1, 3}};
    static const cnn_pair pads[] = {{0, 0}, {1, 1}, {2, 0}, {3, 3}};
    size_t shapes = 0;
    (void)state;
    for (size_t i = 0; i < 5 * 4 * 3 * 4; i++) {
        const cnn_pair side = sides[i % 5];
        const cnn_conv2d_options options = {.channels = 1 + i % 4,
                                            .kernel = kernels[i / 5 % 4],
                                            .stride = strides[i / 20 % 3],
                                            .pad = pads[i / 60],
                                            .no_bias = i % 3 == 0};
        shapes += check_conv2d(side.h, side.w, 1 + i % 3, options);
    }
    print_message("%zu convolutions\n", shapes);
    assert_true(shapes >= 160);
}

static size_t check_maxpool2d(size_t h, size_t w, size_t c, cnn_maxpool2d_options options) {
    cnn_network *network = input(h, w, c);
    if (!cnn_network_maxpool2d(network, &options, NULL)) {
        cnn_network_free(network);
        return 0;
    }
    assert_gradients(network, "maxpool2d");
    return 1;
}

/* Windows that tile, overlap, and leave gaps. */
static void test_maxpool2d_grid(void **state) {
    static const cnn_pair sides[] = {{6, 6}, {5, 7}, {3, 8}, {1, 1}};
    static const cnn_pair windows[] = {{2, 2}, {3, 3}, {1, 2}, {3, 1}, {1, 1}};
    static const cnn_pair strides[] = {{0, 0}, {1, 1}, {2, 1}, {3, 4}};
    size_t shapes = 0;
    (void)state;
    for (size_t i = 0; i < 4 * 5 * 4; i++)
        shapes += check_maxpool2d(
            sides[i % 4].h, sides[i % 4].w, 1 + i % 3,
            (cnn_maxpool2d_options){.window = windows[i / 4 % 5], .stride = strides[i / 20]});
    print_message("%zu pools\n", shapes);
    assert_true(shapes >= 60);
}

static void test_dense_grid(void **state) {
    (void)state;
    for (size_t i = 1; i <= 40; i++) {
        cnn_network *network = input(1, 1, 1 + i * 7 % 41);
        assert_true(
            cnn_network_dense(network, &(cnn_dense_options){.outputs = i, .no_bias = i % 2}, NULL));
        assert_true(cnn_network_relu(network, NULL));
        assert_gradients(network, "dense");
    }
}

/* simple.net in small. Every kind: test_every_kind.c. */
static cnn_network *small_network(void) {
    cnn_network *network = input(8, 8, 1);
    assert_true(
        cnn_network_conv2d(network, &(cnn_conv2d_options){.channels = 3, .kernel = {3, 3}}, NULL));
    assert_true(cnn_network_relu(network, NULL));
    assert_true(cnn_network_maxpool2d(network, &(cnn_maxpool2d_options){.window = {2, 2}}, NULL));
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 4}, NULL));
    return network;
}

static void test_damage_is_caught(void **state) {
    static const char *const layers[] = {"conv2d", "relu",  "maxpool2d", "flatten", "dense",
                                         "conv1",  "pool1", "fc1",       "softmax"};
    cnn_network *network = small_network();
    (void)state;
    assert_true(worst_of(network, 2, 0) <= CNN_GRADCHECK_LIMIT);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
        double worst = 0;
        options.debug_break_layer = layers[i];
        assert_true(cnn_gradcheck(network, &options, NULL, NULL, &worst, NULL));
        if (!(worst > CNN_GRADCHECK_LIMIT))
            fail_msg("damage to %s went by unseen: %g", layers[i], worst);
    }
    cnn_network_free(network);
}

typedef struct seen {
    size_t rows, checked, skipped;
} seen;

static void count_row(const cnn_gradcheck_row *row, void *context) {
    seen *seen = context;
    seen->rows++;
    seen->checked += row->checked;
    seen->skipped += row->skipped;
    assert_true(row->element < row->elements);
}

static void test_rows_and_refusals(void **state) {
    cnn_network *network = small_network();
    cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
    cnn_error error;
    seen seen = {0};
    (void)state;
    options.samples = 0;
    assert_true(cnn_gradcheck(network, &options, count_row, &seen, NULL, &error));
    /* conv 3, relu 1, pool 1, flatten 1, dense 3, softmax 1; every element once. */
    assert_int_equal(seen.rows, 10);
    assert_int_equal(seen.checked + seen.skipped, 128 + 27 + 3 + 216 + 216 + 54 + 54 + 108 + 4 + 8);
    options.debug_break_layer = "conv9";
    assert_false(cnn_gradcheck(network, &options, NULL, NULL, NULL, &error));
    assert_string_equal(error.message, "no layer named \"conv9\" to break");
    options.batch_size = 0;
    assert_false(cnn_gradcheck(network, &options, NULL, NULL, NULL, &error));
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d_grid),       cmocka_unit_test(test_maxpool2d_grid),
        cmocka_unit_test(test_dense_grid),        cmocka_unit_test(test_damage_is_caught),
        cmocka_unit_test(test_rows_and_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
