/* Bringing images to a model: into its input, and whole sets through it. A byte becomes its float
 * by a look-up in model->pixels, in this one place: training, prediction and evaluation cannot
 * disagree on how pixels are normalised. Sets go through in batches, the last perhaps smaller. */
#include "pass.h"
#include "profile.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Always false. */
static bool refuse_count(const cnn_model *model, size_t count, cnn_error *error) {
    return error_set(error, CNN_BAD_ARGUMENT, "%zu images in a batch: must be 1 to %zu", count,
                     model->options.batch_size);
}

/* The shape of one image. */
static extent input_of(const cnn_model *model) {
    return model->network->layers[0].geometry.y;
}

/* Makes this image, of the network's shape, number `place` of the batch. */
static void set_pixels(cnn_model *model, size_t place, const uint8_t *image) {
    const size_t values = extent_size(input_of(model));
    float *x = model->nodes[0].y + place * values;
    for (size_t i = 0; i < values; i++)
        x[i] = model->pixels[image[i]];
}

bool model_takes(const cnn_model *model, const cnn_dataset *dataset, cnn_error *error) {
    const cnn_dataset_info about = cnn_dataset_about(dataset);
    const extent x = input_of(model);
    const size_t classes = cnn_network_classes(model->network);
    if (about.height != x.h || about.width != x.w || about.channels != x.c)
        return error_set(error, CNN_BAD_ARGUMENT,
                         "the images are %zux%zux%zu, the network wants %zux%zux%zu", about.height,
                         about.width, about.channels, x.h, x.w, x.c);
    /* Fewer classes than outputs are fine: every label has its output. */
    if (about.classes > classes)
        return error_set(error, CNN_BAD_ARGUMENT, "the data has %zu classes, the network %zu",
                         about.classes, classes);
    return true;
}

/* Bytes of an image that are asked for ahead; of larger ones the processor guesses the rest. */
enum { FETCHED = 4096 };

/* Where a batch comes from: image number `first`, which goes to `place` of it, and those that
 * follow in the order of indices, or of the data set if that is NULL; or bytes without labels, if
 * `images` is not NULL. */
typedef struct source {
    cnn_model *model;
    const cnn_dataset *dataset;
    const uint32_t *indices;
    const uint8_t *images;
    size_t first, place;
} source;

static size_t index_of(const source *s, size_t i) {
    const size_t number = s->first + (i - s->place);
    return s->indices ? s->indices[number] : number;
}

static const uint8_t *pixels_of(const source *s, size_t i) {
    const size_t values = extent_size(input_of(s->model)), index = index_of(s, i);
    return s->images ? s->images + index * values : cnn_dataset_image(s->dataset, index);
}

/* Shuffled images stand anywhere in memory, and are asked for while the one before is set. */
static void fetch_image(const source *s, size_t i) {
    const size_t values = extent_size(input_of(s->model));
    const uint8_t *pixels = pixels_of(s, i);
    for (size_t at = 0; at < values && at < FETCHED; at += 64)
        __builtin_prefetch(pixels + at);
}

/* Class 0 for lack of labels: softmax then stays in bounds, and its losses mean nothing. */
static void gather_image(const source *s, size_t i) {
    set_pixels(s->model, i, pixels_of(s, i));
    s->model->labels[i] = s->images ? 0 : (uint32_t)cnn_dataset_label(s->dataset, index_of(s, i));
}

static void gather_places(const source *s, size_t task, range places) {
    const uint64_t begun = profile_begin(s->model);
    for (size_t i = places.first; i < places.last; i++) {
        if (i + 1 < places.last)
            fetch_image(s, i + 1);
        gather_image(s, i);
    }
    profile_end(s->model, begun, task, profile_part_row(s->model, PART_GATHER), PASS_FORWARD,
                range_size(places));
}

static void gather_shard(void *context, size_t shard) {
    const source *s = context;
    gather_places(s, shard, model_shard(s->model, shard));
}

