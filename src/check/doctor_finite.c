/* Finds the first tensor with infinity or NaN. */
#include "doctor.h"

#include <string.h>

/* In a float, all exponent bits set means infinity or NaN. */
static bool finite_all(const float *values, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bits &= 0x7fffffff;
        largest = bits > largest ? bits : largest;
    }
    return largest < 0x7f800000;
}

static bool sound(const cnn_tensor *tensor, size_t count, const char *what,
                  const doctor_layer *layer, doctor_location *location) {
    if (!tensor->data || finite_all(tensor->data, count))
        return true;
    location->what = what;
    location->layer = layer->info.name;
    return false;
}

bool finite_outputs(const session *session, doctor_location *location) {
    for (size_t l = 0; l < session->count; l++) {
        const doctor_layer *layer = &session->layers[l];
        if (!sound(&layer->y, layer->values * session->batch, "outputs", layer, location))
            return false;
    }
    return true;
}

bool finite_gradients(const session *session, doctor_location *location) {
    for (size_t l = session->count; l-- > 1;) {
        const doctor_layer *layer = &session->layers[l];
        if (!sound(&layer->dy, layer->values * session->batch, "gradient", layer, location) ||
            !sound(&layer->dw, layer->weights, "weight gradient", layer, location))
            return false;
    }
    return true;
}

bool finite_weights(const session *session, doctor_location *location) {
    for (size_t l = 1; l < session->count; l++) {
        const doctor_layer *layer = &session->layers[l];
        const size_t biases = layer->b.data ? layer->info.channels : 0;
        if (!sound(&layer->w, layer->weights, "weights", layer, location) ||
            !sound(&layer->b, biases, "biases", layer, location))
            return false;
    }
    return true;
}
