/* Calls before and after their time: to a model without a batch, to a run at its end or in its own
 * callback. Each does nothing or reports why not, and later results have the same bits as without
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "fixture.h"
#include "sample.h"

#include <math.h>
#include <string.h>

/* The first layer's gradient, copied. */
static void read_gradient(float into[36]) {
    memcpy(into, calls_tensor(c.model, "conv1.weight.grad").data, 36 * sizeof *into);
}

/* Neither loss nor backward pass: the parts of a step change nothing. */
static void assert_nothing_to_go_back(void) {
    float before[36], after[36];
    const unsigned long parameters = calls_parameters(c.model);
    read_gradient(before);
    assert_true(isnan(cnn_model_loss(c.model)));
    cnn_model_backward(c.model);
    read_gradient(after);
    assert_memory_equal(before, after, sizeof before);
    assert_true(calls_parameters(c.model) == parameters);
}

static void assert_no_batch(void) {
    assert_nothing_to_go_back();
    cnn_model_forward(c.model);
    assert_nothing_to_go_back();
    assert_true(isnan(cnn_train_step(c.trainer)));
    assert_nothing_to_go_back();
    assert_int_equal(calls_tensor(c.model, "fc2.grad").shape[0], 0);
    assert_int_equal(calls_tensor(c.model, "labels").shape[0], 0);
    REFUSED_BECAUSE("no forward pass of a batch yet",
                    cnn_trace_add(c.trace, c.model, CNN_TRACE_PASS, "", e));
}

static void before_a_batch(void **state) {
    (void)state;
    assert_no_batch();
    const unsigned long parameters = calls_parameters(c.model);
    cnn_trainer_update(c.trainer);
    assert_true(calls_parameters(c.model) == parameters);
    assert_true(cnn_trace_add(c.trace, c.model, CNN_TRACE_PARAMETERS, "", NULL));
    assert_true(cnn_trace_save(c.trace, "/dev/null", NULL));
}

/* A step without a batch does not count: Adam's correction is still that of the first. */
static void a_step_without_a_batch_is_none(void **state) {
    (void)state;
    cnn_model *other = sample_model(8, 1);
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_trainer *trainer = cnn_trainer_create(other, &adam, NULL, NULL);
    const uint32_t indices[] = {0, 1, 2, 3};
    for (int i = 0; i < 5; i++)
        assert_true(isnan(cnn_train_step(c.trainer)));
    calls_batch(4);
    assert_true(cnn_model_set_batch(other, c.train, indices, 4, NULL));
    assert_true(cnn_train_step(c.trainer) == cnn_train_step(trainer));
    assert_true(calls_parameters(c.model) == calls_parameters(other));
    cnn_trainer_free(trainer);
    cnn_model_free(other);
}

static void backward_wants_a_forward_pass(void **state) {
    (void)state;
    calls_batch(8);
    assert_nothing_to_go_back();
    REFUSED(cnn_trace_add(c.trace, c.model, CNN_TRACE_PASS, "", e));
    cnn_model_forward(c.model);
    assert_true(cnn_model_loss(c.model) > 0);
    calls_batch(3);
    assert_nothing_to_go_back();
    cnn_model_forward(c.model);
    const double loss = cnn_model_loss(c.model);
    assert_true(loss > 0);
    cnn_model_backward(c.model);
    float once[36], twice[36];
    read_gradient(once);
    cnn_model_backward(c.model);
    read_gradient(twice);
    assert_memory_equal(once, twice, sizeof once);
    assert_true(cnn_model_loss(c.model) == loss);
}

