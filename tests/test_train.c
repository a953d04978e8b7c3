/* Training: the loop, its parts, and its promises to callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "model.h"
#include "random.h"
#include "same_bits.h"
#include "sample.h"

static cnn_train_options quick(size_t epochs) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = epochs;
    options.optimizer.lr = 0.01;
    return options;
}

static void test_learns(void **state) {
    cnn_model *model = sample_model(16, 2);
    cnn_dataset *train = sample_dataset(200, 1), *test = sample_dataset(64, 2);
    const cnn_train_options options = quick(5);
    cnn_epoch history[5];
    (void)state;
    assert_true(cnn_train(model, train, test, &options, history, NULL));
    assert_true(history[4].train_loss < history[0].train_loss / 4);
    assert_true(history[4].test_accuracy > 0.95);
    assert_true(isnan(history[4].validation_loss));
    assert_true(history[4].best && !history[0].best);
    cnn_dataset_free(train);
    cnn_dataset_free(test);
    cnn_model_free(model);
}

/* Parameters after a run, to be freed; frees the model. */
static float *trained_by(cnn_model *model, cnn_train_options options) {
    cnn_dataset *train = sample_dataset(101, 1);
    assert_true(cnn_train(model, train, NULL, &options, NULL, NULL));
    float *copy = malloc(model->parameters_size * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, model->parameters, model->parameters_size * sizeof *copy);
    cnn_dataset_free(train);
    cnn_model_free(model);
    return copy;
}

static float *trained(size_t batch, size_t threads, cnn_train_options options) {
    return trained_by(sample_model(batch, threads), options);
}

static size_t sample_size(void) {
    cnn_model *model = sample_model(1, 1);
    const size_t bytes = model->parameters_size * sizeof(float);
    cnn_model_free(model);
    return bytes;
}

/* 101 images: every batch size here leaves a last, smaller batch. */
static void test_threads_change_nothing(void **state) {
    static const size_t batches[] = {2, 7, 33, 64};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        float *one = trained(batches[i], 1, quick(2));
        for (size_t threads = 2; threads <= 8; threads += 3) {
            float *many = trained(batches[i], threads, quick(2));
            assert_memory_equal(one, many, sample_size());
            free(many);
        }
        free(one);
    }
}

/* The book and the fastest back end end in the same bits. */
static void test_backends_agree(void **state) {
    static const size_t batches[] = {2, 10, 33, 64};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        float *ends[2];
        for (int book = 0; book < 2; book++) {
            cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
            options.batch_size = batches[i];
            options.backend = book ? "ref" : exact_best()->name;
            cnn_network *network = sample_network();
            cnn_model *model = cnn_model_create(network, &options, NULL);
            assert_true(!book == !!strcmp(cnn_model_backend(model), "ref") ||
                        exact_best() == ops_book());
            ends[book] = trained_by(model, quick(10));
            cnn_network_free(network);
        }
        assert_memory_equal(ends[0], ends[1], sample_size());
        free(ends[0]);
        free(ends[1]);
    }
}

static void test_seed_decides(void **state) {
    cnn_train_options other = quick(2);
    (void)state;
    other.seed = 2;
    float *a = trained(16, 2, quick(2)), *b = trained(16, 2, quick(2)), *c = trained(16, 2, other);
    assert_memory_equal(a, b, sample_size());
    assert_memory_not_equal(a, c, sample_size());
    free(a);
    free(b);
    free(c);
}

/* The parts by hand are what cnn_train_step() does. */
static void test_step_by_step(void **state) {
    cnn_model *whole = sample_model(8, 1), *parts = sample_model(8, 1);
    cnn_dataset *data = sample_dataset(40, 1);
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_trainer *a = cnn_trainer_create(whole, &adam, NULL, NULL);
    cnn_trainer *b = cnn_trainer_create(parts, &adam, NULL, NULL);
    (void)state;
    for (uint32_t step = 0; step < 5; step++) {
        uint32_t batch[8];
        for (uint32_t i = 0; i < 8; i++)
            batch[i] = 8 * step + i;
        assert_true(cnn_model_set_batch(whole, data, batch, 8 - step, NULL));
        assert_true(cnn_model_set_batch(parts, data, batch, 8 - step, NULL));
        const double loss = cnn_train_step(a);
        cnn_model_forward(parts);
        assert_true(cnn_model_loss(parts) == loss);
        cnn_model_backward(parts);
        cnn_trainer_update(b);
    }
    assert_memory_equal(whole->parameters, parts->parameters, sample_size());
    cnn_trainer_free(a);
    cnn_trainer_free(b);
    cnn_dataset_free(data);
    cnn_model_free(whole);
    cnn_model_free(parts);
}

