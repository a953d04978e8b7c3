/* wasm_rate NETWORK IMAGES LABELS BATCH [BACKEND]: times training steps (Adam 0.001) as train_rate
 * does, in a program that is built natively and for WASI alike, where the library reads no files.
 * IMAGES and LABELS are MNIST's, decompressed. See serve.h for its protocol. */
#include "cnn.h"
#include "serve.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 28, CLASSES = 10, IMAGES = 8000, IMAGES_HEAD = 16, LABELS_HEAD = 8 };

typedef struct work {
    cnn_model *model;
    cnn_trainer *trainer;
    cnn_dataset *images;
    uint32_t next, batch;
    uint32_t *indices;
} work;

/* `size` bytes of a file from `head` on, or fewer if *size says so afterwards. */
static uint8_t *read_file(const char *path, long head, size_t *size) {
    FILE *file = serve_need(fopen(path, "rb"), path);
    uint8_t *bytes = serve_need(malloc(*size), "no memory");
    if (fseek(file, head, SEEK_SET) == 0)
        *size = fread(bytes, 1, *size, file);
    fclose(file);
    return bytes;
}

static cnn_dataset *read_images(const char *images, const char *labels) {
    const cnn_dataset_info info = {IMAGES, SIDE, SIDE, 1, CLASSES};
    size_t pixels_size = (size_t)IMAGES * SIDE * SIDE, labels_size = IMAGES;
    uint8_t *pixels = read_file(images, IMAGES_HEAD, &pixels_size);
    uint8_t *label = read_file(labels, LABELS_HEAD, &labels_size);
    static uint32_t wide[IMAGES];
    cnn_error error = {.message = "too few images"};
    for (size_t i = 0; i < labels_size; i++)
        wide[i] = label[i];
    cnn_dataset *dataset = labels_size == IMAGES && pixels_size == (size_t)IMAGES * SIDE * SIDE
                               ? cnn_dataset_create(&info, pixels, wide, &error)
                               : NULL;
    free(pixels);
    free(label);
    return serve_need(dataset, error.message);
}

static cnn_network *read_network(const char *path) {
    size_t size = 1 << 16;
    uint8_t *text = read_file(path, 0, &size);
    cnn_error error = {0};
    cnn_network *network = cnn_network_parse((const char *)text, size, &error);
    free(text);
    return serve_need(network, error.message);
}

static void step(void *context) {
    work *w = context;
    for (uint32_t i = 0; i < w->batch; i++)
        w->indices[i] = (w->next + i) % IMAGES;
    w->next = (w->next + w->batch) % IMAGES;
    cnn_model_set_batch(w->model, w->images, w->indices, w->batch, NULL);
    cnn_train_step(w->trainer);
}

int main(int arguments, char **argument) {
    if (arguments != 5 && arguments != 6) {
        fprintf(stderr, "usage: wasm_rate NETWORK IMAGES LABELS BATCH [BACKEND]\n");
        return 2;
    }
    cnn_error error = {0};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    options.batch_size = serve_count(argument[4]);
    options.threads = 1;
    options.backend = arguments == 6 ? argument[5] : NULL;
    cnn_network *network = read_network(argument[1]);
    work w = {.images = read_images(argument[2], argument[3]),
              .batch = (uint32_t)options.batch_size};
    w.indices = serve_need(calloc(w.batch, sizeof *w.indices), "no memory");
    w.model = serve_need(cnn_model_create(network, &options, &error), error.message);
    w.trainer = serve_need(cnn_trainer_create(w.model, &adam, NULL, &error), error.message);
    const int code = serve(step, &w, 0);
    free(w.indices);
    cnn_trainer_free(w.trainer);
    cnn_model_free(w.model);
    cnn_dataset_free(w.images);
    cnn_network_free(network);
    return code;
}