/* The forward pass used other parameters. */
static void no_way_back_behind_a_step(void **state) {
    (void)state;
    for (int way = 0; way < 3; way++) {
        float before[36], after[36];
        calls_batch(8);
        cnn_model_forward(c.model);
        const double loss = cnn_model_loss(c.model);
        if (way == 0)
            assert_true(cnn_train_step(c.trainer) == loss);
        if (way == 1)
            cnn_trainer_update(c.trainer);
        if (way == 2) {
            void *folder;
            assert_int_equal(fixture_create(&folder), 0);
            const char *path = fixture_path(folder, "weights");
            assert_true(cnn_model_save(c.model, path, NULL));
            assert_true(cnn_model_load_weights(c.model, path, NULL));
            fixture_remove(&folder);
        }
        assert_true(cnn_model_loss(c.model) == loss);
        read_gradient(before);
        cnn_model_backward(c.model);
        read_gradient(after);
        assert_memory_equal(before, after, sizeof before);
    }
}

static void without_labels(void **state) {
    (void)state;
    float x[2 * 64];
    for (size_t i = 0; i < 2 * 64; i++)
        x[i] = (float)i / 128;
    assert_true(cnn_model_set_input(c.model, x, NULL, 2, NULL));
    cnn_model_forward(c.model);
    assert_nothing_to_go_back();
    assert_true(isnan(cnn_train_step(c.trainer)));
    const cnn_tensor p = calls_tensor(c.model, "probabilities");
    assert_true(p.shape[0] == 2 && *(const float *)p.data > 0);
    assert_true(cnn_model_set_input(c.model, x, (uint32_t[]){1, 2}, 2, NULL));
    cnn_model_forward(c.model);
    assert_true(cnn_model_loss(c.model) > 0);
}

/* In both ways in which predictions run: by images, and in splits. */
static void predict_and_evaluate_leave_no_batch(void **state) {
    (void)state;
    float p[24 * 4];
    cnn_score score;
    for (size_t images = 1; images <= 24; images += 23) {
        calls_batch(8);
        cnn_model_forward(c.model);
        assert_true(cnn_model_predict(c.model, cnn_dataset_image_at(c.train, 0), images, p, NULL));
        assert_no_batch();
    }
    calls_batch(8);
    assert_true(cnn_model_evaluate(c.model, c.test, &score, NULL, NULL));
    assert_true(score.images == 12 && score.loss > 0);
    assert_no_batch();
    calls_batch(8);
    assert_true(cnn_train_step(c.trainer) > 0);
}

static void refused_calls_leave_the_batch(void **state) {
    (void)state;
    const cnn_dataset_info wide = {1, 1, 3, 1, 2};
    const uint32_t beyond = 24;
    float p[4];
    cnn_score score;
    cnn_dataset *other = cnn_dataset_create(&wide, (uint8_t[3]){0}, (uint32_t[1]){0}, NULL);
    calls_batch(8);
    cnn_model_forward(c.model);
    const double loss = cnn_model_loss(c.model);
    REFUSED(cnn_model_set_batch(c.model, c.train, &beyond, 1, e));
    REFUSED(cnn_model_set_batch(c.model, c.train, &beyond, 0, e));
    REFUSED(cnn_model_set_batch(c.model, c.train, &beyond, SIZE_MAX, e));
    REFUSED(cnn_model_set_input(c.model, p, &beyond, 1, e));
    REFUSED(cnn_model_set_input(c.model, p, NULL, 0, e));
    REFUSED(cnn_model_set_input(c.model, p, NULL, 9, e));
    REFUSED(cnn_model_evaluate(c.model, other, &score, NULL, e));
    REFUSED(cnn_model_predict(c.model, cnn_dataset_image_at(c.train, 0), 0, p, e));
    assert_true(cnn_model_loss(c.model) == loss);
    float before[36], after[36];
    read_gradient(before);
    cnn_model_backward(c.model);
    read_gradient(after);
    assert_memory_not_equal(before, after, sizeof before);
    cnn_dataset_free(other);
}

/* --------------------------------------------------------------------------------------- runs */

static void a_run_at_its_end(void **state) {
    (void)state;
    cnn_epoch history[2], again[2];
    assert_int_equal(cnn_run_get_info(c.run).step, 0);
    assert_true(cnn_run_train(c.run, history, NULL));
    const unsigned long parameters = calls_parameters(c.model);
    assert_true(cnn_run_train(c.run, again, NULL));
    assert_memory_equal(history, again, sizeof history);
    assert_memory_equal(history, cnn_run_history(c.run), sizeof history);
    assert_true(calls_parameters(c.model) == parameters);
    assert_int_equal(cnn_run_get_info(c.run).step, 6);
    assert_true(cnn_run_save(c.run, "/dev/null", NULL));
    assert_no_batch();
}

