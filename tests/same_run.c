/* Prints the results of a run: hashes of every tensor after thirty steps; of the parameters after
 * two epochs that are stopped after each seventh step; of the model's file, and of the predictions
 * of the model read back from it. Two builds that print the same compute the same.
 *
 *   same_run BACKEND */
#include "cnn.h"
#include "model_file.h"
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, CLASSES = 10, IMAGES = 1000, HELD = 200, BATCH = 32, STEPS = 30, STOP = 7 };

static const char *const networks[] = {
    /* networks/lab.net, and one with layers that it lacks */
    "input 28x28x1\nconv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nconv2d 16 3x3 pad 1\nrelu\nmaxpool2d 2\n"
    "flatten\ndense 10\n",
    "input 28x28x1\nconv2d 6 5x3 stride 2x1 pad 2x0\nleakyrelu 0.1\navgpool2d 3 stride 2\n"
    "conv2d 9 2x2\nrelu\nmaxpool2d 3 stride 1\nflatten\ndense 33\nrelu\ndense 10\n"};

/* Returns the pointer; NULL ends the program with the error. */
static void *need(void *pointer, const cnn_error *error) {
    if (!pointer) {
        fprintf(stderr, "same_run: %s\n", error->message);
        exit(2);
    }
    return pointer;
}

/* FNV-1a; a hash of 0 starts anew. */
static uint64_t hashed(uint64_t hash, const void *bytes, size_t size) {
    const uint8_t *byte = bytes;
    hash = hash ? hash : UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return hash;
}

/* Each class is a bright square at its own position, moved a little, on a noisy background. */
static void draw(random_state *random, uint8_t *pixels, uint32_t label) {
    const size_t top = 2 + 5 * (label / 3u) + random_below(random, 5);
    const size_t left = 2 + 7 * (label % 3u) + random_below(random, 5);
    for (size_t h = 0; h < SIDE; h++)
        for (size_t w = 0; w < SIDE; w++) {
            const bool inside = h >= top && h < top + 6 && w >= left && w < left + 6;
            const uint32_t noise = random_below(random, 120);
            pixels[h * SIDE + w] = (uint8_t)(inside ? 135 + noise : noise < 80 ? 0 : noise);
        }
}

static cnn_dataset *images(size_t count, uint64_t seed) {
    static uint8_t pixels[IMAGES * SIDE * SIDE];
    static uint32_t labels[IMAGES];
    const cnn_dataset_info info = {count, SIDE, SIDE, 1, CLASSES};
    random_state random = random_seeded(seed, 105);
    cnn_error error = {0};
    for (size_t i = 0; i < count; i++) {
        labels[i] = random_below(&random, CLASSES);
        draw(&random, pixels + i * SIDE * SIDE, labels[i]);
    }
    return need(cnn_dataset_create(&info, pixels, labels, &error), &error);
}

static cnn_model *model_of(const char *text, const char *backend, bool every_layer) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_error error = {0};
    cnn_network *network = need(cnn_network_parse(text, strlen(text), &error), &error);
    options.batch_size = BATCH;
    options.backend = backend;
    options.every_layer = options.input_gradient = every_layer;
    cnn_model *model = need(cnn_model_create(network, &options, &error), &error);
    cnn_network_free(network);
    return model;
}

/* Leaves out tensors that no batch has filled, as some back ends do not have them. */
static void print_tensors(const char *when, const cnn_model *model) {
    cnn_tensor tensor;
    for (size_t i = 0; cnn_model_tensor_at(model, i, &tensor); i++) {
        size_t count = 1;
        for (size_t r = 0; r < tensor.rank; r++)
            count *= tensor.shape[r];
        if (count)
            printf("%s %s %zu %016" PRIx64 "\n", when, tensor.name, count,
                   hashed(0, tensor.data, 4 * count));
    }
}

