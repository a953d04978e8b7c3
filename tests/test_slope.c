/* cnn_model_slope(): the loss by central differences through a whole trained network agrees with
 * backprop, and a kink between the ends is reported. */
#include "books.h"
#include "explained_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, CLASSES = 10, IMAGES = 1000, WEIGHTS = 200 };

/* Noisy bars, one position for each class. */
static cnn_dataset *bars(void) {
    const cnn_dataset_info info = {IMAGES, SIDE, SIDE, 1, CLASSES};
    uint8_t *pixels = malloc(IMAGES * SIDE * SIDE);
    uint32_t labels[IMAGES];
    random_state random = random_seeded(5, RANDOM_INIT);
    for (size_t n = 0; n < IMAGES; n++) {
        labels[n] = (uint32_t)(n % CLASSES);
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            const size_t at = labels[n] < 5 ? i / SIDE : i % SIDE, bar = 3 + 5 * (labels[n] % 5u);
            pixels[n * SIDE * SIDE + i] =
                (uint8_t)(random_below(&random, 120) + (at >= bar && at < bar + 3 ? 110 : 0));
        }
    }
    cnn_dataset *set = cnn_dataset_create(&info, pixels, labels, NULL);
    free(pixels);
    return set;
}

/* lab.net after some steps of Adam, with a batch set. */
static cnn_model *trained_lab(void) {
    cnn_model_options options = cnn_model_options_defaults();
    options.batch_size = 8;
    options.threads = 1;
    cnn_network *network = network_in_file("networks/lab.net");
    cnn_model *model = cnn_model_create(network, &options, NULL);
    cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_trainer *trainer = cnn_trainer_create(model, &adam, NULL, NULL);
    cnn_dataset *set = bars();
    uint32_t batch[8];
    assert_non_null(trainer);
    for (uint32_t step = 0; step < 60; step++) {
        for (uint32_t i = 0; i < 8; i++)
            batch[i] = (8 * step + i) % IMAGES;
        assert_true(cnn_model_set_batch(model, set, batch, 8, NULL));
        cnn_train_step(trainer);
    }
    cnn_dataset_free(set);
    cnn_trainer_free(trainer);
    cnn_network_free(network);
    return model;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The errors of 200 random weights of all kernels with one step. */
typedef struct tally {
    double median, worst_straight; /* worst_straight: the largest without a kink */
    size_t kinks;
} tally;

static tally move_many(const cnn_model *model, double h) {
    static const char *const names[] = {"conv1.weight", "conv2.weight", "fc1.weight"};
    static const uint32_t sizes[] = {72, 1152, 7840};
    random_state random = random_seeded(3, RANDOM_INIT);
    double errors[WEIGHTS], largest = 0;
    tally t = {0, 0, 0};
    for (size_t i = 0; i < WEIGHTS; i++) {
        cnn_slope slope;
        cnn_error error;
        const size_t which = i % 3;
        if (!cnn_model_slope(model, names[which], random_below(&random, sizes[which]), h, &slope,
                             &error))
            fail_msg("%s", error.message);
        errors[i] = slope.error;
        t.kinks += slope.kinks > 0;
        largest = fmax(largest, fabs(slope.gradient));
        if (!slope.kinks)
            t.worst_straight = fmax(t.worst_straight, fabs(slope.quotient - slope.gradient));
    }
    qsort(errors, WEIGHTS, sizeof *errors, by_value);
    t.median = errors[WEIGHTS / 2];
    t.worst_straight /= largest;
    return t;
}

static void trained_weights_agree(void **state) {
    (void)state;
    cnn_model *model = trained_lab();
    const tally small = move_many(model, 1e-5), large = move_many(model, 1e-2);
    print_message("h 1e-5: median error %.1e, %zu of %d with kinks, worst without %.1e\n",
                  small.median, small.kinks, WEIGHTS, small.worst_straight);
    print_message("h 1e-2: median error %.1e, %zu of %d with kinks, worst without %.1e\n",
                  large.median, large.kinks, WEIGHTS, large.worst_straight);
    assert_true(small.median <= 1e-6);
    assert_true(small.worst_straight <= 1e-6);
    /* Curvature alone: an unreported kink would cause an error a thousand times as large. */
    assert_true(large.kinks > WEIGHTS / 10);
    assert_true(large.worst_straight <= 1e-3);
    cnn_model_free(model);
}

/* -------------------------------------------------------------------------------------- by hand */

/* The text's model with these weights of fc1, and one image of class 0. */
static cnn_model *model_of(const char *text, const float *x, const float *weights, size_t count) {
    const cnn_model_options options = {
        .batch_size = 1, .threads = 1, .init = CNN_INIT_CONSTANT, .normalization = {0, 1}};
    static const uint32_t label = 0;
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    assert_true(cnn_model_set_tensor(model, "fc1.weight", weights, count, NULL));
    assert_true(cnn_model_set_input(model, x, &label, 1, NULL));
    cnn_network_free(network);
    return model;
}

/* Logits x and -x for x above 0: loss log(1 + exp(-2 x)), whose slope is -2 / (1 + exp(2 x)). */
static void gate_by_hand(void **state) {
    static const float x[] = {0.0625f}, weights[] = {1, -1};
    (void)state;
    cnn_model *model = model_of("input 1x1x1\nrelu\nflatten\ndense 2\n", x, weights, 2);
    cnn_slope slope;
    assert_true(cnn_model_slope(model, "input", 0, 1e-5, &slope, NULL));
    assert_true(fabs(slope.loss - log(1 + exp(-0.125))) < 1e-15);
    assert_true(fabs(slope.gradient + 2 / (1 + exp(0.125))) < 1e-15);
    assert_true(slope.error < 1e-9 && slope.kinks == 0 && !slope.kink_layer[0]);
    assert_true(slope.value == 0.0625 && slope.h == 1e-5);
    assert_true(cnn_model_slope(model, "input", 0, 0.125, &slope, NULL));
    assert_int_equal(slope.kinks, 1);
    assert_string_equal(slope.kink_layer, "relu1");
    assert_true(slope.low == log(2) || fabs(slope.low - log(2)) < 1e-15);
    assert_true(slope.error > 0.1);
    cnn_model_free(model);
}

/* The first of two is the maximum, 0.5 against 0.45, until it is moved down by more than 0.05. */
static void window_by_hand(void **state) {
    static const float x[] = {0.5f, 0.45f}, weights[] = {1, -1};
    (void)state;
    cnn_model *model = model_of("input 1x2x1\nmaxpool2d 1x2\nflatten\ndense 2\n", x, weights, 2);
    cnn_slope slope;
    assert_true(cnn_model_slope(model, "input", 0, 0.04, &slope, NULL));
    assert_int_equal(slope.kinks, 0);
    assert_true(cnn_model_slope(model, "input", 0, 0.06, &slope, NULL));
    assert_int_equal(slope.kinks, 2); /* one input loses the gradient, another gets it */
    assert_string_equal(slope.kink_layer, "pool1");
    assert_int_equal(slope.kink_index, 0);
    assert_true(cnn_model_slope(model, "input", 1, 0.04, &slope, NULL));
    assert_true(slope.kinks == 0 && slope.gradient == 0 && slope.quotient == 0 && slope.error == 0);
    cnn_model_free(model);
}

/* A mean over a batch, no bias, every kind of layer: the quotient is backprop's gradient. */
static void every_kind_agrees(void **state) {
    static const char text[] = "input 9x8x2\nconv2d 4 3x2 stride 2x1 pad 1\nleakyrelu 0.1\n"
                               "maxpool2d 2 stride 1\navgpool2d 2x3\nconv2d 3 1x1 bias off\n"
                               "flatten\ndense 5\nrelu\ndense 3 bias off\n";
    static const char *const names[] = {"input",        "conv1.weight", "conv1.bias",
                                        "conv2.weight", "fc1.weight",   "fc2.weight"};
    (void)state;
    float x[3 * 144];
    static const uint32_t labels[] = {2, 0, 1};
    random_state random = random_seeded(9, RANDOM_INIT);
    const cnn_model_options options = {
        .batch_size = 3, .threads = 1, .seed = 4, .normalization = {0, 1}};
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (float)(2 * random_uniform(&random) - 1);
    assert_true(cnn_model_set_input(model, x, labels, 3, NULL));
    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t at = 0; at < 3; at++) {
            cnn_slope s;
            assert_true(cnn_model_slope(model, names[i], at, 1e-6, &s, NULL));
            if (!s.kinks && fabs(s.quotient - s.gradient) > 1e-8)
                fail_msg("%s[%zu]: %g, not %g", names[i], at, s.quotient, s.gradient);
        }
    cnn_model_free(model);
    cnn_network_free(network);
}

