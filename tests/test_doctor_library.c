/* The doctor as a library: from memory, without a file, and with findings as data. The other tests
 * of the doctor, which run the command, check its findings. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "command.h"
#include "doctor_result.h"
#include "doctor_sets.h"
#include "random.h"
#include "sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const cnn_doctor_options DEFAULTS = CNN_DOCTOR_OPTIONS_DEFAULT;

static cnn_doctor_options options_of(double lr) {
    cnn_doctor_options options = DEFAULTS;
    options.model.batch_size = 16;
    options.model.normalization = (cnn_normalization){0.1307f, 0.3081f};
    options.model.threads = 1;
    options.optimizer.lr = lr;
    return options;
}

/* Examined; to be freed. */
static cnn_doctor *examined(const cnn_network *network, const cnn_model *trained,
                            const cnn_dataset *images, const cnn_doctor_options *options) {
    cnn_error error;
    cnn_doctor *doctor = cnn_doctor_create(network, trained, images, options, &error);
    if (!doctor || !cnn_doctor_examine(doctor, &error))
        fail_msg("%s", error.message);
    assert_true(cnn_doctor_finding_count(doctor) > CNN_CHECK_CLASSES);
    return doctor;
}

/* The first finding of a check, which must be there. */
static cnn_finding finding_of(const cnn_doctor *doctor, cnn_check check) {
    cnn_finding finding = {.check = CNN_CHECK_CLASSES};
    for (size_t i = 0; cnn_doctor_finding_at(doctor, i, &finding); i++)
        if (finding.check == check)
            return finding;
    fail_msg("no finding of check %d", check);
    return finding;
}

/* Every finding has words, without the marks that are replaced by names of settings. */
static void assert_words(const cnn_doctor *doctor) {
    cnn_finding finding;
    for (size_t i = 0; cnn_doctor_finding_at(doctor, i, &finding); i++) {
        assert_true(strlen(finding.code) > 3 && finding.text[0] && strlen(finding.advice) > 10);
        if (strpbrk(finding.text, "{}") || strpbrk(finding.advice, "{}"))
            fail_msg("%s: %s. %s", finding.code, finding.text, finding.advice);
        assert_true(finding.verdict != CNN_VERDICT_OK || finding.setting == CNN_SETTING_NONE);
        assert_true(finding.setting != CNN_SETTING_NONE || isnan(finding.suggested));
    }
}

static void healthy_from_memory(void **state) {
    (void)state;
    cnn_dataset *images = sample_dataset(400, 1);
    const cnn_doctor_options options = options_of(0.01);
    cnn_doctor *doctor = cnn_doctor_create(c.network, NULL, images, &options, NULL);
    assert_non_null(doctor);
    assert_int_equal(cnn_doctor_held_out(doctor), 100);
    assert_int_equal(cnn_doctor_batch_size(doctor), 16);
    const unsigned long before = calls_parameters(cnn_doctor_model(doctor));
    assert_int_equal(cnn_doctor_finding_count(doctor), 0);
    assert_false(cnn_doctor_finding_at(doctor, 0, NULL) || cnn_doctor_cause(doctor, NULL));
    assert_true(cnn_doctor_examine(doctor, NULL));
    const size_t count = cnn_doctor_finding_count(doctor);
    assert_words(doctor);
    assert_false(cnn_doctor_cause(doctor, NULL));
    assert_int_equal(finding_of(doctor, CNN_CHECK_TRAINING).verdict, CNN_VERDICT_OK);
    assert_true(cnn_doctor_finding_at(doctor, count - 1, NULL));
    assert_false(cnn_doctor_finding_at(doctor, count, NULL));
    /* Its weights are unchanged; and a second call adds nothing. */
    assert_true(calls_parameters(cnn_doctor_model(doctor)) == before);
    assert_true(cnn_doctor_examine(doctor, NULL));
    assert_int_equal(cnn_doctor_finding_count(doctor), count);
    cnn_doctor_free(doctor);
    cnn_dataset_free(images);
}

