/* Calls every function of include/, here and in tests/test_calls_*.c, with invalid arguments:
 * test_calls_all.c proves it. This file has NULLs, enumerators and indices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------------------------------- NULL */

static const cnn_conv2d_options CONV = {.channels = 1, .kernel = {1, 1}};
static const cnn_maxpool2d_options POOL = {.window = {1, 1}};
static const cnn_dense_options DENSE = {.outputs = 1};

static void null_networks(void **state) {
    cnn_layer_info info;
    char text[8] = "before";
    (void)state;
    REFUSED(cnn_network_conv2d(NULL, &CONV, e));
    REFUSED(cnn_network_relu(NULL, e));
    REFUSED(cnn_network_maxpool2d(NULL, &POOL, e));
    REFUSED(cnn_network_flatten(NULL, e));
    REFUSED(cnn_network_dense(NULL, &DENSE, e));
    REFUSED(cnn_network_parse(NULL, 5, e));
    REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_parse(NULL, 0, e));
    REFUSED(cnn_network_load(NULL, e));
    assert_int_equal(cnn_network_layer_count(NULL) + cnn_network_parameter_count(NULL), 0);
    assert_int_equal(cnn_network_class_count(NULL), 0);
    assert_false(cnn_network_layer_at(NULL, 0, &info));
    assert_true(cnn_network_layer_at(c.network, 0, NULL));
    assert_int_equal(cnn_network_text(NULL, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_true(cnn_network_text(c.network, NULL, 100) > 50);
    cnn_network_free(NULL);
    REFUSED(cnn_gradcheck(NULL, NULL, NULL, NULL, NULL, e));
    assert_true(cnn_gradcheck(c.network, NULL, NULL, NULL, NULL, NULL));
}

static void null_doctors(void **state) {
    (void)state;
    REFUSED(cnn_doctor_create(NULL, NULL, c.train, NULL, e));
    REFUSED(cnn_doctor_create(c.network, NULL, NULL, NULL, e));
    REFUSED(cnn_doctor_examine(NULL, e));
    assert_null(cnn_doctor_model(NULL));
    assert_int_equal(cnn_doctor_held_out(NULL) + cnn_doctor_batch_size(NULL), 0);
    assert_int_equal(cnn_doctor_finding_count(NULL), 0);
    assert_false(cnn_doctor_finding_at(NULL, 0, NULL));
    assert_false(cnn_doctor_cause(NULL, NULL));
    cnn_doctor_free(NULL);
}

static void null_data(void **state) {
    static const cnn_dataset_info INFO = {1, 1, 1, 1, 2};
    static const char *const NAMES[] = {"a", NULL};
    const cnn_pictures named = {.height = 1, .width = 1, .channels = 1, .classes = 2, NAMES};
    const cnn_pictures pictures = {.height = 1, .width = 1, .channels = 1};
    const uint8_t zero = 0;
    const uint32_t label = 0;
    (void)state;
    REFUSED(cnn_dataset_create(NULL, &zero, &label, e));
    REFUSED(cnn_dataset_create(&INFO, NULL, &label, e));
    REFUSED(cnn_dataset_create(&INFO, &zero, NULL, e));
    REFUSED(cnn_dataset_from_idx(NULL, 5, &zero, 1, 0, e));
    REFUSED(cnn_dataset_from_idx(NULL, 0, NULL, 0, 0, e));
    REFUSED(cnn_dataset_load(NULL, CNN_SPLIT_TRAIN, 0, e));
    REFUSED(cnn_dataset_load_pictures(NULL, &pictures, e));
    REFUSED(cnn_dataset_load_pictures("tests", NULL, e));
    REFUSED(cnn_dataset_load_pictures("tests", &named, e));
    REFUSED(cnn_dataset_truncate(NULL, 1, e));
    REFUSED(cnn_dataset_append(NULL, c.test, e));
    REFUSED(cnn_dataset_append(c.train, NULL, e));
    assert_int_equal(cnn_dataset_look(NULL, CNN_SPLIT_TRAIN), CNN_IDX_NONE);
    assert_int_equal(cnn_dataset_look("tests", (cnn_split)7), CNN_IDX_NONE);
    assert_int_equal(cnn_dataset_get_info(NULL).images, 0);
    assert_null(cnn_dataset_image_at(NULL, 0));
    assert_true(cnn_dataset_label_at(NULL, 0) == SIZE_MAX);
    assert_null(cnn_dataset_class_at(NULL, 0));
    assert_true(cnn_dataset_measure(NULL).std == 0);
    assert_false(cnn_dataset_preprocessing(NULL));
    cnn_dataset_free(NULL);
}

static void null_pictures(void **state) {
    uint8_t pixels[4];
    (void)state;
    REFUSED(cnn_picture_parse(NULL, 8, 1, e));
    REFUSED(cnn_picture_load(NULL, 1, e));
    REFUSED(cnn_picture_create(2, 2, 1, NULL, e));
    REFUSED(cnn_picture_create_rgba(2, 2, NULL, e));
    REFUSED(cnn_picture_resize(NULL, 2, 2, pixels, e));
    REFUSED(cnn_picture_resize(c.picture, 2, 2, NULL, e));
    REFUSED(cnn_picture_fit(NULL, 2, 2, pixels, e));
    REFUSED(cnn_picture_fit(c.picture, 2, 2, NULL, e));
    REFUSED(cnn_model_prepare(NULL, c.picture, true, pixels, e));
    REFUSED(cnn_model_prepare(c.model, NULL, true, pixels, e));
    REFUSED(cnn_model_prepare(c.model, c.picture, true, NULL, e));
    assert_int_equal(cnn_model_pictures(NULL, true).height, 0);
    assert_int_equal(cnn_model_pictures(c.model, true).height, 8);
    assert_false(cnn_picture_ignored(NULL));
    assert_false(cnn_picture_ignored(""));
    assert_int_equal(cnn_picture_height(NULL) + cnn_picture_width(NULL), 0);
    assert_int_equal(cnn_picture_channels(NULL), 0);
    assert_null(cnn_picture_pixels(NULL));
    cnn_picture_free(NULL);
}

static void null_models(void **state) {
    (void)state;
    REFUSED(cnn_model_create(NULL, NULL, e));
    REFUSED(cnn_model_load(NULL, NULL, e));
    REFUSED(cnn_model_parse(NULL, 9, NULL, e));
    REFUSED(cnn_model_save(NULL, "/dev/null", e));
    REFUSED(cnn_model_save(c.model, NULL, e));
    REFUSED(cnn_model_load_weights(NULL, "/dev/null", e));
    REFUSED(cnn_model_load_weights(c.model, NULL, e));
    REFUSED(cnn_model_parse_weights(NULL, "", 1, e));
    REFUSED(cnn_model_parse_weights(c.model, NULL, 1, e));
    REFUSED(cnn_model_file_parse(NULL, 9, e));
    assert_null(cnn_model_file_network(NULL));
    assert_null(cnn_model_file_class_at(NULL, 0));
    assert_true(cnn_model_file_normalization(NULL).std == 0);
    assert_false(cnn_model_file_preprocessing(NULL));
    cnn_model_file_free(NULL);
    REFUSED_BECAUSE("name is NULL", cnn_model_set_class(c.model, 0, NULL, e));
    REFUSED(cnn_model_set_class(NULL, 0, "a", e));
    REFUSED(cnn_model_tensor(c.model, NULL, NULL, e));
    REFUSED(cnn_model_tensor(NULL, "input", NULL, e));
    assert_true(cnn_model_tensor(c.model, "input", NULL, NULL));
    assert_false(cnn_model_tensor_at(NULL, 0, NULL));
    assert_true(cnn_model_tensor_at(c.model, 0, NULL));
    assert_int_equal(cnn_model_tensor_count(NULL), 0);
    assert_null(cnn_model_network(NULL));
    assert_true(cnn_model_normalization(NULL).std == 0);
    assert_int_equal(cnn_model_batch_size(NULL) + cnn_model_threads(NULL), 0);
    assert_null(cnn_model_backend(NULL));
    assert_int_equal(cnn_model_memory(NULL).total, 0);
    assert_null(cnn_model_class_at(NULL, 0));
    assert_false(cnn_model_preprocessing(NULL));
    REFUSED(cnn_model_set_preprocessing(NULL, CNN_PREPROCESSING_MNIST, e));
    assert_int_equal(cnn_model_profile(NULL, NULL, 0), 0);
    assert_int_equal(cnn_model_program(NULL, CNN_PROGRAM_TRAIN, 1, NULL, 0), 0);
    assert_null(cnn_work_name((cnn_work)(CNN_WORK_UPDATE + 1)));
    assert_null(cnn_work_name((cnn_work)-1));
    assert_null(cnn_cut_name((cnn_cut)(CNN_CUT_ELEMENTS + 1)));
    assert_null(cnn_cut_name((cnn_cut)-1));
    assert_int_equal(cnn_model_program(c.model, (cnn_program)77, 1, NULL, 0), 0);
    assert_int_equal(cnn_model_program(c.model, CNN_PROGRAM_TRAIN, 0, NULL, SIZE_MAX), 0);
    assert_int_equal(cnn_model_program(c.model, CNN_PROGRAM_TRAIN, SIZE_MAX, NULL, 0), 0);
    assert_true(cnn_model_program(c.model, CNN_PROGRAM_TRAIN, 1, NULL, SIZE_MAX) > 5);
    assert_true(cnn_model_profile(c.model, NULL, SIZE_MAX) > 5);
    cnn_model_free(NULL);
}

static void null_passes(void **state) {
    const uint8_t image[64] = {0};
    const float x[64] = {0};
    const uint32_t index = 0;
    float p[4];
    cnn_score score;
    (void)state;
    REFUSED(cnn_model_set_batch(NULL, c.train, &index, 1, e));
    REFUSED(cnn_model_set_batch(c.model, NULL, &index, 1, e));
    REFUSED(cnn_model_set_batch(c.model, c.train, NULL, 1, e));
    REFUSED(cnn_model_set_input(NULL, x, &index, 1, e));
    REFUSED(cnn_model_set_input(c.model, NULL, &index, 1, e));
    REFUSED(cnn_model_predict(NULL, image, 1, p, e));
    REFUSED(cnn_model_predict(c.model, NULL, 1, p, e));
    REFUSED(cnn_model_predict(c.model, image, 1, NULL, e));
    REFUSED(cnn_model_evaluate(NULL, c.test, &score, NULL, e));
    REFUSED(cnn_model_evaluate(c.model, NULL, &score, NULL, e));
    REFUSED(cnn_model_evaluate(c.model, c.test, NULL, NULL, e));
    cnn_model_forward(NULL);
    cnn_model_backward(NULL);
    assert_true(isnan(cnn_model_loss(NULL)));
}

static void null_training(void **state) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    const cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    cnn_optimizer changed = adam;
    (void)state;
    cnn_schedule_apply(NULL, 0, &changed);
    cnn_schedule_apply(&schedule, 0, NULL);
    assert_true(changed.lr == adam.lr);
    assert_false(cnn_optimizer_kind_of(NULL, &changed.kind));
    assert_false(cnn_schedule_kind_of(NULL, NULL));
    REFUSED(cnn_trainer_create(NULL, &adam, NULL, e));
    cnn_trainer_update(NULL);
    assert_true(isnan(cnn_train_step(NULL)));
    cnn_trainer_free(NULL);
    REFUSED(cnn_train(NULL, c.train, c.test, NULL, NULL, e));
    REFUSED(cnn_train(c.model, NULL, c.test, NULL, NULL, e));
    REFUSED(cnn_run_create(NULL, c.train, c.test, NULL, e));
    REFUSED(cnn_run_create(c.model, NULL, c.test, NULL, e));
    REFUSED(cnn_run_train(NULL, NULL, e));
    REFUSED(cnn_run_set_note(NULL, "note", e));
    assert_true(cnn_run_set_note(c.run, NULL, e));
    REFUSED(cnn_run_save(NULL, "/dev/null", e));
    REFUSED(cnn_run_save(c.run, NULL, e));
    assert_int_equal(cnn_run_get_info(NULL).epochs, 0);
    assert_null(cnn_run_history(NULL));
    cnn_run_free(NULL);
}

