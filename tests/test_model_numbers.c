/* What a program may set in a model: parameters as one block, single tensors by name; and that all
 * else is only for looking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[] = {"conv1.weight", "conv1.bias", "fc1.weight",
                                    "fc1.bias",     "fc2.weight", "fc2.bias"};
static const size_t SIZES[] = {36, 4, 512, 8, 32, 4};
enum { PARAMETERS = 6 };

static const float *parameters(const cnn_model *model, size_t *count) {
    const float *numbers = cnn_model_parameters(model, count);
    assert_non_null(numbers);
    return numbers;
}

/* In the order of the names, each at a multiple of 16, zeros between them. */
static void block_holds_the_tensors(void **state) {
    size_t count, at = 0;
    const float *block = parameters(c.model, &count);
    (void)state;
    for (size_t i = 0; i < PARAMETERS; i++) {
        assert_ptr_equal(calls_tensor(c.model, NAMES[i]).data, block + at);
        for (at += SIZES[i]; at % 16; at++)
            assert_true(block[at] == 0);
    }
    assert_int_equal(at, count);
    assert_ptr_equal(cnn_model_parameters(c.model, NULL), block);
}

/* On other threads and back ends, with other batches: the same block. */
static void another_model_takes_it(void **state) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    (void)state;
    options = (cnn_model_options){.batch_size = 3,
                                  .threads = 1,
                                  .seed = 77,
                                  .every_layer = true,
                                  .input_gradient = true,
                                  .profile = true,
                                  .normalization = cnn_model_normalization(c.model),
                                  .backend = "ref"};
    cnn_model *other = cnn_model_create(c.network, &options, NULL);
    size_t count, theirs;
    const float *block = parameters(c.model, &count);
    float ours[12 * 4], after[12 * 4];
    assert_memory_not_equal(parameters(other, &theirs), block, count * sizeof *block);
    assert_int_equal(theirs, count);
    assert_true(cnn_model_set_parameters(other, block, count, NULL));
    assert_memory_equal(parameters(other, NULL), block, count * sizeof *block);
    assert_true(cnn_model_predict(c.model, cnn_dataset_image_at(c.test, 0), 12, ours, NULL));
    assert_true(cnn_model_predict(other, cnn_dataset_image_at(c.test, 0), 12, after, NULL));
    assert_memory_equal(ours, after, sizeof ours);
    /* A model's own, which changes nothing. */
    assert_true(cnn_model_set_parameters(other, parameters(other, NULL), count, NULL));
    assert_memory_equal(parameters(other, NULL), block, count * sizeof *block);
    cnn_model_free(other);
}

/* An optimizer runs over the gaps too: whatever is handed over, they stay 0. */
static void gaps_stay_empty(void **state) {
    size_t count, at = 0;
    float *ones = NULL;
    (void)state;
    parameters(c.model, &count);
    ones = malloc(count * sizeof *ones);
    for (size_t i = 0; i < count; i++)
        ones[i] = 1;
    assert_true(cnn_model_set_parameters(c.model, ones, count, NULL));
    const float *block = parameters(c.model, NULL);
    for (size_t i = 0; i < PARAMETERS; i++) {
        for (size_t end = at + SIZES[i]; at < end; at++)
            assert_true(block[at] == 1);
        for (; at % 16; at++)
            assert_true(block[at] == 0);
    }
    free(ones);
}

static void one_tensor(void **state) {
    float biases[8] = {1, 2, 3, 4, 5, 6, 7, NAN};
    size_t count;
    (void)state;
    const float *block = parameters(c.model, &count);
    float *before = malloc(count * sizeof *before);
    memcpy(before, block, count * sizeof *before);
    assert_true(cnn_model_set_tensor(c.model, "fc1.bias", biases, 8, NULL));
    const size_t at = (size_t)((const float *)calls_tensor(c.model, "fc1.bias").data - block);
    assert_memory_equal(block + at, biases, sizeof biases);
    assert_true(cnn_model_set_tensor(c.model, "fc1.bias", before + at, 8, NULL));
    assert_memory_equal(block, before, count * sizeof *before);
    free(before);
}

/* The sum of the absolute values of a gradient. */
static double size_of_gradient(const char *name, size_t count) {
    const float *dw = calls_tensor(c.model, name).data;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs((double)dw[i]);
    return sum;
}

/* The activations are those of other parameters: there is nothing to pass back. */
static void forward_comes_before_backward(void **state) {
    const float *block = parameters(c.model, NULL);
    size_t count;
    (void)state;
    parameters(c.model, &count);
    for (int whole = 0; whole < 2; whole++) {
        calls_batch(8);
        cnn_model_forward(c.model);
        const double loss = cnn_model_loss(c.model);
        if (whole)
            assert_true(cnn_model_set_parameters(c.model, block, count, NULL));
        else
            sample_set(c.model, "fc2.bias", 1, 0.25f);
        cnn_model_backward(c.model);
        assert_true(cnn_model_loss(c.model) == loss);
        assert_true(size_of_gradient("fc2.weight.grad", 32) == 0);
    }
    cnn_model_forward(c.model);
    cnn_model_backward(c.model);
    assert_true(size_of_gradient("fc2.weight.grad", 32) > 0);
}

/* As a program does that limits the size of gradients; and it spoils no pass. */
static void an_update_takes_a_set_gradient(void **state) {
    const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.5};
    const float zero[36] = {0}, two[4] = {2, 2, 2, 2};
    float before[40];
    (void)state;
    cnn_trainer *trainer = cnn_trainer_create(c.model, &sgd, NULL, NULL);
    memcpy(before, calls_tensor(c.model, "conv1.weight").data, 36 * sizeof(float));
    memcpy(before + 36, calls_tensor(c.model, "conv1.bias").data, 4 * sizeof(float));
    calls_batch(8);
    cnn_model_forward(c.model);
    assert_true(cnn_model_set_tensor(c.model, "conv1.weight.grad", two, 4, NULL) == false);
    assert_true(cnn_model_set_tensor(c.model, "conv1.weight.grad", zero, 36, NULL));
    cnn_model_backward(c.model);
    assert_true(size_of_gradient("conv1.weight.grad", 36) > 0);
    assert_true(cnn_model_set_tensor(c.model, "conv1.weight.grad", zero, 36, NULL));
    assert_true(cnn_model_set_tensor(c.model, "conv1.bias.grad", two, 4, NULL));
    cnn_trainer_update(trainer);
    assert_memory_equal(calls_tensor(c.model, "conv1.weight").data, before, 36 * sizeof(float));
    for (size_t i = 0; i < 4; i++)
        assert_true(((const float *)calls_tensor(c.model, "conv1.bias").data)[i] ==
                    before[36 + i] - 1);
    cnn_trainer_free(trainer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(block_holds_the_tensors),
        TEST(another_model_takes_it),
        TEST(gaps_stay_empty),
        TEST(one_tensor),
        TEST(forward_comes_before_backward),
        TEST(an_update_takes_a_set_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
