/* The profile of a model: rows and names, images, times against the clock, and work against counts
 * by hand. Profiling changes no number. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "model.h"
#include "needed.h"
#include "sample.h"

enum { IMAGES = 40, BATCH = 16, EPOCHS = 3, ROWS_MAX = 16 };

/* Takes the network. */
static cnn_model *model_of(cnn_network *network, bool profile, bool every_layer, size_t threads) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    assert_non_null(network);
    options.batch_size = BATCH;
    options.threads = threads;
    options.profile = profile;
    options.every_layer = every_layer;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

static cnn_model *model_with(bool profile, bool every_layer, size_t threads) {
    return model_of(sample_network(), profile, every_layer, threads);
}

/* Returns seconds on the clock. */
static double train(cnn_model *model) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = EPOCHS;
    cnn_dataset *data = sample_dataset(IMAGES, 1);
    const double begun = clock_seconds();
    assert_true(cnn_train(model, data, data, &options, NULL, NULL));
    const double seconds = clock_seconds() - begun;
    cnn_dataset_free(data);
    return seconds;
}

/* One row of a model by name. */
static cnn_profile_row row_named(const cnn_model *model, const char *name) {
    cnn_profile_row rows[ROWS_MAX];
    const size_t count = cnn_model_profile(model, rows, ROWS_MAX);
    assert_in_range(count, 1, ROWS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(rows[i].name, name))
            return rows[i];
    fail_msg("no row %s", name);
    return rows[0];
}

static void assert_names(bool every_layer, const char *const *names) {
    cnn_profile_row rows[ROWS_MAX];
    cnn_model *model = model_with(false, every_layer, 1);
    const size_t count = cnn_model_profile(model, rows, ROWS_MAX);
    assert_int_equal(cnn_model_profile(model, NULL, 0), count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(rows[i].name, names[i]);
    assert_null(names[count]);
    assert_int_equal(rows[0].first, 1);
    assert_int_equal(rows[count - 1].first, 0);
    cnn_model_free(model);
}

static void test_names(void **state) {
    static const char *const layers[] = {"conv1",  "relu1",   "pool1",  "flatten1", "fc1",
                                         "relu2",  "fc2",     "gather", "loss",     "update",
                                         "reduce", "waiting", NULL};
    static const char *const blocks[] = {
        "conv1 relu1 pool1", "flatten1", "fc1 relu2", "fc2", "gather", "loss", "update", "reduce",
        "waiting",           NULL};
    (void)state;
    assert_names(true, layers);
    assert_names(false, ops_operation(ops_best(), "conv2d relu maxpool2d") ? blocks : layers);
}

static void test_images(void **state) {
    cnn_model *model = model_with(true, true, 2);
    const size_t trained = EPOCHS * IMAGES, seen = 2 * trained; /* as many again are evaluated */
    (void)state;
    train(model);
    const cnn_profile_row conv = row_named(model, "conv1"), fc = row_named(model, "fc1");
    assert_int_equal(conv.forward.images, seen);
    assert_int_equal(conv.input.images, 0); /* the gradient of the input is not needed */
    assert_int_equal(conv.weights.images, trained);
    assert_int_equal(fc.forward.images, seen);
    assert_int_equal(fc.input.images, trained);
    assert_int_equal(fc.weights.images, trained);
    assert_int_equal(row_named(model, "flatten1").forward.images, 0);
    assert_int_equal(row_named(model, "gather").forward.images, seen);
    assert_int_equal(row_named(model, "loss").input.images, trained);
    assert_int_equal(row_named(model, "update").weights.images, trained);
    assert_int_equal(row_named(model, "reduce").weights.images, trained);
    cnn_model_free(model);
}

/* A layer so large that two threads share its weights for few images, in steps and splits. */
static void test_images_of_shared_weights(void **state) {
    const char text[] = "input 8x8x1\nflatten\ndense 128\nrelu\ndense 4\n";
    const size_t trained = EPOCHS * IMAGES;
    (void)state;
    cnn_model *model = model_of(cnn_network_parse(text, sizeof text - 1, NULL), true, true, 2);
    train(model);
    const cnn_profile_row fc = row_named(model, "fc1");
    assert_int_equal(fc.forward.images, 2 * trained);
    assert_int_equal(fc.input.images, 0);
    assert_int_equal(fc.weights.images, trained);
    assert_int_equal(row_named(model, "fc2").input.images, trained);
    cnn_model_free(model);
}

static double sum_of(const cnn_profile_row *row) {
    return row->forward.seconds + row->input.seconds + row->weights.seconds;
}

static void assert_times(size_t threads) {
    cnn_profile_row rows[ROWS_MAX];
    cnn_model *model = model_with(true, false, threads);
    const double seconds = train(model);
    const size_t count = cnn_model_profile(model, rows, ROWS_MAX);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const bool works = rows[i].forward.images || rows[i].weights.images;
        assert_true(sum_of(&rows[i]) >= 0);
        assert_true(sum_of(&rows[i]) > 0 || !works || rows[i].part == CNN_PROFILE_WAITING);
        sum += sum_of(&rows[i]);
    }
    assert_true(sum <= seconds * (double)threads);
    cnn_model_free(model);
}