/* All checks are done. */
static void gather(source s, size_t count) {
    model_begin_batch(s.model, count, !s.images);
    profile_run(s.model, model_shards(s.model), gather_shard, &s);
}

bool cnn_model_set_batch(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                         size_t count, cnn_error *error) {
    if (!given(model, "model", error) || !given(dataset, "data set", error) ||
        !given(indices, "indices", error) || !model_takes(model, dataset, error))
        return false;
    if (count == 0 || count > model->options.batch_size)
        return refuse_count(model, count, error);
    const size_t images = cnn_dataset_about(dataset).images;
    /* All indices before any pixel: a refused batch leaves the one that is set whole. */
    for (size_t i = 0; i < count; i++)
        if (indices[i] >= images)
            return error_set(error, CNN_BAD_ARGUMENT, "image %u of %zu", indices[i], images);
    gather((source){.model = model, .dataset = dataset, .indices = indices}, count);
    return true;
}

bool cnn_model_set_input(cnn_model *model, const float *x, const uint32_t *labels, size_t count,
                         cnn_error *error) {
    if (!given(model, "model", error) || !given(x, "x", error))
        return false;
    const size_t classes = cnn_network_classes(model->network);
    if (count == 0 || count > model->options.batch_size)
        return refuse_count(model, count, error);
    for (size_t i = 0; labels && i < count; i++)
        if (labels[i] >= classes)
            return error_set(error, CNN_BAD_ARGUMENT, "label %u of image %zu is not below %zu",
                             labels[i], i, classes);
    /* As they are: whoever has floats has normalised them, or means not to. */
    memcpy(model->nodes[0].y, x, count * extent_size(input_of(model)) * sizeof *x);
    /* Class 0 for lack of labels: softmax then stays in bounds, and its losses mean nothing. */
    if (labels)
        memcpy(model->labels, labels, count * sizeof *labels);
    else
        memset(model->labels, 0, count * sizeof *labels);
    model_begin_batch(model, count, labels);
    return true;
}

/* How many images a thread takes at a time where nobody looks into them afterwards. With more, what
 * one layer wrote has left the cache when the next one reads it. Of those that threads draw as they
 * come, fewer: the last draw keeps all the others waiting. */
enum { CACHED = 64, DRAWN = 32 };

static size_t pass_images(const cnn_model *model, size_t left) {
    const size_t batch = model->options.batch_size;
    const size_t cached = CACHED * pool_threads(model->pool);
    const size_t most = batch < cached ? batch : cached;
    return left < most ? left : most;
}

/* Predictions shared out: each task has `each` places of the batch for itself, and draws the next
 * images as soon as it is done with the last. */
typedef struct predictions {
    cnn_model *model;
    const uint8_t *images;
    size_t count, each;
    float *probabilities;
    atomic_size_t next;
} predictions;

static void predict_task(void *context, size_t task) {
    predictions *p = context;
    const cnn_model *model = p->model;
    const size_t classes = cnn_network_classes(model->network), place = task * p->each;
    size_t first;
    while ((first = atomic_fetch_add(&p->next, p->each)) < p->count) {
        const size_t left = p->count - first, count = left < p->each ? left : p->each;
        const range places = {place, place + count};
        const source s = {.model = p->model, .images = p->images, .first = first, .place = place};
        gather_places(&s, task, places);
        pass_forward(model, task, places);
        memcpy(p->probabilities + first * classes, model->probabilities + place * classes,
               count * classes * sizeof *p->probabilities);
    }
}

/* 0 where each image has to be sliced between the threads. */
static size_t images_each(const cnn_model *model, size_t tasks, size_t count) {
    const size_t room = model->options.batch_size / tasks, share = (count + tasks - 1) / tasks;
    const size_t most = room < DRAWN ? room : DRAWN;
    return count < tasks ? 0 : share < most ? share : most;
}

