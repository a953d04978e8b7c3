/* A file that cannot even be built is named in the error, like one that cannot be written: models,
 * traces and checkpoints, for lack of memory and for their contents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "cnn.h"
#include "fixture.h"
#include "sample.h"

#include <math.h>
#include <string.h>

static cnn_model *model;
static cnn_trace *trace;
static cnn_run *run;
static cnn_dataset *images;

static bool save_model(const char *path, cnn_error *error) {
    return cnn_model_save(model, path, error);
}

static bool save_trace(const char *path, cnn_error *error) {
    return cnn_trace_save(trace, path, error);
}

static bool save_run(const char *path, cnn_error *error) {
    return cnn_run_save(run, path, error);
}

static bool (*const savers[])(const char *path, cnn_error *error) = {save_model, save_trace,
                                                                     save_run};
enum { SAVERS = sizeof savers / sizeof *savers };

/* Each request for memory fails once; jansson's too. */
static void without_memory(void **state) {
    fixture *here = *state;
    const char *path = fixture_path(here, "made");
    for (size_t i = 0; i < SAVERS; i++) {
        size_t n = 0;
        for (bool saved = false; !saved && n < 1000; n++) {
            here->error = (cnn_error){.status = CNN_STATUS_OK};
            allocations_fail(n, false);
            saved = savers[i](path, &here->error);
            allocations_succeed();
            if (!saved && strcmp(here->error.file, path))
                fail_msg("saver %zu, request %zu: \"%s\" names \"%s\"", i, n, here->error.message,
                         here->error.file);
        }
        assert_in_range(n, 5, 999);
    }
}

static void what_cannot_be_read_back(void **state) {
    fixture *here = *state;
    const char *path = fixture_path(here, "never");
    sample_set(model, "fc1.weight", 0, NAN);
    for (size_t i = 0; i < SAVERS; i += 2) {
        assert_false(savers[i](path, &here->error));
        assert_int_equal(here->error.status, CNN_STATUS_DIVERGED);
        assert_string_equal(here->error.file, path);
    }
}

static int create(void **state) {
    allocations_of_jansson();
    images = sample_dataset(16, 1);
    model = sample_model(4, 1);
    trace = cnn_trace_create(NULL);
    run = cnn_run_create(model, images, NULL, NULL, NULL);
    (void)state;
    return !images || !model || !trace || !run ||
           !cnn_trace_add(trace, model, CNN_TRACE_PARAMETERS, "", NULL);
}

static int release(void **state) {
    (void)state;
    cnn_run_free(run);
    cnn_trace_free(trace);
    cnn_model_free(model);
    cnn_dataset_free(images);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_memory, fixture_create, fixture_remove),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_back, fixture_create, fixture_remove),
    };
    return cmocka_run_group_tests(tests, create, release);
}
