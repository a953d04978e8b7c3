/* Finds the first tensor with infinity or NaN. */
#include "doctor.h"
#include "model.h"

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

static bool sound(const float *numbers, size_t count, const char *what, const doctor_layer *layer,
                  doctor_location *location) {
    if (!numbers || finite_all(numbers, count))
        return true;
    location->what = what;
    location->layer = layer->info.name;
    return false;
}

bool finite_outputs(const session *session, doctor_location *location) {
    for (size_t l = 0; l < session->count; l++) {
        const doctor_layer *layer = &session->layers[l];
        if (!sound(layer->y.data, layer->values * session->batch, "outputs", layer, location))
            return false;
    }
    return true;
}

/* What the text of a finding calls these parameters, and their gradient. */
static const char *name_of(const buffer *buffer, bool gradient) {
    if (buffer->initial == INITIAL_KERNEL)
        return gradient ? "weight gradient" : "weights";
    if (buffer->initial == INITIAL_BIAS)
        return gradient ? "bias gradient" : "biases";
    return gradient ? "parameters' gradient" : "parameters";
}

/* All parameters of a layer, whatever its kind has, and its state; or all their gradients. */
static bool sound_parameters(const session *session, size_t l, bool gradients,
                             doctor_location *location) {
    const struct layer *layer = &session->network->layers[l];
    const layer_memory *memory = &session->model->layers[l];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        if (buffer->role != BUFFER_FOR_BACKWARD &&
            !sound(gradients ? memory->gradients[b] : memory->buffers[b],
                   layer_buffer_size(layer, b), name_of(buffer, gradients), &session->layers[l],
                   location))
            return false;
    }
    return true;
}

bool finite_gradients(const session *session, doctor_location *location) {
    for (size_t l = session->count; l-- > 1;) {
        const doctor_layer *layer = &session->layers[l];
        if (!sound(layer->dy.data, layer->values * session->batch, "gradient", layer, location) ||
            !sound_parameters(session, l, true, location))
            return false;
    }
    return true;
}

bool finite_weights(const session *session, doctor_location *location) {
    for (size_t l = 1; l < session->count; l++)
        if (!sound_parameters(session, l, false, location))
            return false;
    return true;
}