/* Trains on the sample with a quarter held out, after giving those images other labels or not. */
static float *trained_with_held_out(bool other_labels, cnn_epoch *history) {
    cnn_model *model = sample_model(16, 1);
    cnn_dataset *train = sample_dataset(100, 1);
    cnn_train_options options = quick(3);
    uint32_t order[100];
    random_state random = random_seeded(options.seed, RANDOM_VALIDATION);
    for (uint32_t i = 0; i < 100; i++)
        order[i] = i;
    random_shuffle(&random, order, 100);
    for (size_t i = 75; other_labels && i < 100; i++)
        train->labels[order[i]] = (train->labels[order[i]] + 1) % 4;
    options.validation = 0.25;
    assert_true(cnn_train(model, train, NULL, &options, history, NULL));
    float *copy = malloc(sample_size());
    assert_non_null(copy);
    memcpy(copy, model->parameters, sample_size());
    cnn_dataset_free(train);
    cnn_model_free(model);
    return copy;
}

/* Held-out images are measured and never move a parameter. */
static void test_validation_is_held_out(void **state) {
    cnn_epoch history[3], other[3];
    double best = INFINITY;
    (void)state;
    float *a = trained_with_held_out(false, history), *b = trained_with_held_out(true, other);
    assert_memory_equal(a, b, sample_size());
    for (size_t i = 0; i < 3; i++) {
        assert_true(other[i].validation_loss > history[i].validation_loss);
        assert_true(isnan(history[i].test_loss));
        assert_true(history[i].best == (history[i].validation_loss < best));
        best = fmin(best, history[i].validation_loss);
    }
    free(a);
    free(b);
}

typedef struct watch {
    size_t steps, epochs, stop_at, images, held_in;
} watch;

static bool watch_progress(const cnn_progress *progress, void *context) {
    watch *watch = context;
    if (progress->finished)
        watch->epochs++;
    else
        watch->steps++;
    watch->images = progress->images;
    watch->held_in = progress->total;
    assert_true(progress->images <= progress->total && isfinite(progress->loss));
    return watch->steps != watch->stop_at;
}

static bool watched(double validation, watch *watch, cnn_error *error) {
    cnn_train_options options = quick(2);
    cnn_model *model = sample_model(16, 1);
    cnn_dataset *train = sample_dataset(100, 1);
    options.validation = validation;
    options.progress = watch_progress;
    options.context = watch;
    const bool ok = cnn_train(model, train, NULL, &options, NULL, error);
    cnn_dataset_free(train);
    cnn_model_free(model);
    return ok;
}

static void test_callback(void **state) {
    watch all = {0}, some = {.stop_at = 3}, held = {0};
    cnn_error error;
    (void)state;
    assert_true(watched(0, &all, &error));
    assert_int_equal(all.steps, 2 * 7); /* 100 images in batches of 16: six and a last one of 4 */
    assert_int_equal(all.epochs, 2);
    assert_int_equal(all.images, 100);
    assert_false(watched(0, &some, &error));
    assert_int_equal(error.status, CNN_STATUS_STOPPED);
    assert_string_equal(error.message, "stopped in epoch 1 after 48 images");
    assert_true(watched(0.25, &held, &error));
    assert_int_equal(held.held_in, 75);
}

static void assert_refused(cnn_train_options options, const char *reason) {
    cnn_model *model = sample_model(16, 1);
    cnn_dataset *train = sample_dataset(10, 1);
    cnn_error error;
    assert_false(cnn_train(model, train, NULL, &options, NULL, &error));
    assert_string_equal(error.message, reason);
    cnn_dataset_free(train);
    cnn_model_free(model);
}

static void test_refusals(void **state) {
    cnn_train_options options = quick(0);
    (void)state;
    assert_refused(options, "0 epochs");
    options = quick(1);
    options.validation = 1;
    assert_refused(options, "validation 1: must be 0 or more, below 1");
    options.validation = 0.01;
    assert_refused(options, "validation 0.01 of 10 images is not one image");
    options = quick(1);
    options.optimizer.lr = -1;
    assert_refused(options, "the learning rate must be 0 or more");
    options.optimizer.lr = NAN;
    assert_refused(options, "the learning rate must be 0 or more");
    options = quick(1);
    options.optimizer.kind = CNN_OPTIMIZER_SGD;
    options.optimizer.nesterov = true;
    assert_refused(options, "Nesterov needs momentum");
    options = quick(1);
    options.schedule.kind = CNN_SCHEDULE_ONECYCLE;
    options.schedule.max_momentum = 1;
    assert_refused(options, "beta1 must stay below 1 in a cycle");
    options.schedule.base_momentum = NAN;
    assert_refused(options, "the momenta of a cycle must be 0 to 1");
    options.schedule.kind = CNN_SCHEDULE_COSINE;
    options.schedule.min_lr = NAN;
    assert_refused(options, "the lowest learning rate must be 0 or more");
    options.schedule.kind = CNN_SCHEDULE_STEP;
    options.schedule.gamma = -1;
    assert_refused(options, "gamma must be 0 or more");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),         cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_backends_agree), cmocka_unit_test(test_seed_decides),
        cmocka_unit_test(test_step_by_step),   cmocka_unit_test(test_validation_is_held_out),
        cmocka_unit_test(test_callback),       cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
