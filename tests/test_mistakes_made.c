/* Mistakes made in a training run: in its operations, with the same bits everywhere, and in its
 * inputs; the model and its file record them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocations.h"
#include "mistakes.h"
#include "network.h"

static cnn_network *network_of(const char *text) {
    cnn_error error;
    cnn_network *network = cnn_network_parse(text, strlen(text), &error);
    if (!network)
        fail_msg("%s", error.message);
    return network;
}

enum { BATCH = 11, PIXELS = 9 * 9 };

static const char trained_text[] =
    "input 9x9x1\nconv2d 3 3x3 pad 1\nrelu\nmaxpool2d 3x2 stride 2\n"
    "conv2d 4 2x3 stride 2x1 pad 1\nleakyrelu\navgpool2d 2 stride 1\nflatten\ndense 6\nrelu\n"
    "dense 3\n";

static cnn_dataset *images_of(void) {
    const cnn_dataset_info info = {
        .images = 3 * BATCH, .height = 9, .width = 9, .channels = 1, .classes = 3};
    static uint8_t pixels[3 * BATCH * PIXELS];
    static uint32_t labels[3 * BATCH];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 7919 % 251);
    for (uint32_t i = 0; i < 3 * BATCH; i++)
        labels[i] = i * 5 % 3;
    cnn_dataset *images = cnn_dataset_create(&info, pixels, labels, NULL);
    assert_non_null(images);
    return images;
}

static cnn_model *model_with(const char *mistake, const char *backend, size_t threads) {
    cnn_model_options options = cnn_model_options_defaults();
    cnn_network *network = network_of(trained_text);
    options.batch_size = BATCH;
    options.backend = backend;
    options.threads = threads;
    options.debug_mistake = mistake;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

/* All parameters after an epoch; to be freed. */
static float *trained(const char *mistake, cnn_optimizer_kind kind, const char *backend,
                      size_t threads, size_t *count) {
    cnn_dataset *images = images_of();
    cnn_model *model = model_with(mistake, backend, threads);
    cnn_train_options options = cnn_train_options_defaults();
    cnn_tensor tensor;
    float *all = calloc(4096, sizeof *all);
    *count = 0;
    options.epochs = 1;
    options.optimizer.kind = kind;
    options.optimizer.lr = 0.003;
    options.optimizer.weight_decay = 0.1;
    cnn_train(model, images, NULL, &options, NULL,
              NULL); /* it may diverge, which is compared too */
    for (size_t i = 0; cnn_model_tensor_at(model, i, &tensor); i++) {
        size_t numbers = strstr(tensor.name, ".weight") || strstr(tensor.name, ".bias");
        for (size_t d = 0; d < tensor.rank; d++)
            numbers *= tensor.shape[d];
        assert_true(*count + numbers <= 4096);
        memcpy(all + *count, tensor.data, numbers * sizeof *all);
        *count += numbers;
    }
    cnn_model_free(model);
    cnn_dataset_free(images);
    return all;
}

static bool same_as_book(const char *mistake, cnn_optimizer_kind kind, const float *book) {
    static const size_t threads[] = {1, 3, 11};
    cnn_backend backend;
    size_t count;
    bool same = true;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        for (size_t t = 0; backend.runs && backend.same_bits && t < 3; t++) {
            float *other = trained(mistake, kind, backend.name, threads[t], &count);
            same &= !memcmp(book, other, count * sizeof *book);
            free(other);
        }
    return same;
}

/* These may change nothing: no tie, no large logit, and no decay apart from the gradient's. */
static bool may_be_the_same(const mistake_row *row) {
    static const char *const names[] = {"pool-ties", "softmax-without-max", "decay-after-root"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(row->about.name, names[i]))
            return true;
    return row->setting != SET_NONE;
}

/* The same wrong bits on every back end and any number of threads. */
static void same_bits_everywhere(void **state) {
    size_t count, changed = 0;
    (void)state;
    float *right = trained(NULL, CNN_OPTIMIZER_ADAM, "ref", 1, &count);
    for (size_t m = 0; m < mistake_row_count; m++) {
        const char *name = mistake_rows[m].about.name;
        float *book = trained(name, CNN_OPTIMIZER_ADAM, "ref", 1, &count);
        const bool differs = memcmp(right, book, count * sizeof *right);
        if (!differs && !may_be_the_same(&mistake_rows[m]))
            fail_msg("%s: as if it were right", name);
        if (!same_as_book(name, CNN_OPTIMIZER_ADAM, book))
            fail_msg("%s: other bits elsewhere", name);
        changed += differs;
        free(book);
    }
    assert_true(changed >= 35);
    free(right);
    float *sgd = trained("step-not-stored", CNN_OPTIMIZER_SGD, "ref", 1, &count);
    assert_true(same_as_book("step-not-stored", CNN_OPTIMIZER_SGD, sgd));
    free(sgd);
    float *a = trained("decay-after-root", CNN_OPTIMIZER_ADAMW, "ref", 1, &count);
    float *b = trained(NULL, CNN_OPTIMIZER_ADAMW, "ref", 1, &count);
    assert_memory_not_equal(a, b, count * sizeof *a);
    free(a);
    free(b);
}

