/* predict_rate NETWORK DATA BATCH THREADS: times single calls of cnn_model_predict() on BATCH test
 * images each, from bytes to probabilities. serve.h describes requests. */
#include "cnn.h"
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct work {
    cnn_model *model;
    cnn_dataset *images;
    float *probabilities;
    size_t count, next, batch;
} work;

static void predict(void *context) {
    work *w = context;
    if (w->next + w->batch > w->count)
        w->next = 0;
    cnn_model_predict(w->model, cnn_dataset_image_at(w->images, w->next), w->batch,
                      w->probabilities, NULL);
    w->next += w->batch;
}

int main(int arguments, char **argument) {
    if (arguments != 5) {
        fprintf(stderr, "usage: predict_rate NETWORK DATA BATCH THREADS\n");
        return 2;
    }
    cnn_error error = {0};
    work w = {.batch = serve_count(argument[3])};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = w.batch;
    options.threads = serve_count(argument[4]);
    cnn_network *network = serve_need(cnn_network_load(argument[1], &error), error.message);
    w.images = serve_need(cnn_dataset_load(argument[2], CNN_SPLIT_TEST, 10, &error), error.message);
    w.model = serve_need(cnn_model_create(network, &options, &error), error.message);
    w.count = cnn_dataset_get_info(w.images).images;
    if (w.batch > w.count) {
        fprintf(stderr, "the test set has only %zu images\n", w.count);
        return 2;
    }
    w.probabilities = calloc(w.batch * cnn_network_class_count(network), sizeof *w.probabilities);
    serve_need(w.probabilities, "no memory");
    const int code = serve(predict, &w, 1);
    free(w.probabilities);
    cnn_model_free(w.model);
    cnn_dataset_free(w.images);
    cnn_network_free(network);
    return code;
}
