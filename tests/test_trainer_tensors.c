/* The tensors of a trainer by name, and the rates and corrections of its last step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "one_checkpoint.h"
#include "sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[] = {"conv1.weight", "conv1.bias", "fc1.weight",
                                    "fc1.bias",     "fc2.weight", "fc2.bias"};
enum { PARAMETERS = 6, WEIGHTS = 36, STEPS = 9 };

static cnn_tensor kept(const cnn_trainer *trainer, const char *name) {
    cnn_tensor tensor;
    cnn_error error;
    if (!cnn_trainer_tensor(trainer, name, &tensor, &error))
        fail_msg("%s", error.message);
    return tensor;
}

/* Names, shapes and order of all of them, as in a checkpoint. */
static void names_and_shapes(void **state) {
    static const struct {
        cnn_optimizer_kind kind;
        const char *suffixes[2];
    } ROWS[] = {{CNN_OPTIMIZER_ADAM, {".exp_avg", ".exp_avg_sq"}},
                {CNN_OPTIMIZER_ADAMW, {".exp_avg", ".exp_avg_sq"}},
                {CNN_OPTIMIZER_SGD, {".momentum_buffer", NULL}}};
    (void)state;
    for (size_t r = 0; r < sizeof ROWS / sizeof *ROWS; r++) {
        cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
        optimizer.kind = ROWS[r].kind;
        cnn_trainer *trainer = cnn_trainer_create(c.model, &optimizer, NULL, NULL);
        const size_t count = ROWS[r].suffixes[1] ? 2 * PARAMETERS : PARAMETERS;
        assert_int_equal(cnn_trainer_tensor_count(trainer), count);
        for (size_t i = 0; i < count; i++) {
            const char *parameter = NAMES[i % PARAMETERS];
            const cnn_tensor like = calls_tensor(c.model, parameter);
            char name[64];
            cnn_tensor tensor;
            snprintf(name, sizeof name, "%s%s", parameter, ROWS[r].suffixes[i / PARAMETERS]);
            assert_true(cnn_trainer_tensor_at(trainer, i, &tensor));
            assert_string_equal(tensor.name, name);
            assert_int_equal(tensor.rank, like.rank);
            assert_memory_equal(tensor.shape, like.shape, like.rank * sizeof *like.shape);
            assert_ptr_equal(kept(trainer, name).data, tensor.data);
            assert_true(*(const float *)tensor.data == 0);
        }
        cnn_trainer_free(trainer);
    }
}

static cnn_schedule cycle(void) {
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    schedule.kind = CNN_SCHEDULE_ONECYCLE;
    schedule.total_steps = STEPS;
    return schedule;
}

/* One step, compared with the paper's rule in double for each weight. */
static void follow_adam(const cnn_trainer *trainer, const cnn_optimizer *now, const float *before,
                        double m[WEIGHTS], double v[WEIGHTS]) {
    const float *dw = calls_tensor(c.model, "conv1.weight.grad").data;
    const float *w = calls_tensor(c.model, "conv1.weight").data;
    const float *own_m = kept(trainer, "conv1.weight.exp_avg").data;
    const float *own_v = kept(trainer, "conv1.weight.exp_avg_sq").data;
    const cnn_trainer_info info = cnn_trainer_get_info(trainer);
    for (size_t i = 0; i < WEIGHTS; i++) {
        const double g = (double)dw[i];
        m[i] = now->beta1 * m[i] + (1 - now->beta1) * g;
        v[i] = now->beta2 * v[i] + (1 - now->beta2) * g * g;
        assert_true(fabs((double)own_m[i] - m[i]) <= 1e-6 * fabs(m[i]) + 1e-9);
        assert_true(fabs((double)own_v[i] - v[i]) <= 1e-5 * v[i] + 1e-12);
        const double by = info.rates.lr * ((double)own_m[i] / info.correction1) /
                          (sqrt((double)own_v[i] / info.correction2) + info.rates.epsilon);
        assert_true(fabs((double)before[i] - by - (double)w[i]) <= 1e-6);
    }
}

