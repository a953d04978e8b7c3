/* A model and a run as bytes: those of their files, which can be read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "fixture.h"
#include "one_checkpoint.h"
#include "sample.h"

#include <math.h>
#include <stdlib.h>

/* Compares the file with these bytes, and frees them. */
static void assert_file(fixture *here, const char *name, void *bytes, size_t size) {
    size_t in_file;
    uint8_t *file = fixture_read(here, name, &in_file);
    assert_non_null(bytes);
    assert_int_equal(size, in_file);
    assert_memory_equal(bytes, file, size);
    free(file);
    free(bytes);
}

static void a_model(void **state) {
    cnn_model *model = sample_model(4, 1);
    size_t size, again;
    assert_true(cnn_model_set_class(model, 2, "Ankle boot", NULL));
    assert_true(cnn_model_set_preprocessing(model, CNN_PREPROCESSING_MNIST, NULL));
    assert_true(cnn_model_save(model, fixture_path(*state, "m"), NULL));
    void *bytes = cnn_model_bytes(model, &size, NULL);
    cnn_model *read = cnn_model_parse(bytes, size, NULL, NULL);
    assert_non_null(read);
    assert_file(*state, "m", bytes, size);
    bytes = cnn_model_bytes(read, &again, NULL);
    assert_file(*state, "m", bytes, again);
    cnn_model_free(read);
    cnn_model_free(model);
}

/* A run resumed from bytes ends as a run that never stopped. */
static void a_run(void **state) {
    cnn_model *model = sample_model(ONE_CHECKPOINT_BATCH, 1);
    cnn_run *run;
    size_t size;
    one_checkpoint_run(model, &run, NULL);
    assert_false(cnn_run_train(run, NULL, NULL));
    assert_true(cnn_run_save(run, fixture_path(*state, "run"), NULL));
    void *bytes = cnn_run_bytes(run, &size, NULL);
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(bytes, size, NULL);
    assert_non_null(checkpoint);
    assert_file(*state, "run", bytes, size);
    cnn_model *other = cnn_checkpoint_model(checkpoint, NULL, NULL);
    cnn_run *resumed = cnn_run_resume(checkpoint, other, one_checkpoint_train, one_checkpoint_test,
                                      NULL, NULL, NULL);
    assert_true(cnn_run_train(resumed, NULL, NULL) && cnn_run_train(run, NULL, NULL));
    assert_true(cnn_model_save(model, fixture_path(*state, "end"), NULL));
    bytes = cnn_model_bytes(other, &size, NULL);
    assert_file(*state, "end", bytes, size);
    cnn_run_free(resumed);
    cnn_model_free(other);
    cnn_checkpoint_free(checkpoint);
    cnn_run_free(run);
    cnn_model_free(model);
}

/* Refuses a model that could not be read back; the error names no file. */
static void what_is_not_finite(void **state) {
    cnn_model *model = sample_model(ONE_CHECKPOINT_BATCH, 1);
    cnn_run *run;
    cnn_error error;
    size_t size = 5;
    (void)state;
    one_checkpoint_run(model, &run, NULL);
    sample_set(model, "fc1.bias", 3, INFINITY);
    assert_null(cnn_model_bytes(model, &size, &error));
    fixture_error_is(&error, CNN_STATUS_DIVERGED,
                     "not written, since fc1.bias is not finite and could not be read back");
    assert_null(cnn_run_bytes(run, &size, &error));
    assert_int_equal(error.status, CNN_STATUS_DIVERGED);
    assert_string_equal(error.file, "");
    assert_int_equal(size, 5);
    cnn_run_free(run);
    cnn_model_free(model);
}

static cnn_model *model;
static cnn_run *run;

static bool both(cnn_error *error) {
    size_t size;
    void *of_model = cnn_model_bytes(model, &size, error);
    void *of_run = of_model ? cnn_run_bytes(run, &size, error) : NULL;
    const bool ok = of_run;
    free(of_run);
    free(of_model);
    return ok;
}

static void every_request_may_fail(void **state) {
    (void)state;
    model = sample_model(ONE_CHECKPOINT_BATCH, 1);
    one_checkpoint_run(model, &run, NULL);
    fixture_survives(both, 100);
    cnn_run_free(run);
    cnn_model_free(model);
}

static int make(void **state) {
    allocations_of_jansson();
    return one_checkpoint_make(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_create, fixture_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_model),
        TEST(a_run),
        cmocka_unit_test(what_is_not_finite),
        cmocka_unit_test(every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, make, one_checkpoint_free);
}
