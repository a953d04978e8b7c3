/* Makes the mistakes outside the pages: in the pixels, labels, first weights and rate of a training
 * run. A mistake of a page is made in the model's back end. */
#include "dataset.h"
#include "error.h"
#include "memory.h"
#include "mistakes.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

/* The last image gets the label of the first. */
static void shift_labels(cnn_dataset *images) {
    const size_t count = images->info.images;
    const uint32_t first = count ? images->labels[0] : 0;
    if (!count)
        return;
    memmove(images->labels, images->labels + 1, (count - 1) * sizeof *images->labels);
    images->labels[count - 1] = first;
}

static void shuffle_labels(cnn_dataset *images) {
    random_state random = random_seeded(1, RANDOM_MISTAKE);
    random_shuffle(&random, images->labels, images->info.images);
}

static void spoil_images(mistake_setting setting, cnn_dataset *images) {
    if (setting == SET_LABELS_NEXT)
        shift_labels(images);
    if (setting == SET_LABELS_PARTED)
        shuffle_labels(images);
}

/* A byte divided by 255 and then by 1 / 255 is itself. */
static void spoil_options(const mistake_row *row, cnn_model_options *options) {
    options->debug_mistake = row->about.name;
    if (row->setting == SET_PIXELS_RAW)
        options->normalization = (cnn_normalization){0, 1 / 255.0f};
    if (row->setting == SET_WEIGHTS_ZERO || row->setting == SET_WEIGHTS_EQUAL) {
        options->init = CNN_INIT_CONSTANT;
        options->constant = row->setting == SET_WEIGHTS_EQUAL ? 0.05f : 0;
    }
}

static void spoil_rate(mistake_setting setting, cnn_optimizer *optimizer) {
    if (setting == SET_RATE_LARGE)
        optimizer->lr *= 100;
    if (setting == SET_RATE_SMALL)
        optimizer->lr /= 1000;
}

bool cnn_mistake_make(const char *name, cnn_model_options *options, cnn_optimizer *optimizer,
                      cnn_dataset *images, cnn_error *error) {
    const mistake_row *row = given(name, "name", error) ? mistake_row_named(name, error) : NULL;
    if (!row)
        return false;
    if (options)
        spoil_options(row, options);
    if (optimizer)
        spoil_rate(row->setting, optimizer);
    if (images)
        spoil_images(row->setting, images);
    return true;
}