/* A better value as data, and in the words of the caller. */
static void advice_as_data(void **state) {
    (void)state;
    cnn_dataset *images = sample_dataset(400, 1);
    cnn_doctor_options options = options_of(1e-7);
    cnn_finding cause;
    cnn_doctor *doctor = examined(c.network, NULL, images, &options);
    assert_words(doctor);
    assert_true(cnn_doctor_cause(doctor, &cause));
    assert_string_equal(cause.code, "rate");
    assert_int_equal(cause.verdict, CNN_VERDICT_FAIL);
    assert_int_equal(cause.setting, CNN_SETTING_LR);
    assert_true(cause.suggested > 1e-4 && cause.suggested < 1);
    assert_non_null(strstr(cause.text, ", lr\t"));
    cnn_doctor_free(doctor);
    options.setting_names[CNN_SETTING_LR] = "the slider below";
    doctor = examined(c.network, NULL, images, &options);
    assert_true(cnn_doctor_cause(doctor, &cause));
    assert_non_null(strstr(cause.text, ", the slider below\t"));
    cnn_doctor_free(doctor);
    options = options_of(cause.suggested);
    doctor = examined(c.network, NULL, images, &options);
    assert_int_equal(finding_of(doctor, CNN_CHECK_RATE).verdict, CNN_VERDICT_OK);
    cnn_doctor_free(doctor);
    cnn_dataset_free(images);
}

/* Every setting that any advice names. */
static void advice_about_each_setting(void **state) {
    (void)state;
    cnn_dataset *images = sample_dataset(400, 1);
    for (int i = 0; i < 6; i++) {
        cnn_doctor_options options = options_of(0.01);
        options.setting_names[CNN_SETTING_INIT] = "INIT";
        options.setting_names[CNN_SETTING_MEAN] = "MEAN";
        options.setting_names[CNN_SETTING_GAMMA] = "GAMMA";
        static const struct {
            cnn_check check;
            cnn_setting setting;
            double suggested;
            const char *named;
        } wanted[6] = {
            {CNN_CHECK_SYMMETRY, CNN_SETTING_INIT, NAN, "(INIT pytorch)"},
            {CNN_CHECK_PIXELS, CNN_SETTING_MEAN, NAN, "leave out MEAN and deviation"},
            {CNN_CHECK_SCHEDULE, CNN_SETTING_GAMMA, 0.1, "GAMMA 0.1"},
            {CNN_CHECK_DECAY, CNN_SETTING_WEIGHT_DECAY, 0.01, "weight_decay\t0.01"},
            {CNN_CHECK_BATCH, CNN_SETTING_BATCH_SIZE, 16, "batch_size\t16"},
            {CNN_CHECK_MOMENTUM, CNN_SETTING_MOMENTUM, 0.9, "momentum\t0.9"},
        };
        options.model.init = i == 0 ? CNN_INIT_CONSTANT : CNN_INIT_PYTORCH;
        options.model.normalization.std = i == 1 ? 1e-4f : 0.3f;
        options.schedule.kind = i == 2 ? CNN_SCHEDULE_STEP : CNN_SCHEDULE_CONSTANT;
        options.schedule.gamma = 100;
        options.optimizer.kind = i == 3   ? CNN_OPTIMIZER_ADAMW
                                 : i == 5 ? CNN_OPTIMIZER_SGD
                                          : CNN_OPTIMIZER_ADAM;
        options.optimizer.weight_decay = i == 3 ? 10 : 0;
        options.optimizer.momentum = i == 5 ? 1 : 0;
        options.model.batch_size = i == 4 ? 400 : 16;
        cnn_doctor *doctor = examined(c.network, NULL, images, &options);
        const cnn_finding finding = finding_of(doctor, wanted[i].check);
        assert_words(doctor);
        assert_int_not_equal(finding.verdict, CNN_VERDICT_OK);
        assert_int_equal(finding.setting, wanted[i].setting);
        assert_true(i < 2 ? isnan(finding.suggested) : finding.suggested > 0);
        if (!strstr(finding.advice, wanted[i].named) && !strstr(finding.text, wanted[i].named))
            fail_msg("%s: %s. %s", finding.code, finding.text, finding.advice);
        cnn_doctor_free(doctor);
    }
    cnn_dataset_free(images);
}

