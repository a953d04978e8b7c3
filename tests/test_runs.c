/* Complete runs: 200 steps of training with the networks that come with the library end in the same
 * parameters, bit for bit, on every back end and any number of threads. The images are made here:
 * one bright spot, its place by class, in noise. */
#include "books.h"
#include "bounds.h"
#include "cnn.h"
#include "pairs.h"
#include "same_bits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, CLASSES = 10, IMAGES = 997, STEPS = 200 };

static uint8_t pixel(random_state *random, size_t h, size_t w, size_t label) {
    const bool spot = h / 7 == label / 4 && w / 7 == label % 4;
    return (uint8_t)(random_below(random, 128) + (spot ? 96 : 0));
}

static cnn_dataset *images_made(void) {
    const cnn_dataset_info info = {IMAGES, SIDE, SIDE, 1, CLASSES};
    uint8_t *pixels = malloc(IMAGES * SIDE * SIDE);
    uint32_t labels[IMAGES];
    random_state random = random_seeded(30, 0);
    assert_non_null(pixels);
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint32_t)random_below(&random, CLASSES);
        for (size_t at = 0; at < SIDE * SIDE; at++)
            pixels[i * SIDE * SIDE + at] = pixel(&random, at / SIDE, at % SIDE, labels[i]);
    }
    cnn_dataset *dataset = cnn_dataset_create(&info, pixels, labels, NULL);
    assert_non_null(dataset);
    free(pixels);
    return dataset;
}

/* A run to compare with that of the fastest back end on one thread. */
typedef struct other {
    size_t threads;
    bool book;
    bool every_layer; /* blocks in their parts */
} other;

static cnn_model *model_made(const char *path, size_t batch, other how) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = batch;
    options.threads = how.threads;
    options.backend = how.book ? "ref" : exact_best()->name;
    options.every_layer = how.every_layer;
    cnn_network *network = cnn_network_load(path, NULL);
    assert_non_null(network);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    assert_string_equal(cnn_model_backend(model), how.book ? "ref" : exact_best()->name);
    assert_int_equal(cnn_model_threads(model), POOL_THREADS(how.threads));
    return model;
}

/* One step on images drawn by the step's number alone; every seventh batch is not full. */
static double step(cnn_model *model, cnn_trainer *trainer, const cnn_dataset *data, size_t number) {
    random_state random = random_seeded(31, number);
    const size_t batch = cnn_model_batch_size(model);
    const size_t count = number % 7 == 6 ? between(&random, 1, batch) : batch;
    uint32_t *indices = malloc(batch * sizeof *indices);
    assert_non_null(indices);
    for (size_t i = 0; i < count; i++)
        indices[i] = random_below(&random, IMAGES);
    assert_true(cnn_model_set_batch(model, data, indices, count, NULL));
    free(indices);
    return cnn_train_step(trainer);
}

/* The images are learned during the run: the comparison means something. */
static void train(cnn_model *model, const cnn_dataset *data) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_trainer *trainer = cnn_trainer_create(model, &adam, NULL, NULL);
    const size_t steps = rounds_of(STEPS);
    double first = 0, last = 0;
    assert_non_null(trainer);
    for (size_t i = 0; i < steps; i++) {
        const double loss = step(model, trainer, data, i);
        first += i < 5 ? loss : 0;
        last += i + 5 >= steps ? loss : 0;
    }
    if (steps == STEPS)
        assert_true(last < first / 4);
    cnn_trainer_free(trainer);
}

static bool ends_in(const char *name, const char *end) {
    const size_t length = strlen(name), size = strlen(end);
    return length >= size && !strcmp(name + length - size, end);
}

static size_t bytes_of(const cnn_tensor *tensor) {
    size_t bytes = sizeof(float);
    for (size_t i = 0; i < tensor->rank; i++)
        bytes *= tensor->shape[i];
    return bytes;
}

/* Returns how many parameters there are. */
static size_t compare_parameters(const cnn_model *a, const cnn_model *b, const char *what) {
    size_t numbers = 0;
    for (size_t i = 0; i < cnn_model_tensor_count(a); i++) {
        cnn_tensor one, other;
        assert_true(cnn_model_tensor_at(a, i, &one));
        if (!ends_in(one.name, ".weight") && !ends_in(one.name, ".bias"))
            continue;
        assert_true(cnn_model_tensor(b, one.name, &other, NULL));
        assert_int_equal(bytes_of(&one), bytes_of(&other));
        numbers += bytes_of(&one) / sizeof(float);
        if (memcmp(one.data, other.data, bytes_of(&one)))
            fail_msg("%s: %s differs", what, one.name);
    }
    return numbers;
}

/* `others` is ended by one without threads. */
static void compare_runs(const char *path, size_t parameters, size_t batch, const other *others) {
    cnn_dataset *data = images_made();
    cnn_model *one = model_made(path, batch, (other){.threads = 1});
    train(one, data);
    for (; others->threads; others++) {
        cnn_model *other = model_made(path, batch, *others);
        char what[80];
        snprintf(what, sizeof what, "batch %zu, %zu threads, back end %s", batch, others->threads,
                 cnn_model_backend(other));
        train(other, data);
        assert_int_equal(compare_parameters(one, other, what), parameters);
        cnn_model_free(other);
    }
    cnn_model_free(one);
    cnn_dataset_free(data);
}

/* Every batch size with the book, every number of threads with the fastest. */
static const other few[] = {{.threads = 2},   {.threads = 3, .every_layer = true},
                            {.threads = 5},   {.threads = 8},
                            {1, true, false}, {8, true, false},
                            {.threads = 0}};
static const other some[] = {{2, true, false}, {.threads = 3}, {.threads = 0}};
static const other many[] = {{5, true, false}, {.threads = 8}, {.threads = 0}};

/* A share runs only the case of all threads: large batches would take most of its time. */
static void compare_network(const char *path, size_t parameters) {
    compare_runs(path, parameters, 10, few);
    if (rounds_of(STEPS) < STEPS)
        return;
    compare_runs(path, parameters, 33, some);
    compare_runs(path, parameters, 64, many);
}

static void test_simple(void **state) {
    (void)state;
    compare_network("networks/simple.net", 206922);
}

static void test_scratch(void **state) {
    (void)state;
    compare_network("networks/scratch.net", 402202);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
