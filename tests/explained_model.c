/* Makes them from texts, with numbers drawn or chosen. */
#include "explained_model.h"

#include "books.h"
#include "network.h"

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
    const size_t values = extent_size(network->layers[0].layer_shape.y);
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
    cnn_tensor t;
    assert_non_null(model);
    assert_true(cnn_model_tensor(model, "conv1.weight", &t, NULL));
    memcpy(t.data, (const float[]){1, -2, 3, 0.5f}, 4 * sizeof(float));
    assert_true(cnn_model_tensor(model, "conv1.bias", &t, NULL));
    *(float *)t.data = -1;
    assert_true(cnn_model_tensor(model, "fc1.weight", &t, NULL));
    memcpy(t.data, (const float[]){0.25f, -0.25f}, 2 * sizeof(float));
    assert_true(cnn_model_tensor(model, "fc1.bias", &t, NULL));
    memcpy(t.data, (const float[]){0, 0}, 2 * sizeof(float));
    assert_true(cnn_model_set_input(model, x, &label, 1, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    cnn_network_free(network);
    return model;
}
