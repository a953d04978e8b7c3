/* Running out of memory at any request, jansson's and zlib's among them: a clean error, nothing
 * leaked, and no request at all inside a step. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocations.h"
#include "idx_blobs.h"
#include "png_blobs.h"
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
        cnn_model_predict(model, cnn_dataset_image_at(data, 0), 16, probabilities, NULL);
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

static bool examine(cnn_error *error) {
    cnn_doctor_options options = CNN_DOCTOR_OPTIONS_DEFAULT;
    cnn_network *network = sample_network();
    cnn_dataset *data = sample_dataset(16, 1);
    options.model.batch_size = 4;
    options.model.threads = 1;
    options.optimizer.weight_decay = 0.1;
    cnn_doctor *doctor =
        network && data ? cnn_doctor_create(network, NULL, data, &options, error) : NULL;
    const bool ok = doctor && cnn_doctor_examine(doctor, error);
    assert_true(ok || !cnn_doctor_finding_count(doctor));
    cnn_doctor_free(doctor);
    cnn_dataset_free(data);
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

/* Compressed images and plain labels, as the files of a folder may be. */
static bool load_images(cnn_error *error) {
    static const blob labels = {{0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2}, 11};
    blob images = images_of(3, 4, 5);
    images = zipped(images.data, images.size);
    cnn_dataset *data =
        cnn_dataset_from_idx(images.data, images.size, labels.data, labels.size, 10, error);
    const bool ok = data != NULL;
    if (data)
        assert_three_images(data);
    cnn_dataset_free(data);
    return ok;
}

/* From a file, and brought into the form of MNIST's images. */
static char picture_path[] = "/tmp/test_memory.XXXXXX";

static int put_picture(void **state) {
    static const uint8_t strokes[8 * 8] = {[9] = 200, [18] = 255, [27] = 255, [36] = 210};
    size_t size;
    const int file = mkstemp(picture_path);
    uint8_t *png = png_gray(strokes, 8, 8, &size);
    (void)state;
    const bool written = file >= 0 && write(file, png, size) == (ssize_t)size;
    free(png);
    return written ? close(file) : -1;
}

static int remove_picture(void **state) {
    (void)state;
    return remove(picture_path);
}

static bool load_picture(cnn_error *error) {
    uint8_t pixels[28 * 28];
    cnn_picture *picture = cnn_picture_load(picture_path, 1, error);
    const bool ok = picture && cnn_picture_fit(picture, 28, 28, pixels, error);
    cnn_picture_free(picture);
    return ok;
}

static bool parse_network(cnn_error *error) {
    static const char text[] = "input 8x8x1\nconv2d 4 3x3\nrelu\nflatten\ndense 4\n";
    cnn_network *network = cnn_network_parse(text, strlen(text), error);
    const bool ok = network != NULL;
    cnn_network_free(network);
    return ok;
}

/* A failed request leaves the model unchanged: it predicts the same, and can be used. */
static cnn_model *used_model;
static const char *used_path;
static float first_answers[4 * 4];

static bool answers_are(const float expected[4 * 4]) {
    float answers[4 * 4];
    cnn_dataset *data = sample_dataset(4, 1);
    const bool same =
        data && cnn_model_predict(used_model, cnn_dataset_image_at(data, 0), 4, answers, NULL) &&
        !memcmp(answers, expected, sizeof answers);
    cnn_dataset_free(data);
    return same;
}

static bool save_again(cnn_error *error) {
    return cnn_model_save(used_model, used_path, error);
}

static bool load_again(cnn_error *error) {
    return cnn_model_load_weights(used_model, used_path, error);
}

static bool name_again(cnn_error *error) {
    return cnn_model_set_class(used_model, 1, "one", error);
}

static bool trace_again(cnn_error *error) {
    static const float x[2 * 64] = {[9] = 1, [70] = 2};
    if (!cnn_model_set_input(used_model, x, (uint32_t[]){0, 1}, 2, error))
        return false;
    cnn_model_forward(used_model);
    cnn_trace *trace = cnn_trace_create(error);
    bool ok = trace && cnn_trace_add(trace, used_model, CNN_TRACE_PASS, "a/", error);
    ok = ok && cnn_trace_add(trace, used_model, CNN_TRACE_PASS, "b/", error);
    cnn_trace_free(trace);
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

/* Fails each request, one by one, until a run makes no more, alone and with all that follow. unset:
 * the status before a run, CNN_STATUS_NO_MEMORY for those whose sample may fail silently. */
static void assert_survives(const char *what, bool (*run)(cnn_error *), cnn_status unset) {
    size_t n[2], spared[2] = {0, 0};
    for (int all = 0; all < 2; all++) {
        bool ok = false;
        for (n[all] = 0; !ok && n[all] < 1000; n[all]++) {
            cnn_error error = {.status = unset};
            const long before = allocations_left();
            allocations_fail(n[all], all);
            ok = run(&error);
            const bool reached = allocations() > n[all];
            allocations_succeed();
            assert_int_equal(allocations_left(), before);
            assert_true(ok || error.status == CNN_STATUS_NO_MEMORY);
            assert_true(ok || reached);
            assert_true(!used_model || answers_are(first_answers));
            /* jansson can do without some, see json_text.c. */
            spared[all] += ok && reached;
            ok = !reached;
        }
        assert_true(ok);
    }
    print_message("%s: %zu requests failed one by one (%zu without harm), %zu with all after "
                  "(%zu)\n",
                  what, n[0] - 1, spared[0], n[1] - 1, spared[1]);
    assert_true(n[0] > 1 && 8 * spared[0] <= n[0] && !spared[1]);
}

static void test_every_request_may_fail(void **state) {
    (void)state;
    assert_survives("train", train, CNN_STATUS_NO_MEMORY);
    assert_survives("gradcheck", check_gradients, CNN_STATUS_NO_MEMORY);
    assert_survives("doctor", examine, CNN_STATUS_NO_MEMORY);
    assert_survives("save and load", save_and_load, CNN_STATUS_NO_MEMORY);
    assert_survives("trace", trace, CNN_STATUS_NO_MEMORY);
    assert_survives("load images", load_images, CNN_STATUS_OK);
    assert_survives("parse a network", parse_network, CNN_STATUS_OK);
    assert_survives("load a picture", load_picture, CNN_STATUS_OK);
}

static void test_objects_stay_usable(void **state) {
    char path[] = "/tmp/test_memory.XXXXXX";
    const int file = mkstemp(path);
    cnn_dataset *data = sample_dataset(4, 1);
    (void)state;
    assert_true(file >= 0 && data);
    close(file);
    used_model = sample_model(4, 1);
    used_path = path;
    assert_true(cnn_model_set_preprocessing(used_model, CNN_PREPROCESSING_MNIST, NULL));
    assert_true(
        cnn_model_predict(used_model, cnn_dataset_image_at(data, 0), 4, first_answers, NULL));
    assert_survives("save", save_again, CNN_STATUS_OK);
    assert_survives("load weights", load_again, CNN_STATUS_OK);
    assert_survives("trace of a pass", trace_again, CNN_STATUS_OK);
    assert_true(name_again(NULL) && save_again(NULL) && load_again(NULL));
    assert_true(answers_are(first_answers));
    cnn_dataset_free(data);
    cnn_model_free(used_model);
    used_model = NULL;
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_take_no_memory),
        cmocka_unit_test(test_every_request_may_fail),
        cmocka_unit_test(test_objects_stay_usable),
    };
    allocations_of_jansson();
    return cmocka_run_group_tests(tests, put_picture, remove_picture);
}
