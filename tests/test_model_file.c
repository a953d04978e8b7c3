/* Models to files and back, and the same files as PyTorch reads them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "fixture.h"
#include "model_file.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Every kind of layer, every side different, a dense layer whose inputs come through flatten and
 * relu. */
#define TEXT                                                                                       \
    "input 6x5x2\nconv2d 3 3x2 pad 1x0\nmaxpool2d 2\nflatten\nrelu\ndense 4 bias off\n"            \
    "relu\ndense 3\n"

static cnn_model *model_of(const char *text, const cnn_model_options *options) {
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

static cnn_model *small_model(uint64_t seed) {
    const cnn_model_options options = {
        .batch_size = 2, .threads = 1, .seed = seed, .normalization = {0.25f, 0.1f}};
    cnn_model *model = model_of(TEXT, &options);
    assert_true(cnn_model_set_class(model, 0, "a \"b\" \\", NULL));
    assert_true(cnn_model_set_class(model, 2, "\xc3\xa4\xe2\x82\xac", NULL));
    return model;
}

static void assert_same_parameters(const cnn_model *a, const cnn_model *b) {
    cnn_tensor x, y;
    size_t compared = 0;
    for (size_t i = 0; cnn_model_tensor_at(a, i, &x); i++) {
        const char *dot = strchr(x.name, '.');
        if (!dot || (strcmp(dot, ".weight") && strcmp(dot, ".bias")))
            continue;
        size_t bytes = sizeof(float);
        for (size_t d = 0; d < x.rank; d++)
            bytes *= x.shape[d];
        assert_true(cnn_model_tensor(b, x.name, &y, NULL));
        assert_memory_equal(x.data, y.data, bytes);
        compared++;
    }
    assert_int_equal(compared, 5);
}

static const uint8_t IMAGES[2 * 60] = {0, 1, 255, 3, 9, 80, 17, 33, 250, 128, [70] = 99, 98, 5};

static void assert_same_predictions(cnn_model *a, cnn_model *b) {
    float p[6], q[6];
    assert_true(cnn_model_predict(a, IMAGES, 2, p, NULL));
    assert_true(cnn_model_predict(b, IMAGES, 2, q, NULL));
    assert_memory_equal(p, q, sizeof p);
    assert_true(p[0] != p[3]);
}

static void saved_and_loaded(void **state) {
    fixture *here = *state;
    cnn_model *model = small_model(5);
    size_t size, again;
    char text[200];
    assert_true(cnn_model_save(model, fixture_path(here, "a"), &here->error));
    cnn_model *loaded = cnn_model_load(fixture_path(here, "a"), NULL, &here->error);
    assert_non_null(loaded);
    cnn_network_text(cnn_model_network(loaded), text, sizeof text);
    assert_string_equal(text, TEXT);
    assert_true(cnn_model_normalization(loaded).mean == 0.25f);
    assert_true(cnn_model_normalization(loaded).std == 0.1f);
    assert_string_equal(cnn_model_class_at(loaded, 0), "a \"b\" \\");
    assert_string_equal(cnn_model_class_at(loaded, 1), "1");
    assert_string_equal(cnn_model_class_at(loaded, 2), "\xc3\xa4\xe2\x82\xac");
    assert_same_parameters(model, loaded);
    assert_same_predictions(model, loaded);
    assert_true(cnn_model_save(loaded, fixture_path(here, "b"), &here->error));
    uint8_t *a = fixture_read(here, "a", &size), *b = fixture_read(here, "b", &again);
    assert_int_equal(size, again);
    assert_memory_equal(a, b, size);
    free(a);
    free(b);
    cnn_model_free(loaded);
    cnn_model_free(model);
}

static void options_of_a_file(void **state) {
    fixture *here = *state;
    cnn_model *model = small_model(5);
    assert_true(cnn_model_save(model, fixture_path(here, "a"), NULL));
    const cnn_model_options odd = {.batch_size = 7,
                                   .threads = 2,
                                   .input_gradient = true,
                                   .seed = 9,
                                   .init = CNN_INIT_KAIMING_NORMAL,
                                   .normalization = {5, -5}};
    for (int i = 0; i < 2; i++) {
        cnn_model *loaded = cnn_model_load(fixture_path(here, "a"), i ? &odd : NULL, NULL);
        assert_int_equal(cnn_model_batch_size(loaded), i ? 7 : 64);
        assert_true(!i || cnn_model_threads(loaded) == POOL_THREADS(2));
        assert_int_equal(cnn_model_tensor(loaded, "input.grad", NULL, NULL), i);
        assert_true(cnn_model_normalization(loaded).std == 0.1f);
        assert_same_parameters(model, loaded);
        cnn_model_free(loaded);
    }
    /* A mistake of the caller is not reported as one of the file. */
    const cnn_model_options none = {.batch_size = 0};
    assert_null(cnn_model_load(fixture_path(here, "a"), &none, &here->error));
    fixture_error_is(&here->error, CNN_STATUS_BAD_ARGUMENT,
                     "batch size 0: must be 1 to 4294967295");
    cnn_model_free(model);
}

/* The complete file of a model whose parameters count up in memory. */
static void written_out(void **state) {
    fixture *here = *state;
    static const char HEADER[] =
        "{\"__metadata__\":{\"cnn.version\":\"1\","
        "\"cnn.network\":\"input 1x2x2\\nconv2d 2 1x1\\nflatten\\ndense 2\\n\","
        "\"cnn.mean\":\"0.130700007\",\"cnn.deviation\":\"1.0\",\"cnn.classes\":\"[\\\"0\\\","
        "\\\"x\\\"]\"},"
        "\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,2,1,1],\"data_offsets\":[0,16]},"
        "\"conv1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]},"
        "\"fc1.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[24,56]},"
        "\"fc1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[56,64]}}";
    static const float NUMBERS[] = {0, 2, 1, 3, 0, 1, 0, 4, 2, 6, 1, 5, 3, 7, 0, 1};
    static const char *const NAMES[] = {"conv1.weight", "conv1.bias", "fc1.weight", "fc1.bias"};
    static const size_t COUNTS[] = {4, 2, 8, 2};
    const cnn_model_options options = {
        .batch_size = 1, .threads = 1, .normalization = {0.1307f, 1}};
    cnn_model *model = model_of("input 1x2x2\nconv2d 2 1\nflatten\ndense 2\n", &options);
    for (size_t i = 0; i < 4; i++) {
        static const float RISING[] = {0, 1, 2, 3, 4, 5, 6, 7};
        assert_true(cnn_model_set_tensor(model, NAMES[i], RISING, COUNTS[i], NULL));
    }
    cnn_model_set_class(model, 1, "x", NULL);
    assert_true(cnn_model_save(model, fixture_path(here, "a"), NULL));
    size_t size;
    uint8_t *bytes = fixture_read(here, "a", &size);
    const size_t length = sizeof HEADER - 1, padded = (length + 7) / 8 * 8;
    assert_int_equal(size, 8 + padded + sizeof NUMBERS);
    assert_int_equal(bytes[0] | bytes[1] << 8, padded);
    assert_memory_equal(bytes + 8, HEADER, length);
    assert_memory_equal(bytes + size - sizeof NUMBERS, NUMBERS, sizeof NUMBERS);
    free(bytes);
    cnn_model_free(model);
}

/* --------------------------------------------------------------- as PyTorch would read the file */

static const float *numbers_of(const safetensors *file, const char *name) {
    return (const void *)(file->bytes + safetensors_find(file, name)->begin);
}

/* The network TEXT, with channels first throughout. */
static void forward_channels_first(const safetensors *file, const float *x, double *logits) {
    const float(*image)[6][5] = (const void *)x;
    const float(*conv)[2][3][2] = (const void *)numbers_of(file, "conv1.weight");
    const float *bias = numbers_of(file, "conv1.bias"), *last = numbers_of(file, "fc2.bias");
    const float(*fc1)[18] = (const void *)numbers_of(file, "fc1.weight");
    const float(*fc2)[4] = (const void *)numbers_of(file, "fc2.weight");
    double pooled[3][3][2], hidden[4];
    for (int k = 0; k < 3; k++)
        for (int p = 0; p < 6; p++)
            for (int q = 0; q < 4; q++) {
                double y = bias[k];
                for (int c = 0; c < 2; c++)
                    for (int r = 0; r < 3; r++)
                        for (int s = 0; s < 2; s++)
                            if (p + r >= 1 && p + r <= 6)
                                y += (double)image[c][p + r - 1][q + s] * conv[k][c][r][s];
                double *max = &pooled[k][p / 2][q / 2];
                *max = (p % 2 || q % 2) && *max > y ? *max : y;
            }
    for (int k = 0; k < 4; k++) {
        hidden[k] = 0;
        for (int i = 0; i < 18; i++)
            hidden[k] += fmax(0, (&pooled[0][0][0])[i]) * fc1[k][i];
    }
    for (int k = 0; k < 3; k++) {
        logits[k] = last[k];
        for (int i = 0; i < 4; i++)
            logits[k] += fmax(0, hidden[i]) * fc2[k][i];
    }
}

static void means_the_same_to_pytorch(void **state) {
    fixture *here = *state;
    cnn_model *model = small_model(11);
    assert_true(cnn_model_save(model, fixture_path(here, "a"), NULL));
    size_t size;
    uint8_t *bytes = fixture_read(here, "a", &size);
    safetensors file;
    assert_true(safetensors_open(&file, bytes, size, NULL));
    float last[60], first[60];
    for (int i = 0; i < 60; i++) {
        last[i] = (float)((i * 37 + 11) % 60) / 20 - 1.5f;
        first[i % 2 * 30 + i / 2] = last[i];
    }
    assert_true(cnn_model_set_input(model, last, NULL, 1, NULL));
    cnn_model_forward(model);
    cnn_tensor logits;
    assert_true(cnn_model_tensor(model, "fc2", &logits, NULL));
    double wanted[3];
    forward_channels_first(&file, first, wanted);
    for (int k = 0; k < 3; k++)
        assert_true(fabs(((const float *)logits.data)[k] - wanted[k]) < 1e-5);
    safetensors_close(&file);
    free(bytes);
    cnn_model_free(model);
}

/* -------------------------------------------------------------------------------- when it fails */

/* Saving there fails with this reason. */
static void assert_not_saved(fixture *here, const char *path, const char *reason) {
    cnn_model *model = small_model(6);
    char text[400];
    snprintf(text, sizeof text, "%s: %s", path, reason);
    assert_false(cnn_model_save(model, path, &here->error));
    fixture_error_is(&here->error, CNN_STATUS_IO, text);
    assert_false(cnn_model_save(model, path, NULL));
    cnn_model_free(model);
}

static void no_place_to_save(void **state) {
    fixture *here = *state;
    assert_not_saved(here, "/dev/full", "cannot write: No space left on device");
    assert_not_saved(here, here->folder, "cannot write: Is a directory");
    assert_not_saved(here, fixture_path(here, "none/a"),
                     "cannot create a file beside it: No such file or directory");
    assert_int_equal(fixture_files(here), 0);
}

/* A limit on the size of files simulates a disk that is full after some bytes. */
static void old_file_outlives_a_full_disk(void **state) {
    fixture *here = *state;
    struct rlimit before, small;
    size_t size, after;
    cnn_model *model = small_model(5);
    assert_true(cnn_model_save(model, fixture_path(here, "a"), NULL));
    uint8_t *old = fixture_read(here, "a", &size);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < size; most += 97) {
        small = before;
        small.rlim_cur = most;
        setrlimit(RLIMIT_FSIZE, &small);
        const bool saved = cnn_model_save(model, here->path, &here->error);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_false(saved);
        assert_string_equal(here->error.message, "cannot write: File too large");
        assert_int_equal(fixture_files(here), 1);
        fixture_path(here, "a");
    }
    uint8_t *new = fixture_read(here, "a", &after);
    assert_int_equal(size, after);
    assert_memory_equal(old, new, size);
    free(old);
    free(new);
    cnn_model_free(model);
}