/* A trained model: recognized, and left unchanged. */
static void trained_from_memory(void **state) {
    (void)state;
    cnn_dataset *images = sample_dataset(400, 1);
    cnn_train_options train = CNN_TRAIN_OPTIONS_DEFAULT;
    train.optimizer.lr = 0.01;
    assert_true(cnn_train(c.model, images, NULL, &train, NULL, NULL));
    const unsigned long before = calls_parameters(c.model);
    cnn_doctor_options options = options_of(0.001);
    options.model.normalization = (cnn_normalization){100, 0.001f}; /* the model's is used */
    cnn_doctor *doctor = examined(c.network, c.model, images, &options);
    assert_true(calls_parameters(c.model) == before);
    assert_true(calls_parameters(cnn_doctor_model(doctor)) == before);
    assert_false(cnn_doctor_cause(doctor, NULL));
    assert_string_equal(finding_of(doctor, CNN_CHECK_LOSS).advice, "These weights are trained.");
    cnn_doctor_free(doctor);
    cnn_dataset_free(images);
}

/* 8x8 in, 40 units of which `dead` are dead for good, whether the rest has learned or not. */
static cnn_model *model_with_dead(size_t dead, bool learnt, const cnn_dataset *images) {
    static const char text[] = "input 8x8x1\nflatten\ndense 40\nrelu\ndense 4\n";
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, NULL, NULL);
    cnn_train_options train = CNN_TRAIN_OPTIONS_DEFAULT;
    train.optimizer.lr = 0.003;
    float biases[40];
    memcpy(biases, calls_tensor(model, "fc1.bias").data, sizeof biases);
    for (size_t i = 0; i < dead; i++)
        biases[i] = -1000;
    assert_true(cnn_model_set_tensor(model, "fc1.bias", biases, 40, NULL));
    assert_true(!learnt || cnn_train(model, images, NULL, &train, NULL, NULL));
    cnn_network_free(network);
    return model;
}

/* Training may cost a wide layer over half of its units without harm; before training, that many
 * are useless. */
static void dead_units_of_what_has_learnt(void **state) {
    static const struct {
        size_t dead;
        bool learnt;
        cnn_verdict verdict;
    } rows[] = {{19, false, CNN_VERDICT_OK},  {24, false, CNN_VERDICT_WARN},
                {24, true, CNN_VERDICT_OK},   {29, true, CNN_VERDICT_OK},
                {32, true, CNN_VERDICT_WARN}, {36, true, CNN_VERDICT_FAIL}};
    (void)state;
    cnn_dataset *images = sample_dataset(400, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const cnn_doctor_options options = options_of(0.003);
        cnn_model *model = model_with_dead(rows[i].dead, rows[i].learnt, images);
        cnn_doctor *doctor = examined(cnn_model_network(model), model, images, &options);
        const cnn_finding finding = finding_of(doctor, CNN_CHECK_DEAD);
        if (finding.verdict != rows[i].verdict)
            fail_msg("row %zu: %s", i, finding.text);
        cnn_doctor_free(doctor);
        cnn_model_free(model);
    }
    cnn_dataset_free(images);
}

/* Fewer classes in the data than outputs: each label has its output, and in noise so large that
 * nothing is learned from it the other classes are predicted too. */
static void fewer_classes_than_outputs(void **state) {
    static const char text[] = "input 8x8x1\nflatten\ndense 40\n";
    static const cnn_dataset_info info = {400, 8, 8, 1, 4};
    static uint8_t pixels[400 * 64];
    static uint32_t labels[400];
    (void)state;
    random_state random = random_seeded(1, 0);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)random_bits(&random);
    for (uint32_t i = 0; i < 400; i++)
        labels[i] = i % 4;
    cnn_dataset *images = cnn_dataset_create(&info, pixels, labels, NULL);
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_doctor_options options = options_of(1e-9);
    options.model.normalization = (cnn_normalization){0.5f, 1e-3f};
    cnn_doctor *doctor = examined(network, NULL, images, &options);
    assert_words(doctor);
    assert_int_equal(finding_of(doctor, CNN_CHECK_CLASSES).verdict, CNN_VERDICT_OK);
    cnn_doctor_free(doctor);
    cnn_network_free(network);
    cnn_dataset_free(images);
}

