/* Rules that hold for all of the interface: options by pointer, of which NULL means the defaults;
 * room for later versions, which has to be 0; versions; kinds that do not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "sample.h"

#include <stdio.h>
#include <string.h>

#define LAST (CNN_RESERVED - 1)

static void versions_agree(void **state) {
    char text[32];
    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", CNN_VERSION_MAJOR, CNN_VERSION_MINOR,
             CNN_VERSION_PATCH);
    assert_string_equal(text, CNN_VERSION);
    assert_string_equal(text, cnn_version());
}

static void layers_by_default(void **state) {
    cnn_network *network = cnn_network_create(6, 4, 1, NULL);
    cnn_layer_info info;
    (void)state;
    assert_true(cnn_network_leakyrelu(network, NULL, NULL));
    assert_true(cnn_network_layer_at(network, 1, &info) && info.value == 0.01);
    assert_true(cnn_network_avgpool2d(network, NULL, NULL));
    assert_true(cnn_network_layer_at(network, 2, &info) && info.kernel.h == 6 && info.height == 1);
    /* A size without a default. */
    REFUSED(cnn_network_conv2d(network, NULL, e));
    REFUSED(cnn_network_maxpool2d(network, NULL, e));
    REFUSED(cnn_network_dense(network, NULL, e));
    cnn_network_free(network);
}

static void layers_keep_room(void **state) {
    cnn_network *network = cnn_network_create(6, 4, 1, NULL);
    const cnn_pair one = {1, 1};
    (void)state;
    REFUSED(cnn_network_conv2d(
        network, &(cnn_conv2d_options){.channels = 1, .kernel = one, .reserved = {[LAST] = 1}}, e));
    REFUSED(cnn_network_leakyrelu(network, &(cnn_leakyrelu_options){.reserved = {[LAST] = 1}}, e));
    REFUSED(cnn_network_maxpool2d(
        network, &(cnn_maxpool2d_options){.window = one, .reserved = {[LAST] = 1}}, e));
    REFUSED(cnn_network_avgpool2d(network, &(cnn_avgpool2d_options){.reserved = {1}}, e));
    assert_true(cnn_network_flatten(network, NULL));
    REFUSED(cnn_network_dense(network, &(cnn_dense_options){.outputs = 1, .reserved = {[LAST] = 1}},
                              e));
    assert_int_equal(cnn_network_layer_count(network), 1);
    cnn_network_free(network);
}

static void options_keep_room(void **state) {
    cnn_model_options model = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_gradcheck_options gradcheck = CNN_GRADCHECK_OPTIONS_DEFAULT;
    cnn_doctor_options doctor = CNN_DOCTOR_OPTIONS_DEFAULT;
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    cnn_train_options train = CNN_TRAIN_OPTIONS_DEFAULT;
    cnn_pictures pictures = cnn_model_pictures(c.model, false);
    (void)state;
    model.reserved[LAST] = gradcheck.reserved[LAST] = doctor.reserved[LAST] = 1;
    optimizer.reserved[LAST] = schedule.reserved[LAST] = train.reserved[LAST] = 1;
    pictures.reserved[LAST] = 1;
    REFUSED(cnn_model_create(c.network, &model, e));
    REFUSED(cnn_gradcheck(c.network, &gradcheck, NULL, NULL, NULL, e));
    REFUSED(cnn_doctor_create(c.network, NULL, c.train, &doctor, e));
    REFUSED(cnn_trainer_create(c.model, &optimizer, NULL, e));
    REFUSED(cnn_trainer_create(c.model, NULL, &schedule, e));
    REFUSED(cnn_run_create(c.model, c.train, NULL, &train, e));
    REFUSED(cnn_dataset_load_pictures("anywhere", &pictures, e));
}

