/* A batch set from bytes is the batch that a data set of these bytes gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <math.h>
#include <string.h>

enum { BATCH = 8, VALUES = 64, CLASSES = 4 };

/* The images of the data set as bytes, and their labels. */
static const uint8_t *bytes_of(uint32_t labels[BATCH]) {
    for (size_t i = 0; i < BATCH; i++)
        labels[i] = (uint32_t)cnn_dataset_label_at(c.train, i);
    return cnn_dataset_image_at(c.train, 0);
}

static void the_batch_of_a_data_set(void **state) {
    uint32_t labels[BATCH];
    float input[BATCH * VALUES], gradient[36];
    const uint8_t *images = bytes_of(labels);
    (void)state;
    for (size_t count = 1; count <= BATCH; count += 7) {
        calls_batch(count);
        cnn_model_forward(c.model);
        cnn_model_backward(c.model);
        const double loss = cnn_model_loss(c.model);
        memcpy(input, calls_tensor(c.model, "input").data, count * VALUES * sizeof *input);
        memcpy(gradient, calls_tensor(c.model, "conv1.weight.grad").data, sizeof gradient);
        assert_true(cnn_model_set_images(c.model, images, labels, count, NULL));
        assert_int_equal(calls_tensor(c.model, "input").shape[0], count);
        assert_memory_equal(calls_tensor(c.model, "input").data, input,
                            count * VALUES * sizeof *input);
        assert_memory_equal(calls_tensor(c.model, "labels").data, labels, count * sizeof *labels);
        cnn_model_forward(c.model);
        cnn_model_backward(c.model);
        assert_true(cnn_model_loss(c.model) == loss);
        assert_memory_equal(calls_tensor(c.model, "conv1.weight.grad").data, gradient,
                            sizeof gradient);
        assert_true(cnn_model_set_images(c.model, images, labels, count, NULL));
        assert_true(cnn_train_step(c.trainer) == loss);
    }
}

/* Without labels there are probabilities, but neither loss nor gradients. */
static void without_labels(void **state) {
    uint32_t labels[BATCH];
    float p[BATCH * CLASSES];
    const uint8_t *images = bytes_of(labels);
    (void)state;
    assert_true(cnn_model_predict(c.model, images, BATCH, p, NULL));
    assert_true(cnn_model_set_images(c.model, images, NULL, BATCH, NULL));
    cnn_model_forward(c.model);
    assert_memory_equal(calls_tensor(c.model, "probabilities").data, p, sizeof p);
    const unsigned long before = calls_parameters(c.model);
    assert_true(isnan(cnn_model_loss(c.model)) && isnan(cnn_train_step(c.trainer)));
    assert_int_equal(calls_parameters(c.model), before);
}

/* A refused call leaves the batch unchanged. */
static void refusals(void **state) {
    uint32_t labels[BATCH];
    const uint8_t *images = bytes_of(labels);
    (void)state;
    calls_batch(3);
    cnn_model_forward(c.model);
    const double loss = cnn_model_loss(c.model);
    labels[5] = CLASSES;
    REFUSED_BECAUSE("label 4 of image 5 is not below 4",
                    cnn_model_set_images(c.model, images, labels, BATCH, e));
    REFUSED_BECAUSE("9 images in a batch: must be 1 to 8",
                    cnn_model_set_images(c.model, images, NULL, 9, e));
    assert_true(cnn_model_loss(c.model) == loss);
    assert_int_equal(calls_tensor(c.model, "input").shape[0], 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_batch_of_a_data_set),
        TEST(without_labels),
        TEST(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
