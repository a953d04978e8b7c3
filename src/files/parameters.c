/* Checks, reads and writes the parameters of all layers as tensors, and accepts no others. */
#include "parameters.h"

#include "shown.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where the header begins: the position reported for missing entries. */
#define HEADER_OFFSET 8

/* Whether this walk visits the buffer and the layer has it. */
static bool visited(const layer *layer, size_t buffer, const char *suffix) {
    const buffer_role role = layer->kind->buffers[buffer].role;
    return (role == BUFFER_PARAMETER || (role == BUFFER_STATE && !suffix)) &&
           layer_buffer_size(layer, buffer);
}

/* p->next is the next buffer to examine, in layer p->layer. */
bool parameter_next(const cnn_network *network, parameter *p) {
    for (; p->layer <= network->count; p->layer++, p->next = 0) {
        const layer *layer = &network->layers[p->layer];
        while (p->next < layer_buffers(layer)) {
            p->buffer = p->next++;
            if (!visited(layer, p->buffer, p->suffix))
                continue;
            p->layout = layout_of_buffer(network, p->layer, p->buffer, 1);
            snprintf(p->name, sizeof p->name, "%s.%s%s", layer->name,
                     layer->kind->buffers[p->buffer].name, p->suffix ? p->suffix : "");
            return true;
        }
    }
    return false;
}

size_t parameter_offset(const cnn_model *model, const parameter *p) {
    const float *numbers = model->layers[p->layer].buffers[p->buffer];
    return (size_t)(numbers - model->parameters);
}

bool parameters_finite(const cnn_model *model, const parameter_set *set, parameter *which) {
    *which = (parameter){.suffix = set->suffix};
    while (parameter_next(model->network, which)) {
        const float *numbers = set->numbers + parameter_offset(model, which);
        for (size_t i = 0; i < layout_count(&which->layout); i++)
            if (!isfinite(numbers[i]))
                return false;
    }
    return true;
}

/* After this the entry has exactly the bytes that the layout copies. */
static bool check_form(const parameter *p, const safetensors *file, const safetensors_entry *entry,
                       cnn_error *error) {
    if (!entry)
        return error_at(error, HEADER_OFFSET, "tensor \"%s\" is missing", p->name);
    if (entry->type != &safetensors_f32)
        return error_at(error, safetensors_key_offset(file, entry->key),
                        "tensor \"%s\" is of %s, not of F32", p->name, entry->type->name);
    if (entry->rank != p->layout.rank ||
        memcmp(entry->shape, p->layout.shape, entry->rank * sizeof *entry->shape))
        return error_at(error, safetensors_key_offset(file, entry->key),
                        "tensor \"%s\" is %s, the network needs %s", p->name,
                        show_shape(entry->rank, entry->shape).text,
                        show_shape(p->layout.rank, p->layout.shape).text);
    return true;
}

/* IEEE 754: an exponent of all ones means infinity or NaN. */
static bool check_finite(const parameter *p, const safetensors *file,
                         const safetensors_entry *entry, cnn_error *error) {
    const uint32_t exponent = UINT32_C(0x7f800000);
    for (size_t at = entry->begin; at < entry->end; at += sizeof(float)) {
        uint32_t bits;
        memcpy(&bits, file->bytes + at, sizeof bits);
        if ((bits & exponent) == exponent)
            return error_at(error, at, "tensor \"%s\": number %zu is not finite", p->name,
                            (at - entry->begin) / sizeof(float));
    }
    return true;
}

bool parameters_check_set(const cnn_network *network, safetensors *file, const char *suffix,
                          cnn_error *error) {
    for (parameter p = {.suffix = suffix}; parameter_next(network, &p);) {
        safetensors_entry *entry = safetensors_find(file, p.name);
        if (!check_form(&p, file, entry, error) || !check_finite(&p, file, entry, error))
            return false;
        entry->wanted = true;
    }
    return true;
}

bool parameters_check_squares(const cnn_network *network, const safetensors *file,
                              const char *suffix, cnn_error *error) {
    for (parameter p = {.suffix = suffix}; parameter_next(network, &p);) {
        const safetensors_entry *entry = safetensors_find(file, p.name);
        for (size_t at = entry->begin; at < entry->end; at += sizeof(float)) {
            float number;
            memcpy(&number, file->bytes + at, sizeof number);
            if (number < 0)
                return error_at(error, at, "tensor \"%s\": number %zu is negative", p.name,
                                (at - entry->begin) / sizeof number);
        }
    }
    return true;
}

bool parameters_check(const cnn_network *network, safetensors *file, cnn_error *error) {
    if (!parameters_check_set(network, file, NULL, error))
        return false;
    for (size_t i = 0; i < file->count; i++)
        if (!file->entries[i].wanted)
            return error_at(error, safetensors_key_offset(file, file->entries[i].key),
                            "tensor \"%s\" is none of the network's",
                            show_name(file->entries[i].name).text);
    return true;
}

void parameters_read(const cnn_model *model, const safetensors *file, const char *suffix,
                     float *numbers) {
    for (parameter p = {.suffix = suffix}; parameter_next(model->network, &p);) {
        const safetensors_entry *entry = safetensors_find(file, p.name);
        layout_from_file(&p.layout, file->bytes + entry->begin,
                         numbers + parameter_offset(model, &p));
    }
}