static void null_files(void **state) {
    char text[8] = "before";
    (void)state;
    assert_string_equal(cnn_version(), CNN_VERSION);
    assert_int_equal(cnn_file_kind_of(NULL, 5, NULL), CNN_FILE_EMPTY);
    assert_int_equal(cnn_file_kind_of("", 0, NULL), CNN_FILE_EMPTY);
    /* These have no argument that could be wrong. */
    assert_int_equal(cnn_gradcheck_options_defaults().batch_size, 2);
    assert_int_equal(cnn_model_options_defaults().batch_size, 64);
    assert_int_equal(cnn_doctor_options_defaults().model.batch_size, 64);
    assert_int_equal(cnn_optimizer_defaults().kind, CNN_OPTIMIZER_ADAM);
    assert_int_equal(cnn_schedule_defaults().kind, CNN_SCHEDULE_CONSTANT);
    assert_int_equal(cnn_train_options_defaults().epochs, 5);
    cnn_text_clean(NULL);
    assert_int_equal(cnn_text_character(NULL, NULL) + cnn_text_character("", NULL), 0);
    cnn_error_text(NULL, text, sizeof text);
    assert_string_equal(text, "");
    cnn_error_text(&calls_error, NULL, 10);
    cnn_error_text(&calls_error, text, 0);
    REFUSED(cnn_file_save(NULL, "a", 1, e));
    REFUSED(cnn_file_save("/dev/null", NULL, 1, e));
    assert_true(cnn_file_save("/dev/null", NULL, 0, e));
    REFUSED(cnn_checkpoint_load(NULL, e));
    REFUSED(cnn_checkpoint_parse(NULL, 5, e));
    REFUSED(cnn_checkpoint_model(NULL, NULL, e));
    REFUSED(cnn_run_resume(NULL, c.model, c.train, c.test, NULL, NULL, e));
    assert_int_equal(cnn_checkpoint_options(NULL).epochs, 0);
    assert_int_equal(cnn_checkpoint_batch_size(NULL), 0);
    assert_null(cnn_checkpoint_network(NULL));
    assert_string_equal(cnn_checkpoint_note(NULL), "");
    cnn_checkpoint_free(NULL);
    REFUSED(cnn_trace_add(NULL, c.model, CNN_TRACE_PARAMETERS, "", e));
    REFUSED(cnn_trace_add(c.trace, NULL, CNN_TRACE_PARAMETERS, "", e));
    REFUSED(cnn_trace_add(c.trace, c.model, CNN_TRACE_PARAMETERS, NULL, e));
    REFUSED(cnn_trace_add_value(NULL, "a", 1, e));
    REFUSED(cnn_trace_add_value(c.trace, NULL, 1, e));
    REFUSED(cnn_trace_save(NULL, "/dev/null", e));
    REFUSED(cnn_trace_save(c.trace, NULL, e));
    assert_non_null(c.trace);
    cnn_trace_free(NULL);
    cnn_trace *made = cnn_trace_create(NULL);
    assert_non_null(made);
    cnn_trace_free(made);
}