/* The schedule moves lr and beta1: the trainer's info has the rates that the step used. */
static void adam_can_be_followed(void **state) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    const cnn_schedule schedule = cycle();
    double m[WEIGHTS] = {0}, v[WEIGHTS] = {0};
    (void)state;
    cnn_trainer *trainer = cnn_trainer_create(c.model, &adam, &schedule, NULL);
    for (uint64_t step = 0; step < STEPS; step++) {
        cnn_optimizer now = adam;
        float before[WEIGHTS];
        cnn_schedule_apply(&schedule, step, &now);
        memcpy(before, calls_tensor(c.model, "conv1.weight").data, sizeof before);
        calls_batch(8);
        assert_true(cnn_train_step(trainer) > 0);
        const cnn_trainer_info info = cnn_trainer_get_info(trainer);
        assert_true(info.step == step + 1);
        assert_true(info.rates.lr == now.lr && info.rates.beta1 == now.beta1);
        assert_true(fabs(info.correction1 - (1 - pow(now.beta1, (double)info.step))) < 1e-12);
        assert_true(fabs(info.correction2 - (1 - pow(now.beta2, (double)info.step))) < 1e-12);
        follow_adam(trainer, &now, before, m, v);
    }
    cnn_trainer_free(trainer);
}

static void sgd_can_be_followed(void **state) {
    const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.1, .momentum = 0.9};
    const cnn_schedule schedule = cycle();
    double velocity = 0;
    (void)state;
    cnn_trainer *trainer = cnn_trainer_create(c.model, &sgd, &schedule, NULL);
    for (uint64_t step = 0; step < STEPS; step++) {
        calls_batch(8);
        assert_true(cnn_train_step(trainer) > 0);
        const cnn_trainer_info info = cnn_trainer_get_info(trainer);
        const double g = (double)*(const float *)calls_tensor(c.model, "fc2.bias.grad").data;
        velocity = info.rates.momentum * velocity + g;
        const double own = (double)*(const float *)kept(trainer, "fc2.bias.momentum_buffer").data;
        assert_true(fabs(own - velocity) <= 1e-5 * fabs(velocity) + 1e-9);
        assert_true(info.correction1 == 1 && info.correction2 == 1);
        assert_true(info.rates.momentum >= 0.85 && info.rates.momentum <= 0.95);
    }
    cnn_trainer_free(trainer);
}

/* Before its first step a trainer has the rates of that step. */
static void before_the_first_step(void **state) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    const cnn_schedule schedule = cycle();
    (void)state;
    cnn_trainer *trainer = cnn_trainer_create(c.model, &adam, &schedule, NULL);
    const cnn_trainer_info info = cnn_trainer_get_info(trainer);
    cnn_optimizer first = adam;
    cnn_schedule_apply(&schedule, 0, &first);
    assert_true(info.step == 0 && info.correction1 == 0 && info.correction2 == 0);
    assert_true(info.rates.lr == first.lr && info.rates.beta1 == first.beta1);
    cnn_trainer_free(trainer);
}

/* A run that was resumed has the numbers of the one that was stopped. */
static void of_a_resumed_run(void **state) {
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(one_checkpoint, one_checkpoint_size, NULL);
    cnn_model *model = cnn_checkpoint_model(checkpoint, NULL, NULL);
    cnn_model *first = sample_model(ONE_CHECKPOINT_BATCH, 1);
    cnn_run *stopped, *resumed = cnn_run_resume(checkpoint, model, one_checkpoint_train,
                                                one_checkpoint_test, NULL, NULL, NULL);
    (void)state;
    one_checkpoint_run(first, &stopped, NULL);
    assert_false(cnn_run_train(stopped, NULL, NULL));
    const cnn_trainer *a = cnn_run_trainer(stopped), *b = cnn_run_trainer(resumed);
    const cnn_trainer_info one = cnn_trainer_get_info(a), other = cnn_trainer_get_info(b);
    assert_int_equal(one.step, ONE_CHECKPOINT_STEP);
    assert_true(one.step == other.step && one.rates.lr == other.rates.lr &&
                one.correction1 == other.correction1 && one.correction2 == other.correction2);
    for (size_t i = 0; i < 2; i++) {
        const char *name = i ? "fc2.weight.exp_avg_sq" : "conv1.weight.exp_avg";
        const float zeros[32] = {0};
        assert_memory_not_equal(kept(a, name).data, zeros, sizeof zeros);
        assert_memory_equal(kept(a, name).data, kept(b, name).data, sizeof zeros);
    }
    cnn_run_free(resumed);
    cnn_run_free(stopped);
    cnn_model_free(first);
    cnn_model_free(model);
    cnn_checkpoint_free(checkpoint);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(names_and_shapes),      TEST(adam_can_be_followed),         TEST(sgd_can_be_followed),
        TEST(before_the_first_step), cmocka_unit_test(of_a_resumed_run),
    };
    return cmocka_run_group_tests(tests, one_checkpoint_make, one_checkpoint_free);
}
