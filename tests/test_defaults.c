/* Defaults: each macro and the equivalent call for other languages agree, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

/* They are constants too, where C requires one. */
static const cnn_model_options MODEL = CNN_MODEL_OPTIONS_DEFAULT;
static const cnn_optimizer OPTIMIZER = CNN_OPTIMIZER_DEFAULT;
static const cnn_schedule SCHEDULE = CNN_SCHEDULE_DEFAULT;
static const cnn_train_options TRAIN = CNN_TRAIN_OPTIONS_DEFAULT;
static const cnn_doctor_options DOCTOR = CNN_DOCTOR_OPTIONS_DEFAULT;
static const cnn_gradcheck_options GRADCHECK = CNN_GRADCHECK_OPTIONS_DEFAULT;

#define SAME(a, b, field) assert_true((a).field == (b).field)

static void assert_same_model(cnn_model_options a, cnn_model_options b) {
    SAME(a, b, batch_size);
    SAME(a, b, threads);
    SAME(a, b, seed);
    SAME(a, b, init);
    SAME(a, b, constant);
    SAME(a, b, input_gradient);
    SAME(a, b, every_layer);
    SAME(a, b, normalization.mean);
    SAME(a, b, normalization.std);
    SAME(a, b, profile);
    SAME(a, b, backend);
    SAME(a, b, debug_mistake);
    assert_int_equal(a.batch_size, 64);
    assert_true(a.normalization.mean == 0 && a.normalization.std == 1);
}

static void test_model_options(void **state) {
    (void)state;
    assert_same_model(cnn_model_options_defaults(), MODEL);
}

static void assert_same_optimizer(cnn_optimizer a, cnn_optimizer b) {
    SAME(a, b, kind);
    SAME(a, b, lr);
    SAME(a, b, momentum);
    SAME(a, b, nesterov);
    SAME(a, b, weight_decay);
    SAME(a, b, beta1);
    SAME(a, b, beta2);
    SAME(a, b, epsilon);
    assert_true(a.kind == CNN_OPTIMIZER_ADAM && a.lr == 0.001 && a.epsilon == 1e-8);
}

static void assert_same_schedule(cnn_schedule a, cnn_schedule b) {
    SAME(a, b, kind);
    SAME(a, b, total_steps);
    SAME(a, b, step_size);
    SAME(a, b, gamma);
    SAME(a, b, min_lr);
    SAME(a, b, warmup);
    SAME(a, b, div_factor);
    SAME(a, b, final_div_factor);
    SAME(a, b, base_momentum);
    SAME(a, b, max_momentum);
    assert_true(a.kind == CNN_SCHEDULE_CONSTANT && a.gamma == 0.1 && a.max_momentum == 0.95);
}

static void test_optimizer_and_schedule(void **state) {
    (void)state;
    assert_same_optimizer(cnn_optimizer_defaults(), OPTIMIZER);
    assert_same_schedule(cnn_schedule_defaults(), SCHEDULE);
}

static void test_train_options(void **state) {
    const cnn_train_options called = cnn_train_options_defaults();
    (void)state;
    SAME(called, TRAIN, epochs);
    SAME(called, TRAIN, seed);
    SAME(called, TRAIN, validation);
    SAME(called, TRAIN, progress);
    SAME(called, TRAIN, context);
    assert_same_optimizer(called.optimizer, TRAIN.optimizer);
    assert_same_schedule(called.schedule, TRAIN.schedule);
    assert_int_equal(called.epochs, 5);
}

static void test_gradcheck_options(void **state) {
    const cnn_gradcheck_options called = cnn_gradcheck_options_defaults();
    (void)state;
    SAME(called, GRADCHECK, batch_size);
    SAME(called, GRADCHECK, seed);
    SAME(called, GRADCHECK, samples);
    SAME(called, GRADCHECK, debug_break_layer);
    SAME(called, GRADCHECK, debug_mistake);
    assert_int_equal(called.samples, 200);
}

static void test_doctor_options(void **state) {
    const cnn_doctor_options called = cnn_doctor_options_defaults();
    (void)state;
    assert_same_model(called.model, DOCTOR.model);
    assert_same_optimizer(called.optimizer, DOCTOR.optimizer);
    assert_same_schedule(called.schedule, DOCTOR.schedule);
    for (size_t i = 0; i < CNN_SETTING_COUNT; i++) {
        SAME(called, DOCTOR, setting_names[i]);
        assert_null(called.setting_names[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_options),  cmocka_unit_test(test_optimizer_and_schedule),
        cmocka_unit_test(test_train_options),  cmocka_unit_test(test_gradcheck_options),
        cmocka_unit_test(test_doctor_options),
    };
    return cmocka_run_group_tests_name("defaults", tests, NULL, NULL);
}
