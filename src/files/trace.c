/* Records copies of a model's tensors step by step. */
#include "trace.h"

#include "class_names.h"
#include "memory.h"
#include "model.h"
#include "pytorch_layout.h"
#include "shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cnn_trace *cnn_trace_create(cnn_error *error) {
    cnn_trace *trace = memory_new(1, sizeof *trace, error);
    if (!trace)
        return NULL;
    trace->names = json_object();
    if (trace->names)
        return trace;
    error_set(error, CNN_STATUS_NO_MEMORY, "no memory for a trace");
    free(trace);
    return NULL;
}

/* Removes all tensors after the first `count`. */
static void shrink(cnn_trace *trace, size_t count) {
    while (trace->count > count) {
        safetensors_tensor *tensor = &trace->tensors[--trace->count];
        json_object_del(trace->names, tensor->name);
        free((void *)tensor->name);
        free((void *)tensor->data);
    }
}

/* NULL has nothing to free. */
void cnn_trace_free(cnn_trace *trace) {
    if (!trace)
        return;
    shrink(trace, 0);
    json_decref(trace->names);
    free(trace->tensors);
    free(trace);
}

/* Makes room for one more. On failure the trace is unchanged. */
static bool grow(cnn_trace *trace, cnn_error *error) {
    if (trace->count < trace->capacity)
        return true;
    const size_t capacity = trace->capacity ? 2 * trace->capacity : 64;
    safetensors_tensor *tensors = memory_new(capacity, sizeof *tensors, error);
    if (!tensors)
        return false;
    if (trace->count)
        memcpy(tensors, trace->tensors, trace->count * sizeof *tensors);
    free(trace->tensors);
    trace->tensors = tensors;
    trace->capacity = capacity;
    return true;
}

/* PREFIX LAYER SUFFIX as a new string, unless another tensor has this name. */
static char *take_name(cnn_trace *trace, const char *prefix, const char *layer, const char *suffix,
                       cnn_error *error) {
    const size_t size = strlen(prefix) + strlen(layer) + strlen(suffix) + 1;
    char *name = memory_new(size, 1, error);
    if (!name)
        return NULL;
    snprintf(name, size, "%s%s%s", prefix, layer, suffix);
    if (name_first_unprintable((const uint8_t *)name, size - 1) < size - 1 ||
        !strcmp(name, "__metadata__"))
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "\"%s\" cannot name a tensor",
                  show_name(name).text);
    else if (json_object_get(trace->names, name))
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "the trace has a tensor \"%s\" already",
                  show_name(name).text);
    else if (json_object_set_new(trace->names, name, json_null()))
        error_set(error, CNN_STATUS_NO_MEMORY, "no memory for a name");
    else
        return name;
    free(name);
    return NULL;
}

/* Appends the tensor and takes over its data, or frees it on failure. data NULL: there was no
 * memory for it. */
static bool append(cnn_trace *trace, safetensors_tensor tensor, void *data, char *name,
                   cnn_error *error) {
    if (data && name && grow(trace, error)) {
        tensor.data = data;
        tensor.name = name;
        trace->tensors[trace->count++] = tensor;
        return true;
    }
    if (name)
        json_object_del(trace->names, name);
    free(name);
    free(data);
    return false;
}

bool cnn_trace_add_value(cnn_trace *trace, const char *name, double value, cnn_error *error) {
    const safetensors_tensor tensor = {.type = &safetensors_f64};
    if (!given(trace, "trace", error) || !given(name, "name", error))
        return false;
    char *own_name = take_name(trace, "", name, "", error);
    double *data = own_name ? memory_new(1, sizeof *data, error) : NULL;
    if (data)
        *data = value;
    return append(trace, tensor, data, own_name, error);
}

/* The additions of one call, and whether all succeeded so far. */
typedef struct addition {
    cnn_trace *trace;
    const cnn_model *model;
    const char *prefix;
    cnn_error *error;
    bool good;
} addition;

