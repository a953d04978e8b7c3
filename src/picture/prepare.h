/* Turns pictures into network inputs. */
#ifndef PICTURE_PREPARE_H
#define PICTURE_PREPARE_H

#include "error.h"

/* False, with an error, for an unknown value. */
static inline bool preprocessing_sound(cnn_preprocessing preprocessing, cnn_error *error) {
    return preprocessing == CNN_PREPROCESSING_RESIZE || preprocessing == CNN_PREPROCESSING_MNIST ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "no preprocessing %d", (int)preprocessing);
}

/* False, with an error without a place, if pictures cannot be prepared like this. */
bool pictures_sound(const cnn_pictures *wanted, cnn_error *error);

/* Fills pixels[height][width][channels] as the options describe: fitted, or resized with its colors
 * converted. */
bool picture_prepare(const cnn_picture *picture, const cnn_pictures *wanted, uint8_t *pixels,
                     cnn_error *error);

#endif