static void test_times(void **state) {
    (void)state;
    assert_times(1);
    assert_times(3);
}

static void test_nothing_without_the_option(void **state) {
    cnn_profile_row rows[ROWS_MAX];
    cnn_model *model = model_with(false, false, 1);
    (void)state;
    train(model);
    const size_t count = cnn_model_profile(model, rows, ROWS_MAX);
    for (size_t i = 0; i < count; i++)
        assert_true(sum_of(&rows[i]) == 0 && rows[i].forward.images == 0);
    cnn_model_free(model);
}

static void test_the_same_numbers(void **state) {
    cnn_model *plain = model_with(false, false, 1), *measured = model_with(true, false, 2);
    (void)state;
    train(plain);
    train(measured);
    assert_int_equal(plain->parameters_size, measured->parameters_size);
    assert_memory_equal(plain->parameters, measured->parameters,
                        plain->parameters_size * sizeof *plain->parameters);
    cnn_model_free(measured);
    cnn_model_free(plain);
}

/* 8x8 with a 3x3 kernel and padding 1: 22 of 24 places of a row or a column are inside. */
static void test_work(void **state) {
    cnn_model *model = model_with(true, false, 1);
    (void)state;
    train(model);
    const bool blocks = ops_operation(ops_best(), "conv2d relu maxpool2d");
    const cnn_profile_row conv = row_named(model, blocks ? "conv1 relu1 pool1" : "conv1");
    const cnn_profile_row fc = row_named(model, "fc2");
    assert_true(conv.forward.multiply_adds == 22.0 * 22 * 4 * (double)conv.forward.images);
    assert_true(fc.forward.multiply_adds == 8.0 * 4 * (double)fc.forward.images);
    /* Softmax leaves no zero. */
    assert_true(fc.input.multiply_adds == 8.0 * 4 * (double)fc.input.images);
    /* One of four places of a window at most, of nine taps each. */
    assert_true(conv.weights.multiply_adds > 0);
    assert_true(conv.weights.multiply_adds <= 4.0 * 4 * 4 * 9 * (double)conv.weights.images);
    cnn_model_free(model);
}

/* A gradient of three numbers: one stopped by the ReLU, one in a corner, one inside. */
static void test_work_by_hand(void **state) {
    float y[2 * 2 * 2] = {0, 1, 2, 3, 4, 5, 6, 7}, dy[2 * 2 * 2] = {1, 1, 0, 0, 0, 0, 0, 1};
    int32_t indices[2 * 2 * 2] = {0, 0, 2, 2, 8, 8, 10, 10};
    const op_args t = {.n = 1, .y = y, .dy = dy, .indices = indices};
    const char text[] = "input 4x4x3\nconv2d 2 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 2\n";
    fusion blocks[8];
    (void)state;
    cnn_network *network = cnn_network_parse(text, sizeof text - 1, NULL);
    assert_non_null(network);
    fusions_plan(network, ops_best(), false, blocks);
    assert_true(needed_forward(network, &blocks[0]) == 10 * 10 * 3 * 2);
    if (ops_operation(ops_best(), "conv2d relu maxpool2d"))
        assert_true(needed_backward(network, &blocks[0], &t, 0) == (2 * 2 + 3 * 3) * 3);
    cnn_network_free(network);
}

/* A block counts what its ReLU passes on: dz, not dy. */
static void test_dense_work_by_hand(void **state) {
    float dy[3] = {1, 1, 1}, dz[3] = {1, 0, 1};
    const op_args layer = {.n = 1, .dy = dy}, rectified = {.n = 1, .dy = dy, .dz = dz};
    const char text[] = "input 2x2x1\nflatten\ndense 3\nrelu\ndense 2\n";
    fusion blocks[8];
    (void)state;
    cnn_network *network = cnn_network_parse(text, sizeof text - 1, NULL);
    assert_non_null(network);
    fusions_plan(network, ops_best(), false, blocks);
    assert_true(needed_backward(network, &blocks[1], &layer, 0) == 3 * 4);
    assert_true(needed_backward(network, &blocks[1], &rectified, 0) == 2 * 4);
    cnn_network_free(network);
}

static void test_memory(void **state) {
    cnn_model *plain = model_with(false, false, 1), *every = model_with(false, true, 1);
    const cnn_memory a = cnn_model_memory(plain), b = cnn_model_memory(every);
    (void)state;
    assert_int_equal(a.total, a.parameters + a.gradients + a.activations + a.scratch);
    assert_int_equal(a.parameters, a.gradients);
    assert_true(a.parameters >=
                cnn_network_parameter_count(cnn_model_network(plain)) * sizeof(float));
    assert_true(a.scratch > 0);
    assert_true(ops_operation(ops_best(), "conv2d relu maxpool2d")
                    ? a.activations < b.activations
                    : a.activations == b.activations);
    cnn_model_free(every);
    cnn_model_free(plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_images_of_shared_weights),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_nothing_without_the_option),
        cmocka_unit_test(test_the_same_numbers),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_work_by_hand),
        cmocka_unit_test(test_dense_work_by_hand),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
