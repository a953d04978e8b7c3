/* Copies images into a model's input. Only this file turns a byte into a float, by looking it up in
 * model->pixels, so that training, prediction and evaluation normalize alike. */
#include "batch.h"

#include "profile.h"

#include <string.h>

/* Sets the error; always returns false. */
static bool refuse_count(const cnn_model *model, size_t count, cnn_error *error) {
    return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu images in a batch: must be 1 to %zu",
                     count, model->options.batch_size);
}

/* The shape of one image. */
static extent input_of(const cnn_model *model) {
    return model->network->layers[0].shape.y;
}

/* Copies an image of the network's input shape to slot `slot` of the batch. */
static void set_pixels(cnn_model *model, size_t slot, const uint8_t *image) {
    const size_t values = extent_size(input_of(model));
    float *x = model->layers[0].y + slot * values;
    for (size_t i = 0; i < values; i++)
        x[i] = model->pixels[image[i]];
}

bool model_accepts(const cnn_model *model, const cnn_dataset *dataset, cnn_error *error) {
    const cnn_dataset_info about = cnn_dataset_get_info(dataset);
    const extent x = input_of(model);
    const size_t classes = cnn_network_class_count(model->network);
    if (about.height != x.h || about.width != x.w || about.channels != x.c)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the images are %zux%zux%zu, the network needs %zux%zux%zu", about.height,
                         about.width, about.channels, x.h, x.w, x.c);
    /* Fewer classes than outputs are fine: every label has its output. */
    if (about.classes > classes)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the data has %zu classes, the network %zu", about.classes, classes);
    return true;
}

/* Bytes of an image that are prefetched; the hardware prefetches the rest of larger ones. */
enum { PREFETCH_FLOATS = 4096 };

static size_t index_of(const source *s, size_t i) {
    const size_t number = s->first + (i - s->slot);
    return s->indices ? s->indices[number] : number;
}

static const uint8_t *pixels_of(const source *s, size_t i) {
    const size_t values = extent_size(input_of(s->model)), index = index_of(s, i);
    return s->images ? s->images + index * values : cnn_dataset_image_at(s->dataset, index);
}

/* Shuffled images lie anywhere in memory, so each is prefetched while the one before is copied. */
static void fetch_image(const source *s, size_t i) {
    const size_t values = extent_size(input_of(s->model));
    const uint8_t *pixels = pixels_of(s, i);
    for (size_t at = 0; at < values && at < PREFETCH_FLOATS; at += 64)
        __builtin_prefetch(pixels + at);
}

/* Without labels, class 0: softmax stays in bounds, and its losses mean nothing. */
static uint32_t label_of(const source *s, size_t i) {
    if (s->images)
        return s->labels ? s->labels[index_of(s, i)] : 0;
    return (uint32_t)cnn_dataset_label_at(s->dataset, index_of(s, i));
}

static void gather_image(const source *s, size_t i) {
    set_pixels(s->model, i, pixels_of(s, i));
    s->model->labels[i] = label_of(s, i);
}

void gather_slots(const source *s, range slots, size_t worker) {
    const uint64_t begun = profile_begin(s->model);
    for (size_t i = slots.first; i < slots.last; i++) {
        if (i + 1 < slots.last)
            fetch_image(s, i + 1);
        gather_image(s, i);
    }
    profile_end(s->model, begun, worker, profile_part_row(s->model, PART_GATHER), PASS_FORWARD,
                range_size(slots));
}

/* The number of shards or of threads, whichever is larger; at most one part per image. */
static size_t parts_of(const cnn_model *model) {
    const size_t threads = pool_threads(model->pool), shards = model_shards(model);
    const size_t parts = threads > shards ? threads : shards;
    return parts < model->n ? parts : model->n;
}

static void gather_part(void *context, size_t part, size_t worker) {
    const source *s = context;
    gather_slots(s, range_part(s->model->n, parts_of(s->model), part), worker);
}

void gather(source s, size_t count) {
    model_begin_batch(s.model, count, !s.images || s.labels);
    profile_run(s.model, parts_of(s.model), gather_part, &s);
}

bool cnn_model_set_batch(cnn_model *model, const cnn_dataset *dataset, const uint32_t *indices,
                         size_t count, cnn_error *error) {
    if (!given(model, "model", error) || !given(dataset, "data set", error) ||
        !given(indices, "indices", error) || !model_accepts(model, dataset, error))
        return false;
    if (count == 0 || count > model->options.batch_size)
        return refuse_count(model, count, error);
    const size_t images = cnn_dataset_get_info(dataset).images;
    /* All indices are checked before any pixel is copied: refusing a batch keeps the old one. */
    for (size_t i = 0; i < count; i++)
        if (indices[i] >= images)
            return error_set(error, CNN_STATUS_BAD_ARGUMENT, "image %u of %zu", indices[i], images);
    gather((source){.model = model, .dataset = dataset, .indices = indices}, count);
    return true;
}

/* Can so many images with these labels, or with none, be a batch? */
static bool check_batch(const cnn_model *model, const uint32_t *labels, size_t count,
                        cnn_error *error) {
    const size_t classes = cnn_network_class_count(model->network);
    if (count == 0 || count > model->options.batch_size)
        return refuse_count(model, count, error);
    for (size_t i = 0; labels && i < count; i++)
        if (labels[i] >= classes)
            return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                             "label %u of image %zu is not below %zu", labels[i], i, classes);
    return true;
}

bool cnn_model_set_images(cnn_model *model, const uint8_t *images, const uint32_t *labels,
                          size_t count, cnn_error *error) {
    if (!given(model, "model", error) || !given(images, "images", error) ||
        !check_batch(model, labels, count, error))
        return false;
    gather((source){.model = model, .images = images, .labels = labels}, count);
    return true;
}

bool cnn_model_set_input(cnn_model *model, const float *x, const uint32_t *labels, size_t count,
                         cnn_error *error) {
    if (!given(model, "model", error) || !given(x, "x", error) ||
        !check_batch(model, labels, count, error))
        return false;
    /* Callers passing floats are responsible for normalization. */
    memcpy(model->layers[0].y, x, count * extent_size(input_of(model)) * sizeof *x);
    /* Without labels, class 0: softmax stays in bounds, and its losses mean nothing. */
    if (labels)
        memcpy(model->labels, labels, count * sizeof *labels);
    else
        memset(model->labels, 0, count * sizeof *labels);
    model_begin_batch(model, count, labels);
    return true;
}
