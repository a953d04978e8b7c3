/* Makes cases for the diagnosis: one layer with random inputs, small whole numbers. */
#include "cases.h"

#include "error.h"
#include "memory.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For each kind, any two mistakes differ in one of its shapes. */
static const cnn_case_shape shapes[] = {
    {"conv2d 4 3x3 pad 1", 2, 5, 6, 3},
    {"conv2d 3 3x2 stride 2x1 pad 1", 3, 7, 6, 2},
    {"conv2d 2 2x3 stride 1x2", 2, 5, 7, 3},
    {"relu", 2, 3, 4, 2},
    {"leakyrelu 0.25", 2, 3, 4, 2},
    {"maxpool2d 2", 2, 4, 6, 2},
    {"maxpool2d 3x2 stride 1", 2, 5, 6, 2},
    {"avgpool2d 2", 2, 4, 6, 2},
    {"avgpool2d 2x4 stride 1", 2, 4, 6, 2},
    {"flatten", 2, 3, 4, 2},
    {"dense 4", 3, 1, 1, 5},
    {"dense 3", 2, 2, 2, 2},
    {"softmax", 4, 1, 1, 5},
    {"softmax", 3, 1, 1, 3},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* More classes are a typing error, as in a data set. */
#define CLASSES_MOST ((size_t)1 << 20)

static bool is_softmax(const char *layer) {
    return !strcmp(layer, "softmax");
}

static bool begins_with(const char *layer, const char *kind) {
    const size_t length = strcspn(layer, " ");
    return strlen(kind) == length && !memcmp(layer, kind, length);
}

bool cnn_case_shape_at(const char *kind, size_t index, cnn_case_shape *shape) {
    for (size_t i = 0; kind && i < SHAPES; i++)
        if (begins_with(shapes[i].layer, kind) && index-- == 0) {
            if (shape)
                *shape = shapes[i];
            return true;
        }
    return false;
}

/* A network of this layer, with a flatten before a dense layer over images. */
static cnn_network *network_of(const cnn_case_shape *shape, cnn_error *error) {
    char text[256];
    const bool flatten = begins_with(shape->layer, "dense") && shape->height * shape->width > 1;
    const int length =
        snprintf(text, sizeof text, "input %zux%zux%zu\n%s%s\n", shape->height, shape->width,
                 shape->channels, flatten ? "flatten\n" : "", shape->layer);
    if (length < 0 || (size_t)length >= sizeof text || strchr(shape->layer, '\n')) {
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "a case has one layer, as a network text has it");
        return NULL;
    }
    return cnn_network_parse(text, (size_t)length, error);
}

static bool set_softmax(cnn_case *one, const cnn_case_shape *shape, cnn_error *error) {
    const size_t classes = size_product(shape->height, size_product(shape->width, shape->channels));
    if (!classes || classes > CLASSES_MOST)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "softmax over %zu classes", classes);
    one->shape.x = one->shape.y = (extent){1, 1, classes};
    snprintf(one->about.layer, sizeof one->about.layer, "softmax");
    return true;
}

static bool set_layer(cnn_case *one, const cnn_case_shape *shape, cnn_error *error) {
    one->network = network_of(shape, error);
    if (!one->network)
        return false;
    const layer *layer = &one->network->layers[one->network->count];
    one->shape = layer->shape;
    snprintf(one->about.layer, sizeof one->about.layer, "%s", layer->kind->word);
    return true;
}

static size_t parameters_of(const cnn_case *one, const char *symbol) {
    const layer *layer = one->network ? &one->network->layers[one->network->count] : NULL;
    for (size_t b = 0; layer && b < layer_buffers(layer); b++)
        if (layer->kind->buffers[b].role == BUFFER_PARAMETER &&
            !strcmp(layer->kind->buffers[b].symbol, symbol))
            return layer_buffer_size(layer, b);
    return 0;
}

