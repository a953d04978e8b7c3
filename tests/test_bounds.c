/* Sizes whose products do not fit where a size_t has 32 bits, and some that fit nowhere: counted
 * right or refused, never wrapped round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "memory.h"
#include "network.h"
#include "run.h"

#include <string.h>

static cnn_network *parsed(const char *text) {
    cnn_error error;
    cnn_network *network = cnn_network_parse(text, strlen(text), &error);
    if (!network)
        fail_msg("%s", error.message);
    return network;
}

static void test_products(void **state) {
    (void)state;
    assert_int_equal(size_product(0, SIZE_MAX), 0);
    assert_int_equal(size_product(SIZE_MAX, 0), 0);
    assert_int_equal(size_product(6, 7), 42);
    assert_int_equal(size_product(SIZE_MAX / 2, 1), SIZE_MAX / 2);
    assert_int_equal(size_product(SIZE_MAX, 1), SIZE_MAX / 2);
    assert_int_equal(size_product(SIZE_MAX / 4 + 1, 4), SIZE_MAX / 2);
    assert_int_equal(size_product(SIZE_MAX / 2, SIZE_MAX / 2), SIZE_MAX / 2);
}

/* 17 times 2^28 weights and 2^14 biases. */
static void test_parameters_of_many_layers(void **state) {
    static const uint64_t ALL = 17 * ((UINT64_C(1) << 28) + (1 << 14));
    char text[512] = "input 1x1x16384\n";
    (void)state;
    for (int i = 0; i < 17; i++)
        strcat(text, "dense 16384\n");
    cnn_network *network = parsed(text);
    assert_true(cnn_network_parameter_count(network) == (ALL < SIZE_MAX ? (size_t)ALL : SIZE_MAX));
    cnn_network_free(network);
}

/* A layer as in large networks: 7.4e9 multiply-adds. */
static void test_multiply_adds(void **state) {
    cnn_layer_info info;
    (void)state;
    cnn_network *network = parsed("input 224x224x64\nconv2d 256 3x3 pad 1\n");
    assert_true(cnn_network_layer_at(network, 1, &info));
    assert_true(info.multiply_adds == UINT64_C(7398752256));
    cnn_network_free(network);
}

/* Tensors of 67 MB at most, but 4.3e9 places for the gradient with zeros around it: the kernel is
 * wide. The memory is not requested. */
static void test_scratch(void **state) {
    static const cnn_model_options ONE = {
        .batch_size = 1, .threads = 1, .normalization = {0, 1}, .backend = "base"};
    cnn_error error;
    (void)state;
    cnn_network *network = parsed("input 2048x1\nconv2d 2048 1x1024 pad 0x512\nflatten\ndense 2\n");
    allocations_limit((size_t)1 << 31);
    assert_null(cnn_model_create(network, &ONE, &error));
    allocations_limit(SIZE_MAX);
    assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
    cnn_network_free(network);
}

/* 4096 images of more values than can be counted, or more than any machine holds. */
static void test_batch_of_gradcheck(void **state) {
    static const cnn_gradcheck_options LARGE = {.batch_size = 4096, .samples = 1};
    cnn_error error;
    (void)state;
    cnn_network *network = parsed(SIZE_MAX > UINT32_MAX ? "input 32768x32768x256\nmaxpool2d 32768\n"
                                                          "flatten\ndense 2\n"
                                                        : "input 1024x1024\nmaxpool2d 1024\n"
                                                          "flatten\ndense 2\n");
    assert_false(cnn_gradcheck(network, &LARGE, NULL, NULL, NULL, &error));
    assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
    cnn_network_free(network);
}

/* An endless run has a schedule as long as can be counted, not one that is over soon. */
static void test_steps_of_a_run(void **state) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    (void)state;
    options.epochs = SIZE_MAX;
    const uint64_t most = SIZE_MAX > UINT32_MAX ? UINT64_MAX / 2 : (uint64_t)3 * SIZE_MAX;
    assert_true(run_schedule(&options, 3).total_steps == most);
    options.epochs = 5;
    assert_int_equal(run_schedule(&options, 3).total_steps, 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),           cmocka_unit_test(test_parameters_of_many_layers),
        cmocka_unit_test(test_multiply_adds),      cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_batch_of_gradcheck), cmocka_unit_test(test_steps_of_a_run),
    };
    return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