static void refused(const cnn_model *model, const char *name, size_t index, double h,
                    const char *reason) {
    cnn_slope slope;
    cnn_error error;
    assert_false(cnn_model_slope(model, name, index, h, &slope, &error));
    assert_string_equal(error.message, reason);
}

static void what_cannot_be_nudged_is_refused(void **state) {
    static const float x[] = {1}, weights[] = {1, -1};
    (void)state;
    cnn_model *model = model_of("input 1x1x1\nrelu\nflatten\ndense 2\n", x, weights, 2);
    refused(model, "relu9", 0, 1e-4, "no tensor named \"relu9\"");
    refused(model, "fc1", 0, 1e-4,
            "fc1 is computed: what can be moved is a parameter or the input");
    refused(model, "fc1.weight.grad", 0, 1e-4,
            "fc1.weight.grad is computed: what can be moved is a parameter or the input");
    refused(model, "fc1.weight", 2, 1e-4, "fc1.weight has 2 numbers: there is no 2");
    refused(model, "input", 1, 1e-4, "input has 1 numbers: there is no 1");
    refused(model, "input", 0, 0, "a step of 0: it must be above 0");
    refused(model, "input", 0, (double)NAN, "a step of nan: it must be above 0");
    refused(model, "input", 0, 1e-20, "a step of 1e-20 does not move 1");
    assert_true(cnn_model_set_input(model, x, NULL, 1, NULL));
    refused(model, "input", 0, 1e-4, "no batch with labels is set");
    cnn_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gate_by_hand),
        cmocka_unit_test(window_by_hand),
        cmocka_unit_test(every_kind_agrees),
        cmocka_unit_test(trained_weights_agree),
        cmocka_unit_test(what_cannot_be_nudged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
