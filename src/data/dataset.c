/* Creates, measures and changes data sets. All data is copied and checked at creation, so that no
 * other code can change it later and readers need no checks. Pixels stay bytes: a quarter of the
 * memory of floats, and a model converts bytes to floats with a table anyway. Labels have 32 bits,
 * as in models. */
#include "dataset.h"

#include "memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Also false if the product of all sizes does not fit: so index * image_size never overflows and is
 * not checked again. */
static bool sizes_sound(const cnn_dataset_info *info, size_t *image_size, cnn_error *error) {
    size_t all;
    if (!info->images || !info->height || !info->width || !info->channels)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no images in it");
    if (!info->classes || info->classes > DATASET_CLASSES_LIMIT)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu classes, where 1 to %zu can be",
                         info->classes, DATASET_CLASSES_LIMIT);
    /* Orders of images are lists of 32-bit numbers. */
    if (info->images > UINT32_MAX || !size_multiply(info->height, info->width, image_size) ||
        !size_multiply(*image_size, info->channels, image_size) ||
        !size_multiply(*image_size, info->images, &all))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "%zu images of %zu x %zu x %zu are too many", info->images, info->height,
                         info->width, info->channels);
    return true;
}

static size_t first_beyond(const uint32_t *labels, size_t count, size_t classes) {
    size_t i = 0;
    while (i < count && labels[i] < classes)
        i++;
    return i;
}

static cnn_dataset *dataset_new(const cnn_dataset_info *info, size_t image_size, cnn_error *error) {
    cnn_dataset *dataset = memory_new(1, sizeof *dataset, error);
    if (!dataset)
        return NULL;
    dataset->info = *info;
    dataset->image_size = image_size;
    dataset->pixels = memory_new(info->images, image_size, error);
    if (dataset->pixels)
        dataset->labels = memory_new(info->images, sizeof *dataset->labels, error);
    if (dataset->labels)
        dataset->names = memory_new(info->classes, sizeof *dataset->names, error);
    /* Each block is allocated only after the one before it succeeded: so names implies all
     * three. */
    if (!dataset->names) {
        cnn_dataset_free(dataset);
        return NULL;
    }
    for (size_t i = 0; i < info->classes; i++)
        snprintf(dataset->names[i], sizeof dataset->names[i], "%zu", i);
    return dataset;
}

cnn_dataset *dataset_blank(const cnn_dataset_info *info, cnn_error *error) {
    size_t image_size;
    return sizes_sound(info, &image_size, error) ? dataset_new(info, image_size, error) : NULL;
}

cnn_dataset *cnn_dataset_create(const cnn_dataset_info *info, const uint8_t *images,
                                const uint32_t *labels, cnn_error *error) {
    size_t image_size;
    if (!given(info, "info", error) || !sizes_sound(info, &image_size, error) ||
        !given(images, "images", error) || !given(labels, "labels", error))
        return NULL;
    /* Before any memory is allocated: a larger label would later be an index out of range. */
    const size_t beyond = first_beyond(labels, info->images, info->classes);
    if (beyond < info->images) {
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "label %" PRIu32 " of image %zu is not below %zu",
                  labels[beyond], beyond, info->classes);
        return NULL;
    }
    cnn_dataset *dataset = dataset_new(info, image_size, error);
    if (!dataset)
        return NULL;
    memcpy(dataset->pixels, images, info->images * image_size);
    memcpy(dataset->labels, labels, info->images * sizeof *labels);
    return dataset;
}

void cnn_dataset_free(cnn_dataset *dataset) {
    if (!dataset)
        return;
    free(dataset->pixels);
    free(dataset->labels);
    free(dataset->names);
    free(dataset);
}

cnn_dataset_info cnn_dataset_get_info(const cnn_dataset *dataset) {
    return dataset ? dataset->info : (cnn_dataset_info){0};
}

/* The other images are only hidden: no memory moves, and pointers to images stay valid. */
bool cnn_dataset_truncate(cnn_dataset *dataset, size_t images, cnn_error *error) {
    if (!given(dataset, "data set", error))
        return false;
    if (!images)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "a data set cannot be cut to 0 images");
    if (images < dataset->info.images)
        dataset->info.images = images;
    return true;
}

/* Copies both into a new set, then swaps it with the old one. */
bool cnn_dataset_append(cnn_dataset *dataset, const cnn_dataset *more, cnn_error *error) {
    if (!given(dataset, "dataset", error) || !given(more, "more", error))
        return false;
    const cnn_dataset_info a = dataset->info, b = more->info;
    cnn_dataset_info info = a;
    if (a.height != b.height || a.width != b.width || a.channels != b.channels ||
        a.classes != b.classes)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "images of %zux%zux%zu in %zu classes cannot be appended to images of "
                         "%zux%zux%zu in %zu",
                         b.height, b.width, b.channels, b.classes, a.height, a.width, a.channels,
                         a.classes);
    info.images = a.images <= SIZE_MAX - b.images ? a.images + b.images : SIZE_MAX;
    cnn_dataset *all = dataset_blank(&info, error);
    if (!all)
        return false;
    const size_t size = dataset->image_size;
    memcpy(all->pixels, dataset->pixels, a.images * size);
    memcpy(all->pixels + a.images * size, more->pixels, b.images * size);
    memcpy(all->labels, dataset->labels, a.images * sizeof *all->labels);
    memcpy(all->labels + a.images, more->labels, b.images * sizeof *all->labels);
    memcpy(all->names, dataset->names, a.classes * sizeof *all->names);
    const cnn_dataset old = *dataset;
    *dataset = *all;
    *all = old;
    cnn_dataset_free(all);
    return true;
}

const uint8_t *cnn_dataset_image_at(const cnn_dataset *dataset, size_t index) {
    return dataset && index < dataset->info.images ? dataset->pixels + index * dataset->image_size
                                                   : NULL;
}

size_t cnn_dataset_label_at(const cnn_dataset *dataset, size_t index) {
    return dataset && index < dataset->info.images ? dataset->labels[index] : SIZE_MAX;
}

const char *cnn_dataset_class_at(const cnn_dataset *dataset, size_t index) {
    return dataset && index < dataset->info.classes ? dataset->names[index] : NULL;
}

/* The float nearest to the decimal: dividend and divisor are small integers, so only the division
 * rounds. Four decimals, so that the displayed number is the one used. */
static float four_decimals(double value) {
    return (float)round(value * 1e4) / 1e4f;
}

/* The sums are integers and exact, so the result does not depend on the order of the images; 64
 * bits are enough for 2.8e14 pixels. A deviation that rounds to 0 counts as constant, since it
 * cannot be a divisor. */
cnn_normalization cnn_dataset_measure(const cnn_dataset *dataset) {
    if (!dataset)
        return (cnn_normalization){0};
    const size_t count = dataset->info.images * dataset->image_size;
    uint64_t sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t pixel = dataset->pixels[i];
        sum += pixel;
        squares += pixel * pixel;
    }
    const double mean = (double)sum / (double)count;
    const double variance = (double)squares / (double)count - mean * mean;
    /* For a constant set, rounding may make the difference slightly negative. */
    const float std = four_decimals(sqrt(variance > 0 ? variance : 0) / 255);
    return (cnn_normalization){four_decimals(mean / 255), std > 0 ? std : 1};
}
