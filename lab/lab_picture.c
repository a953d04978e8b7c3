/* Drawings and pictures in the form of the network's images. */
#include "lab.h"

#include <stdlib.h>

/* The picture as the model takes it, in the form of MNIST's digits if it was trained on such; or
 * NULL. Frees the picture. */
static const uint8_t *fitted(cnn_picture *picture) {
    static uint8_t *bytes;
    cnn_layer_info input;
    cnn_network_layer_at(cnn_model_network(the_lab.model), 0, &input);
    free(bytes);
    bytes = malloc(input.height * input.width * input.channels);
    const bool good =
        bytes && picture && cnn_model_prepare(the_lab.model, picture, true, bytes, &the_lab.error);
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
