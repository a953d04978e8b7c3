/* The walk over the public interface (tests/test_calls.c), continued: what a program sets and takes
 * out of models, trainers and runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <stdlib.h>
#include <string.h>

static void numbers_of_a_model(void **state) {
    const float zeros[36] = {0};
    size_t count = 7;
    (void)state;
    assert_null(cnn_model_parameters(NULL, &count));
    assert_int_equal(count, 0);
    assert_null(cnn_model_parameters(NULL, NULL));
    const unsigned long before = calls_parameters(c.model);
    const float *block = cnn_model_parameters(c.model, &count);
    REFUSED_BECAUSE("model is NULL", cnn_model_set_parameters(NULL, zeros, count, e));
    REFUSED_BECAUSE("numbers is NULL", cnn_model_set_parameters(c.model, NULL, count, e));
    REFUSED_BECAUSE("639 numbers for a block of 640",
                    cnn_model_set_parameters(c.model, block, count - 1, e));
    REFUSED(cnn_model_set_parameters(c.model, block, SIZE_MAX, e));
    REFUSED_BECAUSE("model is NULL", cnn_model_set_tensor(NULL, "conv1.weight", zeros, 36, e));
    REFUSED_BECAUSE("name is NULL", cnn_model_set_tensor(c.model, NULL, zeros, 36, e));
    REFUSED_BECAUSE("numbers is NULL", cnn_model_set_tensor(c.model, "conv1.bias", NULL, 4, e));
    REFUSED_BECAUSE("35 numbers for \"conv1.weight\", which has 36",
                    cnn_model_set_tensor(c.model, "conv1.weight", zeros, 35, e));
    REFUSED_BECAUSE("no tensor named \"conv1.wait\"",
                    cnn_model_set_tensor(c.model, "conv1.wait", zeros, 36, e));
    REFUSED_BECAUSE("\"fc2\" is what a pass computes: it cannot be set",
                    cnn_model_set_tensor(c.model, "fc2", zeros, 4, e));
    REFUSED(cnn_model_set_tensor(c.model, "pool1.indices", zeros, 0, e));
    REFUSED(cnn_model_set_tensor(c.model, "labels", zeros, 0, e));
    assert_int_equal(calls_parameters(c.model), before);
}

static void images_of_a_model(void **state) {
    const uint8_t images[64] = {0};
    const uint32_t label = 4;
    (void)state;
    REFUSED_BECAUSE("model is NULL", cnn_model_set_images(NULL, images, NULL, 1, e));
    REFUSED_BECAUSE("images is NULL", cnn_model_set_images(c.model, NULL, NULL, 1, e));
    REFUSED(cnn_model_set_images(c.model, images, NULL, 0, e));
    REFUSED(cnn_model_set_images(c.model, images, NULL, SIZE_MAX, e));
    REFUSED(cnn_model_set_images(c.model, images, &label, 1, e));
}

static void slices_of_a_data_set(void **state) {
    cnn_score score = {.images = 5};
    (void)state;
    REFUSED_BECAUSE("model is NULL", cnn_model_evaluate_slice(NULL, c.test, 0, 1, &score, NULL, e));
    REFUSED(cnn_model_evaluate_slice(c.model, NULL, 0, 1, &score, NULL, e));
    REFUSED_BECAUSE("score is NULL",
                    cnn_model_evaluate_slice(c.model, c.test, 0, 1, NULL, NULL, e));
    REFUSED_BECAUSE("a slice of 0 images from 3 on, of 12",
                    cnn_model_evaluate_slice(c.model, c.test, 3, 0, &score, NULL, e));
    REFUSED(cnn_model_evaluate_slice(c.model, c.test, 0, 13, &score, NULL, e));
    REFUSED(cnn_model_evaluate_slice(c.model, c.test, 12, 1, &score, NULL, e));
    REFUSED(cnn_model_evaluate_slice(c.model, c.test, SIZE_MAX, 2, &score, NULL, e));
    REFUSED(cnn_model_evaluate_slice(c.model, c.test, 2, SIZE_MAX, &score, NULL, e));
    assert_true(score.images == 5 && score.correct == 0);
}

static void bytes_of_models_and_runs(void **state) {
    size_t size = 5;
    (void)state;
    REFUSED_BECAUSE("model is NULL", cnn_model_bytes(NULL, &size, e));
    REFUSED_BECAUSE("size is NULL", cnn_model_bytes(c.model, NULL, e));
    REFUSED_BECAUSE("run is NULL", cnn_run_bytes(NULL, &size, e));
    REFUSED_BECAUSE("size is NULL", cnn_run_bytes(c.run, NULL, e));
    assert_int_equal(size, 5);
}

static void trainers(void **state) {
    static const size_t FAR[] = {SIZE_MAX, SIZE_MAX / 2 + 1, 12, 1000};
    cnn_tensor tensor;
    (void)state;
    assert_int_equal(cnn_trainer_tensor_count(NULL), 0);
    assert_false(cnn_trainer_tensor_at(NULL, 0, &tensor));
    assert_true(cnn_trainer_tensor_at(c.trainer, 11, NULL));
    for (size_t i = 0; i < sizeof FAR / sizeof *FAR; i++)
        assert_false(cnn_trainer_tensor_at(c.trainer, FAR[i], &tensor));
    REFUSED_BECAUSE("trainer is NULL", cnn_trainer_tensor(NULL, "conv1.bias", &tensor, e));
    REFUSED_BECAUSE("name is NULL", cnn_trainer_tensor(c.trainer, NULL, &tensor, e));
    REFUSED_BECAUSE("adam keeps no tensor named \"conv1.weight\"",
                    cnn_trainer_tensor(c.trainer, "conv1.weight", &tensor, e));
    assert_true(cnn_trainer_tensor(c.trainer, "conv1.weight.exp_avg", NULL, NULL));
    assert_int_equal(cnn_trainer_get_info(NULL).step, 0);
    assert_int_equal(cnn_optimizer_kind_numbers((cnn_optimizer_kind)-1), 0);
    assert_int_equal(cnn_optimizer_kind_numbers((cnn_optimizer_kind)1000), 0);
    assert_true(cnn_trainer_get_info(NULL).correction1 == 0);
    assert_null(cnn_run_trainer(NULL));
    assert_non_null(cnn_run_trainer(c.run));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(numbers_of_a_model), TEST(images_of_a_model),
                                       TEST(slices_of_a_data_set), TEST(bytes_of_models_and_runs),
                                       TEST(trainers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
