/* Makes the small objects that calls are tried on, and frees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "sample.h"

#include <string.h>
#include <zlib.h>

calls c;
cnn_error calls_error, *e = &calls_error;

int calls_make(void **state) {
    static const uint8_t PIXELS[6] = {0, 50, 100, 150, 200, 250};
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    (void)state;
    options.epochs = 2;
    c = (calls){.network = sample_network(),
                .train = sample_dataset(24, 3),
                .test = sample_dataset(12, 4),
                .model = sample_model(8, 2),
                .trace = cnn_trace_create(NULL),
                .picture = cnn_picture_create(3, 2, 1, PIXELS, NULL)};
    c.trainer = cnn_trainer_create(c.model, &options.optimizer, NULL, NULL);
    c.run = cnn_run_create(c.model, c.train, c.test, &options, NULL);
    assert_true(c.network && c.trainer && c.run && c.trace && c.picture);
    return 0;
}

int calls_free(void **state) {
    (void)state;
    cnn_picture_free(c.picture);
    cnn_trace_free(c.trace);
    cnn_run_free(c.run);
    cnn_trainer_free(c.trainer);
    cnn_model_free(c.model);
    cnn_dataset_free(c.test);
    cnn_dataset_free(c.train);
    cnn_network_free(c.network);
    return 0;
}

void calls_batch(size_t count) {
    static const uint32_t INDICES[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    assert_true(cnn_model_set_batch(c.model, c.train, INDICES, count, NULL));
}

cnn_tensor calls_tensor(const cnn_model *model, const char *name) {
    cnn_tensor tensor;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    return tensor;
}

unsigned long calls_parameters(const cnn_model *model) {
    uLong sum = 0;
    cnn_tensor tensor;
    for (size_t i = 0; cnn_model_tensor_at(model, i, &tensor); i++) {
        const char *dot = strchr(tensor.name, '.');
        size_t numbers = 1;
        if (!dot || (strcmp(dot, ".weight") && strcmp(dot, ".bias")))
            continue;
        for (size_t k = 0; k < tensor.rank; k++)
            numbers *= tensor.shape[k];
        sum = crc32_z(sum, tensor.data, numbers * sizeof(float));
    }
    return sum;
}