/* cnn_trainer_create() with neither is Adam at a constant rate: one step moves as that does. */
static void a_trainer_by_default(void **state) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    (void)state;
    cnn_model *models[] = {sample_model(4, 1), sample_model(4, 1)};
    for (size_t i = 0; i < 2; i++) {
        cnn_trainer *trainer = cnn_trainer_create(models[i], i ? &adam : NULL, NULL, NULL);
        cnn_tensor weights;
        assert_true(cnn_model_set_batch(models[i], c.train, (uint32_t[]){0, 1}, 2, NULL));
        cnn_train_step(trainer);
        assert_true(cnn_model_tensor(models[i], "fc1.weight", &weights, NULL));
        cnn_trainer_free(trainer);
    }
    cnn_tensor a, b;
    assert_true(cnn_model_tensor(models[0], "fc1.weight", &a, NULL));
    assert_true(cnn_model_tensor(models[1], "fc1.weight", &b, NULL));
    assert_memory_equal(a.data, b.data, a.shape[0] * a.shape[1] * sizeof(float));
    cnn_model_free(models[0]);
    cnn_model_free(models[1]);
}

/* Without data the normalization is unknown: pixels enter as 0 to 1. */
static void no_normalization_by_default(void **state) {
    cnn_model *model = cnn_model_create(c.network, NULL, NULL);
    (void)state;
    const cnn_normalization by = cnn_model_normalization(model);
    assert_true(by.mean == 0 && by.std == 1);
    cnn_model_free(model);
}

static void a_copy_is_apart(void **state) {
    char text[512], copied[512];
    (void)state;
    cnn_network *copy = cnn_network_copy(c.network, NULL);
    cnn_network_text(c.network, text, sizeof text);
    cnn_network_text(copy, copied, sizeof copied);
    assert_string_equal(text, copied);
    assert_true(cnn_network_dense(copy, &(cnn_dense_options){.outputs = 3}, NULL));
    assert_int_equal(cnn_network_layer_count(copy), cnn_network_layer_count(c.network) + 1);
    cnn_network_free(copy);
    REFUSED(cnn_network_copy(NULL, e));
}

static void no_such_preprocessing(void **state) {
    cnn_pictures pictures = cnn_model_pictures(c.model, false);
    (void)state;
    pictures.preprocessing = (cnn_preprocessing)2;
    REFUSED(cnn_dataset_load_pictures("anywhere", &pictures, e));
    REFUSED(cnn_model_set_preprocessing(c.model, (cnn_preprocessing)2, e));
    assert_int_equal(cnn_model_preprocessing(c.model), CNN_PREPROCESSING_RESIZE);
    assert_true(cnn_model_set_preprocessing(c.model, CNN_PREPROCESSING_MNIST, NULL));
    assert_int_equal(cnn_model_preprocessing(c.model), CNN_PREPROCESSING_MNIST);
    assert_true(cnn_model_set_preprocessing(c.model, CNN_PREPROCESSING_RESIZE, NULL));
}

/* More classes than a byte can count. */
static void labels_beyond_a_byte(void **state) {
    const uint8_t pixels[2] = {0};
    const uint32_t labels[2] = {255, 1000};
    (void)state;
    cnn_dataset *set =
        cnn_dataset_create(&(cnn_dataset_info){2, 1, 1, 1, 1001}, pixels, labels, NULL);
    assert_int_equal(cnn_dataset_label_at(set, 1), 1000);
    cnn_dataset_free(set);
    REFUSED(cnn_dataset_create(&(cnn_dataset_info){2, 1, 1, 1, 1000}, pixels, labels, e));
    assert_string_equal(calls_error.message, "label 1000 of image 1 is not below 1000");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(versions_agree),    TEST(layers_by_default),     TEST(layers_keep_room),
        TEST(options_keep_room), TEST(a_trainer_by_default),  TEST(no_normalization_by_default),
        TEST(a_copy_is_apart),   TEST(no_such_preprocessing), TEST(labels_beyond_a_byte),
    };
    return cmocka_run_group_tests_name("calls_rules", tests, NULL, NULL);
}