/* Skips tensors that the model does not keep, data NULL. */
static void add(addition *a, const char *layer, const char *suffix, const safetensors_type *type,
                const layout *layout, const void *data) {
    if (!a->good || !data)
        return;
    safetensors_tensor tensor = {.type = type, .rank = layout->rank};
    memcpy(tensor.shape, layout->shape, sizeof tensor.shape);
    char *name = take_name(a->trace, a->prefix, layer, suffix, a->error);
    void *own = name ? memory_new(layout_count(layout), type->bytes, a->error) : NULL;
    if (own)
        layout_to_file(layout, data, own);
    a->good = append(a->trace, tensor, own, name, a->error);
}

/* A layer that does not change memory shares its output with the one before; in a file each has its
 * own. */
static void add_activations(addition *a, size_t index) {
    const char *name = a->model->network->layers[index].name;
    const layer_memory *memory = &a->model->layers[index];
    const layout layout = layout_of_activation(a->model->network, index, a->model->n);
    add(a, name, "", &safetensors_f32, &layout, memory->y);
    add(a, name, ".grad", &safetensors_f32, &layout, memory->dy);
}

/* The layer's buffers for the batch, and gradients; or parameters and state. */
static void add_buffers(addition *a, size_t index, bool pass) {
    const layer *layer = &a->model->network->layers[index];
    const layer_memory *memory = &a->model->layers[index];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        const bool of_batch = buffer->role == BUFFER_FOR_BACKWARD;
        const layout layout = layout_of_buffer(a->model->network, index, b, a->model->n);
        const void *data = pass && !of_batch ? memory->gradients[b] : memory->buffers[b];
        char suffix[CNN_NAME_SIZE];
        if (of_batch && !pass)
            continue;
        snprintf(suffix, sizeof suffix, ".%s%s", buffer->name, pass && !of_batch ? ".grad" : "");
        add(a, layer->name, suffix,
            buffer->type == CNN_TYPE_INT32 ? &safetensors_i32 : &safetensors_f32, &layout, data);
    }
}

/* The batch's tensors that belong to no layer. */
static void add_ends(addition *a) {
    const cnn_model *model = a->model;
    const layout vector = layout_of_vector(model->n);
    const layout rows = layout_of_activation(model->network, model->network->count, model->n);
    add(a, "labels", "", &safetensors_i32, &vector, model->labels);
    add(a, "losses", "", &safetensors_f32, &vector, model->losses);
    add(a, "probabilities", "", &safetensors_f32, &rows, model->probabilities);
}

/* A pass can be recorded only after it has run. */
static bool addable(const cnn_trace *trace, const cnn_model *model, cnn_trace_part part,
                    const char *prefix, cnn_error *error) {
    if (!given(trace, "trace", error) || !given(model, "model", error) ||
        !given(prefix, "prefix", error))
        return false;
    if (part != CNN_TRACE_PASS && part != CNN_TRACE_PARAMETERS)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no part %d of a trace", (int)part);
    return part == CNN_TRACE_PARAMETERS || model->state >= BATCH_PASSED ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "no forward pass of a batch yet");
}

/* All or nothing: on failure the tensors added by this call are removed. */
bool cnn_trace_add(cnn_trace *trace, const cnn_model *model, cnn_trace_part part,
                   const char *prefix, cnn_error *error) {
    if (!addable(trace, model, part, prefix, error))
        return false;
    const size_t before = trace->count, layers = model->network->count;
    const bool pass = part == CNN_TRACE_PASS;
    addition a = {trace, model, prefix, error, true};
    for (size_t i = 0; i <= layers && a.good; i++) {
        if (pass)
            add_activations(&a, i);
        add_buffers(&a, i, pass);
    }
    if (pass)
        add_ends(&a);
    if (!a.good)
        shrink(trace, before);
    return a.good;
}
