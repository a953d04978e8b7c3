/* Draws the images of the task, and makes networks and models that learn it. */
#include "sample.h"

#include "random.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, CLASSES = 4 };

static uint8_t pixel(random_state *random, size_t at, size_t label) {
    const size_t h = at / SIDE, w = at % SIDE;
    const size_t quarter = h / (SIDE / 2) * 2 + w / (SIDE / 2);
    return (uint8_t)(random_below(random, 100) + (quarter == label ? 120 : 0));
}

cnn_dataset *sample_dataset(size_t images, uint64_t seed) {
    const cnn_dataset_info info = {images, SIDE, SIDE, 1, CLASSES};
    uint8_t *pixels = malloc(images * SIDE * SIDE);
    uint32_t *labels = malloc(images * sizeof *labels);
    random_state random = random_seeded(seed, 99);
    cnn_dataset *dataset = NULL;
    if (pixels && labels) {
        for (size_t i = 0; i < images; i++) {
            labels[i] = i % CLASSES;
            for (size_t at = 0; at < SIDE * SIDE; at++)
                pixels[i * SIDE * SIDE + at] = pixel(&random, at, labels[i]);
        }
        dataset = cnn_dataset_create(&info, pixels, labels, NULL);
    }
    free(pixels);
    free(labels);
    return dataset;
}

cnn_network *sample_network(void) {
    cnn_network *network = cnn_network_create(SIDE, SIDE, 1, NULL);
    const cnn_conv2d_options conv = {.channels = 4, .kernel = {3, 3}, .pad = {1, 1}};
    if (network && cnn_network_conv2d(network, &conv, NULL) && cnn_network_relu(network, NULL) &&
        cnn_network_maxpool2d(network, &(cnn_maxpool2d_options){.window = {2, 2}}, NULL) &&
        cnn_network_flatten(network, NULL) &&
        cnn_network_dense(network, &(cnn_dense_options){.outputs = 8}, NULL) &&
        cnn_network_relu(network, NULL) &&
        cnn_network_dense(network, &(cnn_dense_options){.outputs = CLASSES}, NULL))
        return network;
    cnn_network_free(network);
    return NULL;
}

cnn_model *sample_model(size_t batch_size, size_t threads) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.normalization = (cnn_normalization){0.1307f, 0.3081f};
    options.batch_size = batch_size;
    options.threads = threads;
    cnn_network *network = sample_network();
    cnn_model *model = network ? cnn_model_create(network, &options, NULL) : NULL;
    cnn_network_free(network);
    return model;
}

void sample_set(cnn_model *model, const char *name, size_t index, float value) {
    cnn_tensor tensor = {.rank = 0};
    size_t count = cnn_model_tensor(model, name, &tensor, NULL);
    for (size_t i = 0; i < tensor.rank; i++)
        count *= tensor.shape[i];
    float *numbers = malloc(count * sizeof *numbers);
    if (!numbers || index >= count)
        abort();
    memcpy(numbers, tensor.data, count * sizeof *numbers);
    numbers[index] = value;
    if (!cnn_model_set_tensor(model, name, numbers, count, NULL))
        abort();
    free(numbers);
}
