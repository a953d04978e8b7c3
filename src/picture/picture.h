/* The internal form of a picture. */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include "cnn.h"

struct cnn_picture {
    size_t height, width, channels; /* channels: 1 or 3 */
    uint8_t *pixels;                /* [height][width][channels], perhaps in a larger block */
};

/* False, with an error without a place, if no picture may have this size. */
bool picture_sound(size_t height, size_t width, cnn_error *error);

/* Are there pictures of so many channels? */
bool picture_channels_sound(size_t channels, cnn_error *error);

/* 0.299 R + 0.587 G + 0.114 B, rounded (ITU-R BT.601). */
uint8_t picture_gray(const uint8_t rgb[3]);

#endif
