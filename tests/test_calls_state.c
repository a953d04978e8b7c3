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

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(numbers_of_a_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
