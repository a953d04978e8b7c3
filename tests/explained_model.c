/* Makes them from texts, with numbers drawn or chosen. */
#include "explained_model.h"

#include "books.h"
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char odd_text[] = "input 13x11x2\n"
                               "conv2d 5 3x2 stride 2x1 pad 2x1\n"
                               "leakyrelu 0.1\n"
                               "maxpool2d 3x2 stride 1x2\n"
                               "conv2d 4 2x2 pad 1 bias off\n"
                               "relu\n"
                               "avgpool2d 3x2 stride 2x1\n"
                               "maxpool2d 1x2 stride 2x2\n"
                               "conv2d 3 1x1 stride 2\n"
                               "avgpool2d global\n"
                               "flatten\n"
                               "dense 37 bias off\n"
                               "leakyrelu 0\n"
                               "dense 6\n";

cnn_network *odd_network(void) {
    cnn_network *network = cnn_network_parse(odd_text, strlen(odd_text), NULL);
    assert_non_null(network);
    return network;
}

/* Some pixels are 0, as most of a digit's are. */
cnn_model *passed_model(const cnn_network *network, const char *backend, size_t images) {
    cnn_model_options options = cnn_model_options_defaults();
    options.batch_size = images;
    options.threads = 2;
    options.backend = backend;
    options.every_layer = options.input_gradient = true;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    const size_t values = extent_size(network->layers[0].shape.y);
    const uint32_t classes = (uint32_t)cnn_network_class_count(network);
    random_state random = random_seeded(11, RANDOM_INIT);
    float *x = malloc(images * values * sizeof *x);
    uint32_t *labels = malloc(images * sizeof *labels);
    for (size_t i = 0; i < images * values; i++)
        x[i] = random_below(&random, 3) ? (float)(2 * random_uniform(&random) - 1) : 0;
    for (size_t i = 0; i < images; i++)
        labels[i] = random_below(&random, classes);
    assert_true(cnn_model_set_input(model, x, labels, images, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    free(x);
    free(labels);
    return model;
}

cnn_model *small_model(void) {
    static const char text[] = "input 3x3\nconv2d 1 2x2 pad 1 stride 2\nrelu\nmaxpool2d 2\n"
                               "flatten\ndense 2\n";
    static const float x[] = {1, 2, 3, 4, 0, 6, 7, 8, 9};
    static const uint32_t label = 1;
    const cnn_model_options options = {.batch_size = 1,
                                       .threads = 1,
                                       .every_layer = true,
                                       .input_gradient = true,
                                       .normalization = {0, 1}};
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    static const float kernel[] = {1, -2, 3, 0.5f}, bias = -1, dense[] = {0.25f, -0.25f}, zero[2];
    assert_non_null(model);
    assert_true(cnn_model_set_tensor(model, "conv1.weight", kernel, 4, NULL));
    assert_true(cnn_model_set_tensor(model, "conv1.bias", &bias, 1, NULL));
    assert_true(cnn_model_set_tensor(model, "fc1.weight", dense, 2, NULL));
    assert_true(cnn_model_set_tensor(model, "fc1.bias", zero, 2, NULL));
    assert_true(cnn_model_set_input(model, x, &label, 1, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    cnn_network_free(network);
    return model;
}

enum { CAPACITY = 1 << 16 };
static cnn_term terms[CAPACITY];

static size_t numbers_of(const cnn_tensor *tensor) {
    size_t count = 1;
    for (size_t d = 0; d < tensor->rank; d++)
        count *= tensor->shape[d];
    return count;
}

/* Zeros of different signs differ. */
static bool same_number(double a, double b) {
    return a == b && signbit(a) == signbit(b);
}

/* The sum's value of a factor must be the tensor's number at its index. */
static void check_factor(const cnn_model *model, const char *name, size_t index, double value) {
    cnn_tensor tensor;
    if (index == CNN_NO_INDEX)
        return;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    assert_in_range(index, 0, numbers_of(&tensor) - 1);
    if (tensor.type == CNN_TYPE_FLOAT32)
        assert_true(same_number((double)((const float *)tensor.data)[index], value));
}

/* Terms are in order, counted rightly, and lead to the number. */
static void sum_is_whole(const cnn_model *model, const cnn_sum *sum) {
    size_t zeros = 0, left_out = 0, part = 0;
    for (size_t i = 0; i < sum->count; i++) {
        const cnn_term *t = &terms[i];
        assert_true(t->part == part || t->part == part + 1);
        part = t->part;
        zeros += t->note == CNN_TERM_ZERO;
        left_out += t->note >= CNN_TERM_PADDING && t->note <= CNN_TERM_PASSED_OVER;
        if (i % 7 == 0)
            check_factor(model, sum->a, t->a, t->x);
        if (i % 7 == 1)
            check_factor(model, sum->b, t->b, t->y);
    }
    assert_int_equal(zeros, sum->zeros);
    assert_int_equal(left_out, sum->left_out);
    assert_int_equal(sum->parts, part + 1);
    const bool running = sum->kind == CNN_SUM_PRODUCTS || sum->kind == CNN_SUM_ADDED ||
                         sum->kind == CNN_SUM_SHARES || sum->kind == CNN_SUM_MAXIMUM;
    if (running && sum->count)
        assert_true(same_number(terms[sum->count - 1].sum, sum->value));
}

size_t explain_numbers(const cnn_model *model, size_t step) {
    cnn_tensor tensor;
    size_t explained = 0;
    for (size_t t = 0; cnn_model_tensor_at(model, t, &tensor); t++)
        for (size_t i = 0, count = numbers_of(&tensor); i < count; i += step, explained++) {
            cnn_sum sum;
            cnn_error error;
            if (!cnn_model_sum(model, tensor.name, i, &sum, terms, CAPACITY, &error))
                fail_msg("%s[%zu]: %s", tensor.name, i, error.message);
            assert_in_range(sum.count, 0, CAPACITY);
            if (!same_number(sum.value, sum.stored))
                fail_msg("%s, %s[%zu]: the terms make %a, not %a", cnn_model_backend(model),
                         tensor.name, i, sum.value, sum.stored);
            if (i % 16 == 0)
                sum_is_whole(model, &sum);
        }
    return explained;
}

cnn_network *network_in_file(const char *path) {
    char text[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("there is no %s", path);
    const size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return cnn_network_parse(text, size, NULL);
}
