/* Detects whether images have MNIST's form, by their pixels. File names would not do: other sets
 * are made in the same way, and sets in files with MNIST's names may have another form. */
#include "dataset.h"

#include <math.h>

/* The number of images examined, and the fraction that must have the form: a few of MNIST's touch
 * the edge. */
#define LOOK_AT 1000
#define SHARE 0.95
/* Brighter pixels belong to a stroke. */
#define STROKE 32
/* The longer side of a drawing's box, and its center of mass, in 28ths of the image, each within
 * one. */
#define BOX 20.0
#define OF 28.0
#define TOLERANCE 1.0

typedef struct extent {
    size_t first, last;
    double weight, moment;
} extent;

static void take(extent *extent, size_t at, uint8_t pixel) {
    extent->weight += pixel;
    extent->moment += (double)at * pixel;
    if (pixel <= STROKE)
        return;
    extent->first = at < extent->first ? at : extent->first;
    extent->last = at > extent->last ? at : extent->last;
}

/* The length of an extent, in 28ths of a side. */
static double length_of(const extent *extent, size_t side) {
    return (double)(extent->last - extent->first + 1) * OF / (double)side;
}

/* MNIST's center is pixel number side / 2, counted from 0. */
static bool centered(const extent *extent, size_t side) {
    const double off = extent->moment / extent->weight - (double)side / 2;
    return fabs(off) * OF / (double)side <= TOLERANCE;
}

static bool has_form(const uint8_t *pixels, size_t height, size_t width) {
    extent rows = {.first = height}, columns = {.first = width};
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            take(&rows, y, pixels[y * width + x]);
            take(&columns, x, pixels[y * width + x]);
        }
    if (rows.first == height)
        return false;
    const double high = length_of(&rows, height), wide = length_of(&columns, width);
    return fabs((high > wide ? high : wide) - BOX) <= TOLERANCE && centered(&rows, height) &&
           centered(&columns, width);
}

cnn_preprocessing cnn_dataset_preprocessing(const cnn_dataset *dataset) {
    if (!dataset)
        return CNN_PREPROCESSING_RESIZE;
    const cnn_dataset_info *info = &dataset->info;
    const size_t count = info->images < LOOK_AT ? info->images : LOOK_AT;
    size_t good = 0;
    for (size_t i = 0; info->channels == 1 && i < count; i++)
        good += has_form(cnn_dataset_image_at(dataset, i), info->height, info->width);
    return (double)good >= SHARE * (double)count ? CNN_PREPROCESSING_MNIST
                                                 : CNN_PREPROCESSING_RESIZE;
}
