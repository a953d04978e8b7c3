/* Fuzzes model files: loads, uses, writes and reads them again; and loads their weights alone,
 * which a model must take completely or not at all. */
#include "harness.h"

#include "model_file.h"

#include <stdlib.h>
#include <string.h>

static const char NETWORK[] = "input 1x2x2\nflatten\ndense 3\n";

/* The bytes of the model's file; to be freed. */
static uint8_t *written(const cnn_model *model, size_t *size) {
    model_image image;
    DEMAND(model_image_build(&image, model, NULL));
    uint8_t *bytes = malloc(image.file.size);
    DEMAND(bytes);
    *size = 0;
    for (size_t i = 0; i < image.file.count; i++) {
        memcpy(bytes + *size, image.file.parts[i].data, image.file.parts[i].size);
        *size += image.file.parts[i].size;
    }
    model_image_release(&image);
    return bytes;
}

/* A model that was read can be written, and is the same when read again. */
static void round_trip(const cnn_model *model) {
    size_t size, again_size;
    uint8_t *bytes = written(model, &size);
    cnn_model *copy = cnn_model_parse(bytes, size, &harness_options, NULL);
    DEMAND(copy);
    uint8_t *again = written(copy, &again_size);
    DEMAND(size == again_size && !memcmp(bytes, again, size));
    cnn_model_free(copy);
    free(bytes);
    free(again);
}

static void load(const uint8_t *data, size_t size) {
    cnn_error error;
    cnn_model *model = cnn_model_parse(data, size, &harness_options, &error);
    if (model) {
        round_trip(model);
        harness_model(model);
    } else {
        harness_refused(&error, size);
    }
    cnn_model_free(model);
}

/* A refused file must leave the weights unchanged. */
static void take_weights(const uint8_t *data, size_t size) {
    static cnn_model *model;
    static cnn_tensor weights;
    float before[12];
    cnn_error error;
    if (!model) {
        cnn_network *network = cnn_network_parse(NETWORK, sizeof NETWORK - 1, NULL);
        model = cnn_model_create(network, &harness_options, NULL);
        DEMAND(model && cnn_model_tensor(model, "fc1.weight", &weights, NULL));
        cnn_network_free(network);
    }
    memcpy(before, weights.data, sizeof before);
    if (cnn_model_parse_weights(model, data, size, &error))
        return;
    harness_refused(&error, size);
    DEMAND(!memcmp(before, weights.data, sizeof before));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    harness_begin();
    load(data, size);
    take_weights(data, size);
    harness_end();
    return 0;
}