/* ---------------------------------------------------------------------- enumerators and indices */

static const int BEYOND[] = {-1, 4, 9, 1000000, INT32_MAX, INT32_MIN};

/* The first kinds that do not exist. */
static int optimizers(void) {
    int kind = 0;
    while (cnn_optimizer_kind_name((cnn_optimizer_kind)kind))
        kind++;
    return kind;
}

static int schedules(void) {
    int kind = 0;
    while (cnn_schedule_kind_name((cnn_schedule_kind)kind))
        kind++;
    return kind;
}

static void enumerators_beyond(void **state) {
    const int rules = optimizers(), courses = schedules();
    (void)state;
    for (size_t i = 0; i < sizeof BEYOND / sizeof *BEYOND; i++) {
        cnn_model_options model = CNN_MODEL_OPTIONS_DEFAULT;
        cnn_train_options train = CNN_TRAIN_OPTIONS_DEFAULT, scheduled = train;
        const cnn_optimizer before = train.optimizer;
        model.init = (cnn_init)BEYOND[i];
        train.optimizer.kind = (cnn_optimizer_kind)(BEYOND[i] == 4 ? rules : BEYOND[i]);
        scheduled.schedule.kind = (cnn_schedule_kind)(BEYOND[i] == 4 ? courses : BEYOND[i]);
        REFUSED(cnn_model_create(c.network, &model, e));
        REFUSED_BECAUSE("no such kind of optimizer",
                        cnn_trainer_create(c.model, &train.optimizer, NULL, e));
        REFUSED(cnn_trainer_create(c.model, &before, &scheduled.schedule, e));
        REFUSED(cnn_run_create(c.model, c.train, NULL, &train, e));
        REFUSED_BECAUSE("no such kind of schedule",
                        cnn_train(c.model, c.train, NULL, &scheduled, NULL, e));
        cnn_schedule_apply(&scheduled.schedule, 3, &train.optimizer);
        assert_true(train.optimizer.lr == before.lr && train.optimizer.beta1 == before.beta1);
        assert_null(cnn_optimizer_kind_name(train.optimizer.kind));
        assert_null(cnn_schedule_kind_name(scheduled.schedule.kind));
        REFUSED(cnn_dataset_load("data/mnist", (cnn_split)BEYOND[i], 10, e));
        REFUSED(cnn_trace_add(c.trace, c.model, (cnn_trace_part)BEYOND[i], "a", e));
    }
}

