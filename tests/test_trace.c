/* Traces: their contents, and contents that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "fixture.h"
#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One image 1x4 of two channels through a pool, flatten and dense. Images and weights are small
 * whole numbers, so that every number can be computed by hand. */
#define TEXT "input 1x4x2\nmaxpool2d 1x2\nflatten\ndense 2\n"

static cnn_model *stepped_model(void) {
    static const float X[] = {1, -1, 2, -2, 3, -3, 4, -4, 8, 10, 7, 20, 6, 30, 5, 40};
    static const float W[] = {1, 0, 0, 1, 2, 0, 0, 2};
    const uint32_t labels[] = {1, 0};
    const cnn_model_options options = {
        .batch_size = 2, .threads = 1, .input_gradient = true, .normalization = {0, 1}};
    cnn_network *network = cnn_network_parse(TEXT, strlen(TEXT), NULL);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    cnn_network_free(network);
    assert_non_null(model);
    assert_true(cnn_model_set_tensor(model, "fc1.weight", W, sizeof W / sizeof *W, NULL));
    assert_true(cnn_model_set_tensor(model, "fc1.bias", (float[]){0.5f, -0.5f}, 2, NULL));
    assert_true(cnn_model_set_input(model, X, labels, 2, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    return model;
}

/* A trace read back. */
typedef struct opened {
    uint8_t *bytes;
    safetensors file;
} opened;

static opened save_and_open(fixture *here, const cnn_trace *trace) {
    opened o;
    size_t size;
    assert_true(cnn_trace_save(trace, fixture_path(here, "t"), &here->error));
    o.bytes = fixture_read(here, "t", &size);
    assert_true(safetensors_open(&o.file, o.bytes, size, NULL));
    return o;
}

static void close_opened(opened *o) {
    safetensors_close(&o->file);
    free(o->bytes);
}

static const void *assert_tensor(const opened *o, const char *name, const safetensors_type *type,
                                 size_t rank, const size_t *shape) {
    const safetensors_entry *entry = safetensors_find(&o->file, name);
    if (!entry)
        fail_msg("no tensor %s", name);
    assert_ptr_equal(entry->type, type);
    assert_int_equal(entry->rank, rank);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(entry->shape[i], shape[i]);
    assert_int_equal(entry->begin % type->bytes, 0);
    return o->bytes + entry->begin;
}

static void assert_floats(const opened *o, const char *name, size_t rank, const size_t *shape,
                          const float *wanted) {
    size_t bytes = sizeof(float);
    for (size_t i = 0; i < rank; i++)
        bytes *= shape[i];
    assert_memory_equal(assert_tensor(o, name, &safetensors_f32, rank, shape), wanted, bytes);
}

#define SHAPE(...)                                                                                 \
    sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t), (size_t[]) {                                 \
        __VA_ARGS__                                                                                \
    }
#define FLOATS(...)                                                                                \
    (float[]) {                                                                                    \
        __VA_ARGS__                                                                                \
    }

static void pass_by_hand(void **state) {
    cnn_model *model = stepped_model();
    cnn_trace *trace = cnn_trace_create(NULL);
    assert_true(cnn_trace_add(trace, model, CNN_TRACE_PASS, "s/", NULL));
    opened o = save_and_open(*state, trace);
    assert_floats(&o, "s/input", SHAPE(2, 2, 1, 4),
                  FLOATS(1, 2, 3, 4, -1, -2, -3, -4, 8, 7, 6, 5, 10, 20, 30, 40));
    assert_floats(&o, "s/pool1", SHAPE(2, 2, 1, 2), FLOATS(2, 4, -1, -3, 8, 6, 20, 40));
    assert_floats(&o, "s/flatten1", SHAPE(2, 4), FLOATS(2, 4, -1, -3, 8, 6, 20, 40));
    assert_floats(&o, "s/fc1", SHAPE(2, 2), FLOATS(10.5f, -7.5f, 20.5f, 99.5f));
    static const int32_t LABELS[] = {1, 0}, INDICES[] = {1, 3, 0, 2, 0, 2, 1, 3};
    assert_memory_equal(assert_tensor(&o, "s/labels", &safetensors_i32, 1, (size_t[]){2}), LABELS,
                        sizeof LABELS);
    assert_memory_equal(
        assert_tensor(&o, "s/pool1.indices", &safetensors_i32, 4, (size_t[]){2, 2, 1, 2}), INDICES,
        sizeof INDICES);
    assert_tensor(&o, "s/losses", &safetensors_f32, 1, (size_t[]){2});
    const float *p = assert_tensor(&o, "s/probabilities", &safetensors_f32, 2, (size_t[]){2, 2});
    assert_true(p[0] > 0.99f && p[3] > 0.99f);
    /* In the rows where they are sure and wrong, the logits' gradients are about 1/2 and -1/2. */
    const float *g = assert_tensor(&o, "s/fc1.weight.grad", &safetensors_f32, 2, (size_t[]){2, 4});
    const float wanted[8] = {1 - 4, 2 - 3, -0.5f - 10, -1.5f - 20, 3, 1, 10.5f, 21.5f};
    for (int i = 0; i < 8; i++)
        assert_true(g[i] > wanted[i] - 1e-3f && g[i] < wanted[i] + 1e-3f);
    g = assert_tensor(&o, "s/input.grad", &safetensors_f32, 4, (size_t[]){2, 2, 1, 4});
    assert_true(g[0] == 0 && g[1] > 0.49f && g[2] == 0 && g[3] > 0.99f && g[4] < -0.49f);
    assert_int_equal(o.file.count, 14);
    close_opened(&o);
    cnn_trace_free(trace);
    cnn_model_free(model);
}

static void parameters_and_values(void **state) {
    cnn_model *model = stepped_model();
    cnn_trace *trace = cnn_trace_create(NULL);
    assert_true(cnn_trace_add(trace, model, CNN_TRACE_PARAMETERS, "", NULL));
    assert_true(cnn_trace_add_value(trace, "loss", 0.1, NULL));
    opened o = save_and_open(*state, trace);
    assert_floats(&o, "fc1.weight", SHAPE(2, 4), FLOATS(1, 2, 0, 0, 0, 0, 1, 2));
    assert_floats(&o, "fc1.bias", SHAPE(2), FLOATS(0.5f, -0.5f));
    assert_memory_equal(assert_tensor(&o, "loss", &safetensors_f64, 0, NULL), &(double){0.1}, 8);
    assert_int_equal(o.file.count, 3);
    assert_null(o.file.metadata);
    close_opened(&o);
    cnn_trace_free(trace);
    cnn_model_free(model);
}

/* A trace holds copies: what the model does later changes nothing. */
static void copies(void **state) {
    cnn_model *model = stepped_model();
    cnn_trace *trace = cnn_trace_create(NULL);
    assert_true(cnn_trace_add(trace, model, CNN_TRACE_PASS, "", NULL));
    cnn_model_free(model);
    opened o = save_and_open(*state, trace);
    assert_floats(&o, "fc1", SHAPE(2, 2), FLOATS(10.5f, -7.5f, 20.5f, 99.5f));
    close_opened(&o);
    cnn_trace_free(trace);
    cnn_trace_free(NULL);
}

static void assert_value_refused(cnn_trace *trace, const char *name, const char *text) {
    cnn_error error;
    assert_false(cnn_trace_add_value(trace, name, 1, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_ARGUMENT, text);
}

static void names_are_unique_text(void **state) {
    fixture *here = *state;
    cnn_model *model = stepped_model();
    cnn_trace *trace = cnn_trace_create(NULL);
    assert_true(cnn_trace_add_value(trace, "a/fc1.bias", 1, NULL));
    assert_value_refused(trace, "a/fc1.bias", "the trace has a tensor \"a/fc1.bias\" already");
    assert_value_refused(trace, "__metadata__", "\"__metadata__\" cannot name a tensor");
    assert_value_refused(trace, "a\nb\xff", "\"a?b?\" cannot name a tensor");
    /* The second tensor of this call exists already: the first is removed again. */
    assert_false(cnn_trace_add(trace, model, CNN_TRACE_PARAMETERS, "a/", &here->error));
    fixture_error_is(&here->error, CNN_STATUS_BAD_ARGUMENT,
                     "the trace has a tensor \"a/fc1.bias\" already");
    assert_true(cnn_trace_add_value(trace, "a/fc1.weight", 2, NULL));
    assert_true(cnn_trace_add(trace, model, CNN_TRACE_PARAMETERS, "b/", NULL));
    opened o = save_and_open(here, trace);
    assert_int_equal(o.file.count, 4);
    close_opened(&o);
    cnn_trace_free(trace);
    cnn_model_free(model);
}

static void many_tensors(void **state) {
    cnn_trace *trace = cnn_trace_create(NULL);
    char name[20];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "\"%d\"", i);
        assert_true(cnn_trace_add_value(trace, name, i, NULL));
    }
    opened o = save_and_open(*state, trace);
    assert_int_equal(o.file.count, 1000);
    for (int i = 0; i < 1000; i++) {
        double value;
        snprintf(name, sizeof name, "\"%d\"", i);
        memcpy(&value, assert_tensor(&o, name, &safetensors_f64, 0, NULL), sizeof value);
        assert_true(value == i);
    }
    close_opened(&o);
    cnn_trace_free(trace);
}

