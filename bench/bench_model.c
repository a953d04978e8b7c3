/* Trains a model in rounds and keeps the medians of its profile. */
#include "bench_model.h"

#include "clock.h"
#include "median.h"
#include "serve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_UP = 2048 };
static const double warm_up_seconds = 0.3;

/* Measurements of one round. */
typedef struct taken {
    double seconds, images;
    bench_model_row *rows; /* [count] */
} taken;

struct bench_model {
    cnn_model *model;
    cnn_trainer *trainer;
    const cnn_dataset *images;
    uint32_t *order; /* [available] */
    size_t available, next, batch, count, rounds;
    cnn_profile_row *before, *after;
    taken taken[BENCH_MODEL_ROUNDS];
};

static uint32_t next_random(uint32_t *state) {
    return (*state = *state * 1664525u + 1013904223u) >> 8;
}

static cnn_dataset *made_up(const cnn_dataset_info *info) {
    const size_t row = info->width * info->channels, size = info->height * row;
    uint8_t *pixels = serve_need(malloc(info->images * size), "no memory for images");
    uint32_t *labels = serve_need(calloc(info->images, sizeof *labels), "no memory for labels");
    uint32_t state = 1;
    for (size_t n = 0; n < info->images; n++) {
        const size_t label = n % info->classes, first = label * size / info->classes;
        labels[n] = (uint32_t)label;
        for (size_t i = 0; i < size; i++) {
            const bool bright = i >= first && i < first + size / 4;
            const uint32_t noise = next_random(&state);
            /* Mostly dark, as in drawings. */
            pixels[n * size + i] = bright ? 155 + noise % 100 : noise % 8 ? 0 : noise / 8 % 100;
        }
    }
    cnn_dataset *images = serve_need(cnn_dataset_create(info, pixels, labels, NULL), "no images");
    free(labels);
    free(pixels);
    return images;
}

static bool fits(const cnn_dataset_info *a, const cnn_dataset_info *b) {
    return a->height == b->height && a->width == b->width && a->channels == b->channels &&
           a->classes <= b->classes;
}

cnn_dataset *bench_model_images(const cnn_network *network, bool *real) {
    cnn_layer_info input;
    cnn_network_layer_at(network, 0, &input);
    const size_t classes = cnn_network_class_count(network);
    const cnn_dataset_info info = {MADE_UP, input.height, input.width, input.channels,
                                   classes < 256 ? classes : 256};
    cnn_dataset *mnist = cnn_dataset_load("data/mnist", CNN_SPLIT_TRAIN, 0, NULL);
    if (mnist) {
        const cnn_dataset_info about = cnn_dataset_get_info(mnist);
        *real = fits(&about, &info);
        if (*real)
            return mnist;
        cnn_dataset_free(mnist);
    }
    *real = false;
    return made_up(&info);
}

/* A fixed order that jumps around in memory like a shuffled epoch. */
static uint32_t *jumbled(size_t count) {
    uint32_t *order = serve_need(malloc(count * sizeof *order), "no memory"), state = 1;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count - 1; i > 0; i--) {
        const size_t other = next_random(&state) % (i + 1);
        const uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    return order;
}

static void step(bench_model *s) {
    if (s->next + s->batch > s->available)
        s->next = 0;
    cnn_model_set_batch(s->model, s->images, s->order + s->next, s->batch, NULL);
    cnn_train_step(s->trainer);
    s->next += s->batch;
}

/* Returns the number of images. */
static size_t steps(bench_model *s, double seconds) {
    const double begun = clock_seconds();
    size_t images = 0;
    do {
        step(s);
        images += s->batch;
    } while (clock_seconds() - begun < seconds);
    return images;
}

bench_model *bench_model_create(const cnn_network *network, const cnn_dataset *images,
                                bench_model_options wanted) {
    cnn_error error = {0};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
    bench_model *s = serve_need(calloc(1, sizeof *s), "no memory");
    options.batch_size = wanted.batch;
    options.threads = wanted.threads;
    options.every_layer = wanted.every_layer;
    options.profile = true;
    s->model = serve_need(cnn_model_create(network, &options, &error), error.message);
    s->trainer = serve_need(cnn_trainer_create(s->model, &adam, NULL, &error), error.message);
    s->images = images;
    s->available = cnn_dataset_get_info(images).images;
    s->order = jumbled(s->available);
    s->batch = wanted.batch;
    s->count = cnn_model_profile(s->model, NULL, 0);
    s->before = serve_need(calloc(s->count, sizeof *s->before), "no memory");
    s->after = serve_need(calloc(s->count, sizeof *s->after), "no memory");
    steps(s, warm_up_seconds);
    return s;
}

void bench_model_free(bench_model *s) {
    for (size_t i = 0; i < s->rounds; i++)
        free(s->taken[i].rows);
    free(s->after);
    free(s->before);
    free(s->order);
    cnn_trainer_free(s->trainer);
    cnn_model_free(s->model);
    free(s);
}

static const cnn_profile_pass *pass_of(const cnn_profile_row *row, size_t pass) {
    return pass == BENCH_MODEL_FORWARD ? &row->forward
           : pass == BENCH_MODEL_DX    ? &row->input
                                       : &row->weights;
}

void bench_model_round(bench_model *s, double seconds) {
    taken *t = &s->taken[s->rounds++];
    t->rows = serve_need(calloc(s->count, sizeof *t->rows), "no memory");
    cnn_model_profile(s->model, s->before, s->count);
    const double begun = clock_seconds();
    t->images = (double)steps(s, seconds);
    t->seconds = (clock_seconds() - begun) / t->images;
    cnn_model_profile(s->model, s->after, s->count);
    for (size_t i = 0; i < s->count; i++) {
        t->rows[i].about = s->after[i];
        for (size_t p = 0; p < BENCH_MODEL_PASSES; p++) {
            const cnn_profile_pass *from = pass_of(&s->before[i], p),
                                   *to = pass_of(&s->after[i], p);
            t->rows[i].seconds[p] = (to->seconds - from->seconds) / t->images;
            t->rows[i].multiply_adds[p] = (to->multiply_adds - from->multiply_adds) / t->images;
        }
    }
}

const cnn_model *bench_model_model(const bench_model *s) {
    return s->model;
}

size_t bench_model_rows(const bench_model *s, bench_model_row *rows, size_t count) {
    double seconds[BENCH_MODEL_ROUNDS], multiply_adds[BENCH_MODEL_ROUNDS];
    for (size_t i = 0; i < s->count && i < count; i++) {
        rows[i] = s->taken[0].rows[i];
        for (size_t p = 0; p < BENCH_MODEL_PASSES; p++) {
            for (size_t r = 0; r < s->rounds; r++) {
                seconds[r] = s->taken[r].rows[i].seconds[p];
                multiply_adds[r] = s->taken[r].rows[i].multiply_adds[p];
            }
            rows[i].seconds[p] = median(seconds, s->rounds);
            rows[i].multiply_adds[p] = median(multiply_adds, s->rounds);
        }
    }
    return s->count;
}

double bench_model_seconds(const bench_model *s) {
    double seconds[BENCH_MODEL_ROUNDS];
    for (size_t r = 0; r < s->rounds; r++)
        seconds[r] = s->taken[r].seconds;
    return median(seconds, s->rounds);
}