static void names_that_are_no_text(void **state) {
    fixture *here = *state;
    static const char *const BAD[] = {"", "\xff", "a\nb"};
    cnn_model *model = small_model(5);
    for (size_t i = 0; i < 3; i++) {
        /* The model may refuse the name itself; if not, its file does. */
        if (!cnn_model_set_class(model, 1, BAD[i], &here->error))
            continue;
        assert_false(cnn_model_save(model, fixture_path(here, "a"), &here->error));
        assert_int_equal(here->error.status, CNN_STATUS_BAD_ARGUMENT);
        assert_non_null(strstr(here->error.message, "the name of class 1, "));
    }
    assert_int_equal(fixture_files(here), 0);
    cnn_model_free(model);
}

/* ------------------------------------------------------------------------- lack of any memory */

static cnn_model *kept;
static uint8_t *kept_bytes;
static size_t kept_size;

static bool build(cnn_error *error) {
    model_image image;
    if (!model_image_build(&image, kept, error))
        return false;
    model_image_release(&image);
    return true;
}

static bool parse(cnn_error *error) {
    const cnn_model_options one = {.batch_size = 1, .threads = 1};
    cnn_model *model = cnn_model_parse(kept_bytes, kept_size, &one, error);
    if (model) {
        assert_same_parameters(model, kept);
        assert_string_equal(cnn_model_class_at(model, 2), "\xc3\xa4\xe2\x82\xac");
    }
    cnn_model_free(model);
    return model != NULL;
}

static bool take(cnn_error *error) {
    return cnn_model_parse_weights(kept, kept_bytes, kept_size, error);
}

static void every_request_may_fail(void **state) {
    fixture *here = *state;
    kept = small_model(5);
    assert_true(cnn_model_save(kept, fixture_path(here, "a"), NULL));
    kept_bytes = fixture_read(here, "a", &kept_size);
    fixture_survives(build, 60);
    fixture_survives(parse, 60);
    fixture_survives(take, 50);
    free(kept_bytes);
    cnn_model_free(kept);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_create, fixture_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(saved_and_loaded),
        IN_FOLDER(options_of_a_file),
        IN_FOLDER(written_out),
        IN_FOLDER(means_the_same_to_pytorch),
        IN_FOLDER(no_place_to_save),
        IN_FOLDER(old_file_outlives_a_full_disk),
        IN_FOLDER(names_that_are_no_text),
        IN_FOLDER(every_request_may_fail),
    };
    return cmocka_run_group_tests_name("model files", tests, NULL, NULL);
}
