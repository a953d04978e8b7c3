/* The table of classic mistakes. Its rows are written in catalog.txt; the build makes C of them
 * (write.awk), so that the line that is shown is the line that runs. */
#ifndef MISTAKES_MISTAKES_H
#define MISTAKES_MISTAKES_H

#include "cnn.h"
#include "ops.h"

/* What a layer must have for the mistake to change a number. */
typedef enum mistake_need {
    NEEDS_NOTHING,
    NEEDS_WINDOW,
    NEEDS_WINDOWS,
    NEEDS_OVERLAP,
    NEEDS_KERNEL,
    NEEDS_STRIDE,
    NEEDS_CHANNELS,
    NEEDS_POSITIONS,
    NEEDS_IMAGES,
    NEEDS_PLANES,
    NEEDS_DECAY,
    NEEDS_ADAM
} mistake_need;

/* Mistakes in what a run is given, outside the pages. */
typedef enum mistake_setting {
    SET_NONE,
    SET_PIXELS_RAW,
    SET_LABELS_NEXT,
    SET_LABELS_PARTED,
    SET_WEIGHTS_ZERO,
    SET_WEIGHTS_EQUAL,
    SET_RATE_LARGE,
    SET_RATE_SMALL
} mistake_setting;

typedef struct mistake_row {
    cnn_mistake_info about; /* all but `needs`, which follows from `need` */
    mistake_need need;
    mistake_setting setting;
} mistake_row;

extern const mistake_row mistake_rows[];
extern const size_t mistake_row_count;

/* The row of this name. NULL, with an error, if there is none. */
const mistake_row *mistake_row_named(const char *name, cnn_error *error);
/* Is the mistake made in a layer or in the loss? */
bool mistake_in_layers(const mistake_row *row);
/* Does the gradient check show it in this gradient of a layer of this kind and shape, or of
 * "softmax", with a batch of `images`? */
bool mistake_shows(const mistake_row *row, const char *kind, const char *gradient,
                   const layer_shape *g, size_t images);

#endif
