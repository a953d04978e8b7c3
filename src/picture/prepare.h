/* Pictures as a network wants them. */
#ifndef PICTURE_PREPARE_H
#define PICTURE_PREPARE_H

#include "error.h"

/* Is it one that there is? */
bool preprocessing_sound(cnn_preprocessing preprocessing, cnn_error *error);

/* Can pictures be made so? Else a reason without a place. */
bool pictures_sound(const cnn_pictures *wanted, cnn_error *error);

/* Fills pixels[height][width][channels] as `wanted` says: fitted, or stretched with its colors
 * converted. */
bool picture_prepare(const cnn_picture *picture, const cnn_pictures *wanted, uint8_t *pixels,
                     cnn_error *error);

#endif
