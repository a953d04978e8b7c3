/* train_rate NETWORK DATA BATCH THREADS [BACKEND]: times training steps (Adam 0.001: gather,
 * forward, loss, backward, update) on the training images, without evaluation. serve.h describes
 * requests. */
#include "cnn.h"
#include "serve.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct work {
    cnn_model *model;
    cnn_trainer *trainer;
    cnn_dataset *images;
    uint32_t *order;
    size_t count, next, batch;
} work;

/* A fixed order that jumps around in memory like a shuffled epoch. */
static uint32_t *jumbled(size_t count) {
    uint32_t *order = serve_need(malloc(count * sizeof *order), "no memory"), state = 1;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count - 1; i > 0; i--) {
        state = state * 1664525u + 1013904223u;
        const size_t other = (size_t)((uint64_t)state * (i + 1) >> 32);
        const uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    return order;
}

static void step(void *context) {
    work *w = context;
    if (w->next + w->batch > w->count)
        w->next = 0;
    cnn_model_set_batch(w->model, w->images, w->order + w->next, w->batch, NULL);
    cnn_train_step(w->trainer);
    w->next += w->batch;
}

int main(int arguments, char **argument) {
    if (arguments != 5 && arguments != 6) {
        fprintf(stderr, "usage: train_rate NETWORK DATA BATCH THREADS [BACKEND]\n");
        return 2;
    }
    cnn_error error = {0};
    work w = {.batch = serve_count(argument[3])};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    options.batch_size = w.batch;
    options.threads = serve_count(argument[4]);
    options.backend = argument[5];
    cnn_network *network = serve_need(cnn_network_load(argument[1], &error), error.message);
    w.images =
        serve_need(cnn_dataset_load(argument[2], CNN_SPLIT_TRAIN, 10, &error), error.message);
    w.model = serve_need(cnn_model_create(network, &options, &error), error.message);
    w.trainer = serve_need(cnn_trainer_create(w.model, &adam, NULL, &error), error.message);
    w.count = cnn_dataset_get_info(w.images).images;
    w.order = jumbled(w.count);
    const int code = serve(step, &w, 0);
    free(w.order);
    cnn_trainer_free(w.trainer);
    cnn_model_free(w.model);
    cnn_dataset_free(w.images);
    cnn_network_free(network);
    return code;
}
