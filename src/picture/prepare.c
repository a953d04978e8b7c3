/* Prepares pictures as network inputs, the same for single pictures and for folders of them. */
#include "prepare.h"

#include "memory.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>

/* The picture as if the PNG had been read with `channels`, 1 or 3, which differs from its own. */
static cnn_picture *convert(const cnn_picture *picture, size_t channels, cnn_error *error) {
    const size_t count = picture->height * picture->width;
    cnn_picture *other = memory_new(1, sizeof *other, error);
    if (!other)
        return NULL;
    *other = (cnn_picture){picture->height, picture->width, channels,
                           memory_new(count, channels, error)};
    if (!other->pixels) {
        free(other);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (channels == 1)
            other->pixels[i] = picture_gray(picture->pixels + 3 * i);
        else
            memset(other->pixels + 3 * i, picture->pixels[i], 3);
    return other;
}

bool picture_prepare(const cnn_picture *picture, const cnn_pictures *wanted, uint8_t *pixels,
                     cnn_error *error) {
    if (!pictures_sound(wanted, error))
        return false;
    if (wanted->preprocessing == CNN_PREPROCESSING_MNIST)
        return cnn_picture_fit(picture, wanted->height, wanted->width, pixels, error);
    if (picture->channels == wanted->channels)
        return cnn_picture_resize(picture, wanted->height, wanted->width, pixels, error);
    cnn_picture *other = convert(picture, wanted->channels, error);
    const bool ok =
        other && cnn_picture_resize(other, wanted->height, wanted->width, pixels, error);
    cnn_picture_free(other);
    return ok;
}

bool pictures_sound(const cnn_pictures *wanted, cnn_error *error) {
    if (!reserved_unused(wanted->reserved, error) ||
        !preprocessing_sound(wanted->preprocessing, error) ||
        !picture_sound(wanted->height, wanted->width, error))
        return false;
    if (!picture_channels_sound(wanted->channels, error))
        return false;
    return wanted->preprocessing != CNN_PREPROCESSING_MNIST || wanted->channels == 1 ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "MNIST's form has 1 channel, not %zu",
                     wanted->channels);
}