static void predict_in_batches(cnn_model *model, const uint8_t *images, size_t count,
                               float *probabilities) {
    const size_t classes = cnn_network_classes(model->network);
    for (size_t done = 0; done < count; done += model->n) {
        gather((source){.model = model, .images = images, .first = done},
               pass_images(model, count - done));
        cnn_model_forward(model);
        memcpy(probabilities + done * classes, model->probabilities,
               model->n * classes * sizeof *probabilities);
    }
}

/* No arrays are that long: counts of them cannot overflow. */
static bool predictable(const cnn_model *model, size_t count, cnn_error *error) {
    const size_t values = extent_size(input_of(model)),
                 classes = cnn_network_classes(model->network);
    const size_t row = classes * sizeof(float), each = row > values ? row : values;
    return (count > 0 && count <= PTRDIFF_MAX / each) ||
           error_set(error, CNN_BAD_ARGUMENT,
                     count ? "%zu images to predict: more than memory has room for"
                           : "no images to predict",
                     count);
}

static void predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities) {
    const size_t threads = pool_threads(model->pool);
    const size_t tasks = threads < SHARDS_MAX ? threads : SHARDS_MAX;
    predictions p = {model, images, count, images_each(model, tasks, count), probabilities, 0};
    if (!p.each) {
        predict_in_batches(model, images, count, probabilities);
        return;
    }
    model->n = tasks * p.each;
    profile_run(model, tasks, predict_task, &p);
}

/* A model has memory for one batch: that which was set is gone afterwards. */
bool cnn_model_predict(cnn_model *model, const uint8_t *images, size_t count, float *probabilities,
                       cnn_error *error) {
    if (!given(model, "model", error) || !given(images, "images", error) ||
        !given(probabilities, "probabilities", error) || !predictable(model, count, error))
        return false;
    predict(model, images, count, probabilities);
    model_begin_batch(model, 0, false);
    return true;
}

/* The first of the largest, as everywhere where values tie. */
static size_t guess_of(const float *p, size_t classes) {
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        if (p[k] > p[best])
            best = k;
    return best;
}

/* Adds what the last forward pass says about the batch. Guesses go by the logits, since softmax may
 * round two of them to the same probability. */
static void count_batch(const cnn_model *model, cnn_score *score, size_t *confusion) {
    const size_t classes = cnn_network_classes(model->network);
    for (size_t i = 0; i < model->n; i++) {
        const size_t guess = guess_of(model->nodes[model->network->count].y + i * classes, classes);
        score->correct += guess == model->labels[i];
        score->loss += model->losses[i];
        if (confusion)
            confusion[model->labels[i] * classes + guess]++;
    }
    score->images += model->n;
}

/* Losses are added in double, image by image, in their order: the score depends neither on the size
 * of a batch nor on the number of threads. */
void model_evaluate(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                    size_t count, cnn_score *score, size_t *confusion) {
    *score = (cnn_score){0};
    for (size_t done = 0; done < count; done += model->n) {
        gather((source){.model = model, .dataset = dataset, .indices = indices, .first = done},
               pass_images(model, count - done));
        cnn_model_forward(model);
        count_batch(model, score, confusion);
    }
    model_begin_batch(model, 0, false);
    score->loss /= (double)score->images;
    /* Where logits are no numbers, the first class that they seem to name is no guess. */
    score->accuracy = isnan(score->loss) ? NAN : (double)score->correct / (double)score->images;
}

bool cnn_model_evaluate(cnn_model *model, const cnn_dataset *dataset, cnn_score *score,
                        size_t *confusion, cnn_error *error) {
    if (!given(model, "model", error) || !given(dataset, "data set", error) ||
        !given(score, "score", error) || !model_takes(model, dataset, error))
        return false;
    const size_t classes = cnn_network_classes(model->network);
    if (confusion)
        memset(confusion, 0, classes * classes * sizeof *confusion);
    model_evaluate(model, dataset, NULL, cnn_dataset_about(dataset).images, score, confusion);
    return true;
}