static void set_sizes(cnn_case *one, size_t images) {
    cnn_case_info *about = &one->about;
    const layer_shape *g = &one->shape;
    about->images = images;
    about->height = g->x.h, about->width = g->x.w, about->channels = g->x.c;
    about->out_height = g->y.h, about->out_width = g->y.w, about->outputs = g->y.c;
    about->kernel = (cnn_pair){g->r, g->s};
    about->stride = (cnn_pair){g->u, g->v};
    about->pad = (cnn_pair){g->pad_h, g->pad_w};
    about->x_count = size_product(images, extent_size(g->x));
    about->weight_count = parameters_of(one, "dw");
    about->bias_count = parameters_of(one, "db");
    about->dy_count = one->network ? size_product(images, extent_size(g->y)) : 0;
}

static float *take(arena *arena, size_t count) {
    return count ? arena_take(arena, count, sizeof(float)) : NULL;
}

static void cut(cnn_case *one, arena *arena) {
    cnn_case_info *about = &one->about;
    about->x = take(arena, about->x_count);
    about->weight = take(arena, about->weight_count);
    about->bias = take(arena, about->bias_count);
    about->dy = take(arena, about->dy_count);
    about->labels = one->network ? NULL : arena_take(arena, about->images, sizeof *about->labels);
    about->dx = take(arena, about->x_count);
    about->dw = take(arena, about->weight_count);
    about->db = take(arena, about->bias_count);
}

static bool take_memory(cnn_case *one, cnn_error *error) {
    arena counted = {0};
    cut(one, &counted);
    if (counted.overflow)
        return error_no_memory(error, SIZE_MAX);
    one->block = memory_new(counted.used, 1, error);
    if (!one->block)
        return false;
    arena real = {.base = one->block};
    cut(one, &real);
    return true;
}

/* Whole numbers from -most to most, with 0 only if `zero`. */
static void draw(random_state *random, float *values, size_t count, uint32_t most, bool zero) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t n = random_below(random, 2 * most + zero);
        values[i] = (float)n - (float)most + (float)(!zero && n >= most);
    }
}

static void fill_nan(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
}

static void fill(cnn_case *one, uint64_t seed) {
    cnn_case_info *about = &one->about;
    random_state random = random_seeded(seed, RANDOM_MISTAKE);
    draw(&random, about->x, about->x_count, 3, true);
    draw(&random, about->weight, about->weight_count, 3, false);
    draw(&random, about->bias, about->bias_count, 3, false);
    draw(&random, about->dy, about->dy_count, 4, false);
    for (size_t i = 0; about->labels && i < about->images; i++)
        about->labels[i] = random_below(&random, (uint32_t)about->outputs);
    fill_nan(about->dx, about->x_count);
    fill_nan(about->dw, about->weight_count);
    fill_nan(about->db, about->bias_count);
}

static bool build(cnn_case *one, const cnn_case_shape *shape, uint64_t seed, cnn_error *error) {
    if (!given(shape->layer, "layer", error))
        return false;
    if (!shape->images || shape->images > 4096)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu images: must be 1 to 4096",
                         shape->images);
    if (!(is_softmax(shape->layer) ? set_softmax(one, shape, error) : set_layer(one, shape, error)))
        return false;
    set_sizes(one, shape->images);
    if (!take_memory(one, error))
        return false;
    fill(one, seed);
    return true;
}

cnn_case *cnn_case_create(const cnn_case_shape *shape, uint64_t seed, cnn_error *error) {
    cnn_case *one = given(shape, "shape", error) ? memory_new(1, sizeof *one, error) : NULL;
    if (one && !build(one, shape, seed, error)) {
        cnn_case_free(one);
        return NULL;
    }
    return one;
}

void cnn_case_free(cnn_case *one) {
    if (!one)
        return;
    cnn_network_free(one->network);
    free(one->block);
    free(one);
}

cnn_case_info cnn_case_get_info(const cnn_case *one) {
    return one ? one->about : (cnn_case_info){0};
}