static void indices_beyond(void **state) {
    static const size_t FAR[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, 1000};
    cnn_layer_info info;
    cnn_tensor tensor;
    cnn_backend backend;
    (void)state;
    for (size_t i = 0; i < sizeof FAR / sizeof *FAR; i++) {
        assert_null(cnn_model_class_at(c.model, FAR[i]));
        REFUSED(cnn_model_set_class(c.model, FAR[i], "a", e));
        assert_null(cnn_dataset_image_at(c.train, FAR[i]));
        assert_true(cnn_dataset_label_at(c.train, FAR[i]) == SIZE_MAX);
        assert_null(cnn_dataset_class_at(c.train, FAR[i]));
        assert_false(cnn_network_layer_at(c.network, FAR[i], &info));
        assert_false(cnn_model_tensor_at(c.model, FAR[i], &tensor));
        assert_false(cnn_backend_at(FAR[i], &backend));
    }
    assert_true(cnn_backend_at(0, NULL));
    assert_null(cnn_model_class_at(c.model, 4));
    assert_string_equal(cnn_model_class_at(c.model, 3), "3");
    assert_null(cnn_dataset_class_at(c.train, 4));
    assert_null(cnn_dataset_image_at(c.train, 24));
    assert_true(cnn_dataset_label_at(c.train, 24) == SIZE_MAX &&
                cnn_dataset_label_at(c.train, 23) == 3);
    assert_true(cnn_dataset_truncate(c.train, 7, NULL));
    assert_null(cnn_dataset_image_at(c.train, 7));
    assert_non_null(cnn_dataset_image_at(c.train, 6));
    assert_int_equal(cnn_dataset_get_info(c.train).images, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(null_networks),      TEST(null_doctors),   TEST(null_data),     TEST(null_pictures),
        TEST(null_models),        TEST(null_passes),    TEST(null_training), TEST(null_files),
        TEST(enumerators_beyond), TEST(indices_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