static void empty_trace(void **state) {
    fixture *here = *state;
    cnn_trace *trace = cnn_trace_create(NULL);
    opened o = save_and_open(here, trace);
    assert_int_equal(o.file.count, 0);
    close_opened(&o);
    assert_false(cnn_trace_save(trace, "/dev/full", &here->error));
    fixture_error_is(&here->error, CNN_STATUS_IO,
                     "/dev/full: cannot write: No space left on device");
    assert_false(cnn_trace_save(trace, fixture_path(here, "none/t"), &here->error));
    assert_int_equal(here->error.status, CNN_STATUS_IO);
    cnn_trace_free(trace);
}

/* What failed for lack of memory can be added later, as if it had never been tried. */
static void trace_outlives_lack_of_memory(void **state) {
    size_t failed = 0;
    for (size_t n = 0; n <= failed; n++) {
        cnn_trace *trace = cnn_trace_create(NULL);
        allocations_fail(n, false);
        const bool added = cnn_trace_add_value(trace, "a", 1, NULL);
        allocations_succeed();
        failed += !added;
        assert_int_equal(cnn_trace_add_value(trace, "a", 1, NULL), !added);
        opened o = save_and_open(*state, trace);
        assert_int_equal(o.file.count, 1);
        close_opened(&o);
        cnn_trace_free(trace);
    }
    assert_int_equal(failed, 3);
}

static cnn_model *kept;

static bool record(cnn_error *error) {
    cnn_trace *trace = cnn_trace_create(error);
    const bool good = trace && cnn_trace_add(trace, kept, CNN_TRACE_PARAMETERS, "0/", error) &&
                      cnn_trace_add(trace, kept, CNN_TRACE_PASS, "1/", error) &&
                      cnn_trace_add_value(trace, "1/loss", 1, error) &&
                      cnn_trace_save(trace, "/dev/null", error);
    cnn_trace_free(trace);
    return good;
}

static void every_request_may_fail(void **state) {
    (void)state;
    kept = stepped_model();
    fixture_survives(record, 100);
    cnn_model_free(kept);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_create, fixture_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(pass_by_hand),
        IN_FOLDER(parameters_and_values),
        IN_FOLDER(copies),
        IN_FOLDER(names_are_unique_text),
        IN_FOLDER(many_tensors),
        IN_FOLDER(empty_trace),
        IN_FOLDER(trace_outlives_lack_of_memory),
        cmocka_unit_test(every_request_may_fail),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