typedef struct guest {
    cnn_run *run;
    size_t calls, truncate_at;
} guest;

/* Everything that a callback may do, and what it may not. */
static bool call_everything(const cnn_progress *progress, void *context) {
    guest *guest = context;
    float p[4 * 4];
    cnn_score score;
    (void)progress;
    assert_true(cnn_model_predict(c.model, cnn_dataset_image_at(c.test, 0), 4, p, NULL));
    assert_true(cnn_model_evaluate(c.model, c.test, &score, NULL, NULL));
    assert_true(cnn_model_save(c.model, "/dev/null", NULL));
    assert_true(cnn_run_save(guest->run, "/dev/null", NULL));
    REFUSED_BECAUSE("the run is being trained already", cnn_run_train(guest->run, NULL, e));
    if (++guest->calls == guest->truncate_at)
        assert_true(cnn_dataset_truncate(c.train, 20, NULL));
    return true;
}

static cnn_run *run_with(guest *guest) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = 2;
    options.validation = 0.25;
    options.progress = guest ? call_everything : NULL;
    options.context = guest;
    cnn_run *run = cnn_run_create(c.model, c.train, c.test, &options, NULL);
    assert_non_null(run);
    if (guest)
        guest->run = run;
    return run;
}

static void callbacks_use_the_model(void **state) {
    (void)state;
    guest guest = {0};
    cnn_model *model = c.model;
    unsigned long sums[2];
    for (int i = 0; i < 2; i++) {
        c.model = sample_model(8, 2);
        cnn_run *run = run_with(i ? &guest : NULL);
        assert_true(cnn_run_train(run, NULL, NULL));
        sums[i] = calls_parameters(c.model);
        cnn_run_free(run);
        cnn_model_free(c.model);
    }
    c.model = model;
    assert_true(sums[0] == sums[1]);
    assert_int_equal(guest.calls, 2 * (3 + 1));
}

/* The images held out may be gone: no step and no measuring uses them. */
static void images_cut_meanwhile(void **state) {
    (void)state;
    guest guest = {.truncate_at = 3};
    cnn_run *run = run_with(&guest);
    REFUSED_BECAUSE("20 training images, the run began with 24", cnn_run_train(run, NULL, e));
    assert_int_equal(cnn_run_get_info(run).epoch, 0);
    cnn_run_free(run);
}

static bool stop(const cnn_progress *progress, void *context) {
    (void)progress, (void)context;
    return false;
}

/* A stopped run continues when it is asked again, one step at a time, as if it had not stopped. */
static void stopped_and_asked_again(void **state) {
    (void)state;
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    cnn_model *model = sample_model(8, 1);
    options.epochs = 2;
    options.progress = stop;
    cnn_run *run = cnn_run_create(model, c.train, c.test, &options, NULL);
    size_t stops = 0;
    while (!cnn_run_train(run, NULL, &calls_error)) {
        assert_int_equal(calls_error.status, CNN_STATUS_STOPPED);
        stops++;
    }
    assert_int_equal(stops, 2 * (3 + 1));
    assert_true(cnn_run_train(c.run, NULL, NULL));
    assert_true(calls_parameters(model) == calls_parameters(c.model));
    cnn_run_free(run);
    cnn_model_free(model);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(before_a_batch),
        TEST(a_step_without_a_batch_is_none),
        TEST(backward_wants_a_forward_pass),
        TEST(no_way_back_behind_a_step),
        TEST(without_labels),
        TEST(predict_and_evaluate_leave_no_batch),
        TEST(refused_calls_leave_the_batch),
        TEST(a_run_at_its_end),
        TEST(callbacks_use_the_model),
        TEST(images_cut_meanwhile),
        TEST(stopped_and_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
