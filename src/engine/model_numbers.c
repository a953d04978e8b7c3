/* Sets numbers of a model: its parameters, their gradients, and the state that is saved with them.
 * Numbers that a pass computes can only be read. */
#include "model.h"

#include <stdio.h>
#include <string.h>

const float *cnn_model_parameters(const cnn_model *model, size_t *count) {
    if (count)
        *count = model ? model->memory.parameters / sizeof(float) : 0;
    return model ? model->parameters : NULL;
}

/* An array of a model that may be set. */
typedef struct target {
    float *numbers;
    size_t count;
    bool gradient;
} target;

/* The array of this buffer, or its gradient; without numbers if the layer has none. */
static target target_of(const cnn_model *model, size_t layer, size_t buffer, bool gradient) {
    const layer_memory *memory = &model->layers[layer];
    const struct layer *of = &model->network->layers[layer];
    if (of->kind->buffers[buffer].role == BUFFER_FOR_BACKWARD)
        return (target){.numbers = NULL};
    return (target){gradient ? memory->gradients[buffer] : memory->buffers[buffer],
                    layer_buffer_size(of, buffer), gradient};
}

static bool has_name(const struct layer *layer, const target *target, size_t buffer,
                     const char *name) {
    char own[2 * CNN_NAME_SIZE];
    snprintf(own, sizeof own, "%s.%s%s", layer->name, layer->kind->buffers[buffer].name,
             target->gradient ? ".grad" : "");
    return target->numbers && !strcmp(own, name);
}

/* Without numbers if nothing of this name can be set. */
static target find(const cnn_model *model, const char *name) {
    for (size_t i = 1; i <= model->network->count; i++) {
        const struct layer *layer = &model->network->layers[i];
        for (size_t b = 0; b < 2 * layer_buffers(layer); b++) {
            const target found = target_of(model, i, b / 2, b % 2);
            if (has_name(layer, &found, b / 2, name))
                return found;
        }
    }
    return (target){.numbers = NULL};
}

bool cnn_model_set_tensor(cnn_model *model, const char *name, const float *numbers, size_t count,
                          cnn_error *error) {
    /* Sets the error if there is no such tensor. */
    if (!given(numbers, "numbers", error) || !cnn_model_tensor(model, name, NULL, error))
        return false;
    const target found = find(model, name);
    if (!found.numbers)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "\"%.60s\" is what a pass computes: it cannot be set", name);
    if (count != found.count)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu numbers for \"%.60s\", which has %zu",
                         count, name, found.count);
    memmove(found.numbers, numbers, count * sizeof *numbers);
    if (!found.gradient)
        model_moved(model);
    return true;
}

/* Array by array, so that the gaps between them stay 0. */
bool cnn_model_set_parameters(cnn_model *model, const float *numbers, size_t count,
                              cnn_error *error) {
    size_t own;
    const float *begin = cnn_model_parameters(model, &own);
    if (!given(model, "model", error) || !given(numbers, "numbers", error))
        return false;
    if (count != own)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu numbers for a block of %zu", count,
                         own);
    for (size_t i = 1; i <= model->network->count; i++)
        for (size_t b = 0; b < layer_buffers(&model->network->layers[i]); b++) {
            const target to = target_of(model, i, b, false);
            if (to.numbers)
                memmove(to.numbers, numbers + (to.numbers - begin), to.count * sizeof *numbers);
        }
    model_moved(model);
    return true;
}
