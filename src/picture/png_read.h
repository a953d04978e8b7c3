/* Reads PNGs (ISO/IEC 15948) from memory with libpng. */
#ifndef PICTURE_PNG_READ_H
#define PICTURE_PNG_READ_H

#include "picture.h"

/* Fills in a picture that is all zero; channels 1 or 3. On failure there is nothing to free. */
bool png_decode(cnn_picture *picture, const uint8_t *bytes, size_t size, size_t channels,
                cnn_error *error);

#endif
