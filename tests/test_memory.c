/* Running out of memory at any request: a clean error, nothing leaked (the sanitizer's run sees to
 * that), and no request at all inside a step. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "allocations.h"
#include "sample.h"

static void test_steps_take_no_memory(void **state) {
    cnn_model *model = sample_model(8, 2);
    cnn_dataset *data = sample_dataset(16, 1);
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_trainer *trainer = cnn_trainer_create(model, &adam, NULL, NULL);
    const uint32_t batch[] = {3, 1, 4, 1, 5};
    float probabilities[16 * 4];
    cnn_score score;
    (void)state;
    allocations_fail(0, true);
    const bool set = cnn_model_set_batch(model, data, batch, 5, NULL);
    cnn_train_step(trainer);
    const bool predicted =
        cnn_model_predict(model, cnn_dataset_image(data, 0), 16, probabilities, NULL);
    const bool evaluated = cnn_model_evaluate(model, data, &score, NULL, NULL);
    const size_t requests = allocations();
    allocations_succeed();
    assert_true(set && predicted && evaluated);
    assert_int_equal(requests, 0);
    cnn_trainer_free(trainer);
    cnn_dataset_free(data);
    cnn_model_free(model);
}

static bool train(cnn_error *error) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    cnn_model_options sizes = CNN_MODEL_OPTIONS_DEFAULT;
    options.epochs = 1;
    options.validation = 0.2;
    sizes.batch_size = 8;
    sizes.threads = 2;
    cnn_network *network = sample_network();
    cnn_dataset *data = sample_dataset(20, 1);
    cnn_model *model = network ? cnn_model_create(network, &sizes, error) : NULL;
    const bool ok = model && data && cnn_train(model, data, data, &options, NULL, error);
    cnn_model_free(model);
    cnn_dataset_free(data);
    cnn_network_free(network);
    return ok;
}

static bool check_gradients(cnn_error *error) {
    cnn_network *network = sample_network();
    const bool ok = network && cnn_gradcheck(network, NULL, NULL, NULL, NULL, error);
    cnn_network_free(network);
    return ok;
}

static bool save_and_load(cnn_error *error) {
    char path[] = "/tmp/test_memory.XXXXXX";
    const int file = mkstemp(path);
    if (file < 0)
        return false;
    close(file);
    cnn_model *model = sample_model(4, 1);
    cnn_model *loaded =
        model && cnn_model_save(model, path, error) ? cnn_model_load(path, NULL, error) : NULL;
    const bool ok = loaded != NULL && cnn_model_load_weights(model, path, error);
    cnn_model_free(loaded);
    cnn_model_free(model);
    remove(path);
    return ok;
}

static bool trace(cnn_error *error) {
    char path[] = "/tmp/test_memory.XXXXXX";
    const int file = mkstemp(path);
    if (file < 0)
        return false;
    close(file);
    cnn_model *model = sample_model(4, 1);
    cnn_trace *trace = cnn_trace_create(error);
    const bool ok = model && trace &&
                    cnn_trace_add(trace, model, CNN_TRACE_PARAMETERS, "a/", error) &&
                    cnn_trace_add_value(trace, "b", 1, error) && cnn_trace_save(trace, path, error);
    cnn_trace_free(trace);
    cnn_model_free(model);
    remove(path);
    return ok;
}

/* Fails each request in turn until a run asks for no more, alone and with all that follow. */
static void assert_survives(const char *what, bool (*run)(cnn_error *)) {
    size_t n[2];
    for (int all = 0; all < 2; all++) {
        bool ok = false;
        for (n[all] = 0; !ok && n[all] < 1000; n[all]++) {
            cnn_error error = {.status = CNN_NO_MEMORY};
            allocations_fail(n[all], all);
            ok = run(&error);
            const bool reached = allocations() > n[all];
            allocations_succeed();
            assert_true(ok == !reached);
            assert_true(ok || error.status == CNN_NO_MEMORY);
        }
        assert_true(ok);
    }
    print_message("%s: %zu requests failed one by one, %zu with all after\n", what, n[0] - 1,
                  n[1] - 1);
}

static void test_every_request_may_fail(void **state) {
    (void)state;
    assert_survives("train", train);
    assert_survives("gradcheck", check_gradients);
    assert_survives("save and load", save_and_load);
    assert_survives("trace", trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_take_no_memory),
        cmocka_unit_test(test_every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
