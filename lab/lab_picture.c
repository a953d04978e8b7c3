/* Drawings and pictures in the form of the network's images. */
#include "lab.h"

/* The picture in the form of MNIST's digits: 28 x 28 bytes, or NULL. Frees the picture. */
static const uint8_t *fitted(cnn_picture *picture) {
    static uint8_t bytes[28 * 28];
    const bool good = picture && cnn_picture_fit(picture, 28, 28, bytes, &the_lab.error);
    cnn_picture_free(picture);
    return good ? bytes : NULL;
}

/* From a drawing of height x width gray pixels. */
const uint8_t *LAB(lab_fit)(const uint8_t *pixels, size_t height, size_t width) {
    return fitted(cnn_picture_create(height, width, 1, pixels, &the_lab.error));
}

/* From a picture as a browser decodes it: red, green, blue and opacity. */
const uint8_t *LAB(lab_fit_rgba)(const uint8_t *pixels, size_t height, size_t width) {
    return fitted(cnn_picture_create_rgba(height, width, pixels, &the_lab.error));
}