static void made_in_what_a_run_is_given(void **state) {
    cnn_model_options options = cnn_model_options_defaults();
    cnn_optimizer optimizer = cnn_optimizer_defaults();
    cnn_dataset *images = images_of(), *right = images_of();
    cnn_error error;
    size_t same = 0, counts[3] = {0};
    (void)state;
    assert_false(cnn_mistake_make("sine", &options, &optimizer, images, &error));
    assert_string_equal(error.message, "no mistake named \"sine\"");
    assert_false(cnn_mistake_make(NULL, &options, &optimizer, images, &error));
    assert_null(options.debug_mistake);
    assert_true(cnn_mistake_make("rate-x100", NULL, NULL, NULL, &error));
    assert_true(cnn_mistake_make("rate-x100", &options, &optimizer, images, &error));
    assert_string_equal(options.debug_mistake, "rate-x100");
    assert_true(fabs(optimizer.lr - 0.1) < 1e-9);
    assert_true(cnn_mistake_make("rate-over-1000", NULL, &optimizer, NULL, &error));
    assert_true(fabs(optimizer.lr - 0.0001) < 1e-9);
    assert_true(cnn_mistake_make("pixels-0-255", &options, NULL, NULL, &error));
    assert_true(options.normalization.mean == 0 && options.normalization.std < 0.004f);
    assert_true(cnn_mistake_make("weights-zero", &options, NULL, NULL, &error));
    assert_true(options.init == CNN_INIT_CONSTANT && options.constant == 0);
    assert_true(cnn_mistake_make("weights-equal", &options, NULL, NULL, &error));
    assert_true(options.init == CNN_INIT_CONSTANT && options.constant == 0.05f);
    assert_true(cnn_mistake_make("labels-shifted", NULL, NULL, images, &error));
    for (size_t i = 0; i < 3 * BATCH; i++)
        assert_int_equal(cnn_dataset_label_at(images, i),
                         cnn_dataset_label_at(right, (i + 1) % (3 * BATCH)));
    assert_true(cnn_mistake_make("labels-shuffled", NULL, NULL, images, &error));
    for (size_t i = 0; i < 3 * BATCH; i++) {
        same += cnn_dataset_label_at(images, i) == cnn_dataset_label_at(right, i);
        counts[cnn_dataset_label_at(images, i)]++;
    }
    assert_in_range(same, 1, 2 * BATCH);
    assert_true(counts[0] == BATCH && counts[1] == BATCH && counts[2] == BATCH);
    cnn_dataset_free(images);
    cnn_dataset_free(right);
}

static void remembered(void **state) {
    char path[] = "/tmp/mistakes.XXXXXX";
    cnn_error error;
    (void)state;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    cnn_model *sound = model_with(NULL, NULL, 1), *broken = model_with("relu-open", NULL, 1);
    assert_null(cnn_model_mistake(sound));
    assert_null(cnn_model_mistake(NULL));
    assert_string_equal(cnn_model_mistake(broken), "relu-open");
    assert_true(cnn_model_save(broken, path, NULL));
    cnn_model *loaded = cnn_model_load(path, NULL, NULL);
    assert_string_equal(cnn_model_mistake(loaded), "relu-open");
    cnn_model_free(loaded);
    assert_true(cnn_model_load_weights(sound, path, NULL));
    assert_string_equal(cnn_model_mistake(sound), "relu-open");
    cnn_model_options options = cnn_model_options_defaults();
    options.debug_mistake = "sine";
    assert_null(cnn_model_create(cnn_model_network(sound), &options, &error));
    assert_string_equal(error.message, "no mistake named \"sine\"");
    /* Another process could not resume a run with it. */
    cnn_dataset *images = images_of();
    cnn_run *run = cnn_run_create(broken, images, NULL, NULL, NULL);
    assert_false(cnn_run_save(run, path, &error));
    assert_non_null(strstr(error.message, "with the mistake relu-open"));
    cnn_run_free(run);
    cnn_dataset_free(images);
    cnn_model_free(sound);
    cnn_model_free(broken);
    unlink(path);
}

static void without_memory(void **state) {
    cnn_network *network = network_of(trained_text);
    cnn_model_options options = cnn_model_options_defaults();
    const cnn_gradcheck_options check = {.batch_size = 1, .samples = 1, .debug_mistake = "sign"};
    cnn_error error;
    (void)state;
    options.threads = 1;
    options.debug_mistake = "relu-open";
    const long before = allocations_left();
    for (size_t n = 0, done = 0; done < 2; n++) {
        allocations_fail(n, false);
        cnn_model *model = cnn_model_create(network, &options, &error);
        const bool checked = cnn_gradcheck(network, &check, NULL, NULL, NULL, NULL);
        allocations_succeed();
        assert_true(model || error.status == CNN_STATUS_NO_MEMORY);
        done = model && checked ? done + 1 : 0;
        cnn_model_free(model);
        assert_int_equal(allocations_left(), before);
    }
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_everywhere),
        cmocka_unit_test(made_in_what_a_run_is_given),
        cmocka_unit_test(remembered),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