static void what_does_not_belong_together(void **state) {
    static const char three[] = "input 8x8x1\nflatten\ndense 3\n";
    static const char small[] = "input 4x4x1\nflatten\ndense 4\n";
    static const char wider[] = "input 8x8x1\nconv2d 4 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\n"
                                "dense 9\nrelu\ndense 4\n";
    cnn_network *networks[] = {cnn_network_parse(three, strlen(three), NULL),
                               cnn_network_parse(small, strlen(small), NULL),
                               cnn_network_parse(wider, strlen(wider), NULL)};
    cnn_doctor_options options = options_of(0.01);
    (void)state;
    REFUSED(cnn_doctor_create(networks[0], NULL, c.train, &options, e));
    REFUSED(cnn_doctor_create(networks[1], NULL, c.train, &options, e));
    REFUSED_BECAUSE("the trained model is of another network: its fc1 differs",
                    cnn_doctor_create(networks[2], c.model, c.train, &options, e));
    for (size_t i = 0; i < 3; i++)
        cnn_network_free(networks[i]);
    options.model.batch_size = 0;
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
    options = options_of(NAN);
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
    options = options_of(0.01);
    options.optimizer.kind = (cnn_optimizer_kind)7;
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
    options = options_of(0.01);
    options.schedule.kind = (cnn_schedule_kind)7;
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
    options = options_of(0.01);
    options.model.init = (cnn_init)7;
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
    options = options_of(0.01);
    options.model.backend = "none";
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &options, e));
}

static uint32_t same(uint32_t i) {
    return i;
}
static uint32_t quarter_of(uint32_t i) {
    return i % 4;
}

/* One examination, by the command or by a program, on any number of threads. */
static void as_the_command_finds(void **state) {
    static const doctor_set even = {"even", 512, same, quarter_of, false};
    char path[192];
    doctor_folder_create(state);
    doctor_set_create(&even);
    snprintf(path, sizeof path, "%s/even", command_folder);
    cnn_dataset *images = cnn_dataset_load(path, CNN_SPLIT_TRAIN, 4, NULL);
    snprintf(path, sizeof path, "%s/wide.net", command_folder);
    cnn_network *network = cnn_network_load(path, NULL);
    cnn_doctor_options options = options_of(1e-7);
    options.setting_names[CNN_SETTING_LR] = "--lr";
    options.model.threads = 3;
    options.model.normalization = cnn_dataset_measure(images);
    json_t *result =
        doctor_examine("doctor @/wide.net --data @/even --batch-size 16 --lr 1e-7 --json");
    const json_t *list = json_object_get(result, "findings");
    cnn_doctor *doctor = examined(network, NULL, images, &options);
    assert_int_equal(cnn_doctor_finding_count(doctor), json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        cnn_finding finding;
        const json_t *one = json_array_get(list, i);
        assert_true(cnn_doctor_finding_at(doctor, i, &finding));
        assert_string_equal(finding.code, doctor_text(one, "id"));
        assert_string_equal(finding.text, doctor_text(one, "text"));
        assert_string_equal(finding.advice, doctor_text(one, "advice"));
    }
    json_decref(result);
    cnn_doctor_free(doctor);
    cnn_network_free(network);
    cnn_dataset_free(images);
    command_folder_remove(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(healthy_from_memory),           TEST(advice_as_data),
        TEST(advice_about_each_setting),     TEST(trained_from_memory),
        TEST(dead_units_of_what_has_learnt), TEST(fewer_classes_than_outputs),
        TEST(what_does_not_belong_together), cmocka_unit_test(as_the_command_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