/* With every_layer, so that each tensor is kept. */
static void steps(const char *text, const char *backend, const cnn_optimizer *optimizer,
                  const cnn_dataset *train) {
    cnn_error error = {0};
    cnn_model *model = model_of(text, backend, true);
    cnn_trainer *trainer = need(cnn_trainer_create(model, optimizer, NULL, &error), &error);
    uint32_t indices[BATCH];
    double loss = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        for (uint32_t i = 0; i < BATCH; i++)
            indices[i] = (step * BATCH + i) % IMAGES;
        cnn_model_set_batch(model, train, indices, BATCH, &error);
        loss = cnn_train_step(trainer);
    }
    printf("steps loss %a\n", loss);
    print_tensors("steps", model);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

/* False after each seventh step, which stops the run there. */
static bool each_seventh(const cnn_progress *progress, void *context) {
    unsigned *count = context;
    (void)progress;
    return ++*count % STOP != 0;
}

/* The file as it would be saved, in one block. */
static uint8_t *file_of(const cnn_model *model, size_t *size) {
    model_image image;
    cnn_error error = {0};
    need(model_image_build(&image, model, &error) ? &image : NULL, &error);
    uint8_t *bytes = need(malloc(image.file.size), &error), *at = bytes;
    for (size_t i = 0; i < image.file.count; i++) {
        if (image.file.parts[i].size)
            memcpy(at, image.file.parts[i].data, image.file.parts[i].size);
        at += image.file.parts[i].size;
    }
    *size = image.file.size;
    model_image_release(&image);
    return bytes;
}

static void print_file(const cnn_model *model, const char *backend) {
    static uint8_t pixels[SIDE * SIDE];
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_error error = {0};
    random_state random = random_seeded(3, 105);
    float p[CLASSES];
    size_t size;
    uint8_t *bytes = file_of(model, &size);
    options.backend = backend;
    printf("file %zu %016" PRIx64 "\n", size, hashed(0, bytes, size));
    cnn_model *back = need(cnn_model_parse(bytes, size, &options, &error), &error);
    draw(&random, pixels, 4);
    need(cnn_model_predict(back, pixels, 1, p, &error) ? p : NULL, &error);
    printf("prediction %016" PRIx64 ", of class 4: %a\n", hashed(0, p, sizeof p), (double)p[4]);
    cnn_model_free(back);
    free(bytes);
}

static void epochs(const char *text, const char *backend, const cnn_optimizer *optimizer,
                   const cnn_dataset *train, const cnn_dataset *test) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    cnn_error error = {0};
    cnn_epoch history[2];
    unsigned count = 0, pieces = 0;
    options.epochs = 2;
    options.seed = 1;
    options.optimizer = *optimizer;
    options.progress = each_seventh;
    options.context = &count;
    cnn_model *model = model_of(text, backend, false);
    cnn_run *run = need(cnn_run_create(model, train, test, &options, &error), &error);
    for (bool stopped = true; stopped; pieces++) {
        stopped = !cnn_run_train(run, history, &error);
        need(stopped && error.status != CNN_STATUS_STOPPED ? NULL : run, &error);
    }
    printf("epochs: %u pieces, %u steps, test accuracy %g\n", pieces, count,
           history[1].test_accuracy);
    print_tensors("epochs", model);
    print_file(model, backend);
    cnn_run_free(run);
    cnn_model_free(model);
}

int main(int arguments, char **argument) {
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    cnn_optimizer sgd = CNN_OPTIMIZER_DEFAULT;
    sgd.kind = CNN_OPTIMIZER_SGD;
    sgd.lr = 0.02;
    sgd.momentum = 0.9;
    sgd.nesterov = true;
    sgd.weight_decay = 0.001;
    if (arguments != 2) {
        fprintf(stderr, "usage: same_run BACKEND\n");
        return 2;
    }
    cnn_dataset *train = images(IMAGES, 1), *test = images(HELD, 2);
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        steps(networks[i], argument[1], &adam, train);
        epochs(networks[i], argument[1], i ? &sgd : &adam, train, test);
    }
    cnn_dataset_free(train);
    cnn_dataset_free(test);
    return 0;
}
