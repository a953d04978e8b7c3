/* Finds everything inside a model by name. No list of tensors is kept: a walk visits them in a
 * fixed order and stops at the requested one. Searches are rare and models small; a list would have
 * to follow the shapes, which change with each batch. */
#include "model.h"

#include <stdio.h>
#include <string.h>

/* Fills *tensor with number `index` of the walk, or with the one named `name`. */
typedef struct search {
    const cnn_model *model;
    const char *name;   /* searched for; NULL: number `index`; borrowed */
    size_t index, seen; /* seen: number visited so far */
    cnn_tensor *tensor; /* filled when found; may be NULL */
    bool found;
} search;

/* Visits one tensor. NULL arrays do not exist and have no number. */
static void visit(search *s, const char *layer, const char *suffix, cnn_tensor tensor) {
    if (s->found || !tensor.data)
        return;
    snprintf(tensor.name, sizeof tensor.name, "%s%s", layer, suffix);
    s->found = s->name ? strcmp(s->name, tensor.name) == 0 : s->index == s->seen;
    s->seen++;
    if (s->found && s->tensor)
        *s->tensor = tensor;
}

/* Shaped like the current batch, which may be smaller than the memory. */
static cnn_tensor activation(const cnn_model *model, const layer *layer, void *data) {
    const extent e = layer->shape.y;
    if (layer->flat)
        return (cnn_tensor){.rank = 2, .shape = {model->n, e.c}, .data = data};
    return (cnn_tensor){.rank = 4, .shape = {model->n, e.h, e.w, e.c}, .data = data};
}

/* In memory layout, [r][s][c][k] or [c][k]; PyTorch's layout is for files only. */
static cnn_tensor buffer_tensor(const cnn_model *model, const layer *layer, const buffer *buffer,
                                void *data) {
    const buffer_shape s = buffer->shape(layer);
    cnn_tensor tensor = {.type = buffer->type, .rank = s.rank + buffer->per_image, .data = data};
    tensor.shape[0] = model->n;
    memcpy(tensor.shape + buffer->per_image, s.size, s.rank * sizeof *s.size);
    return tensor;
}

static cnn_tensor vector(size_t size, cnn_type type, void *data) {
    return (cnn_tensor){.type = type, .rank = 1, .shape = {size}, .data = data};
}

static void visit_layer(search *s, size_t index) {
    const cnn_model *model = s->model;
    const layer *layer = &model->network->layers[index];
    const layer_memory *memory = &model->layers[index];
    /* In long networks most layers are skipped without looking at their buffers. */
    if (s->name && strncmp(s->name, layer->name, strlen(layer->name)))
        return;
    visit(s, layer->name, "", activation(model, layer, memory->y));
    visit(s, layer->name, ".grad", activation(model, layer, memory->dy));
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        char suffix[CNN_NAME_SIZE];
        snprintf(suffix, sizeof suffix, ".%s", buffer->name);
        visit(s, layer->name, suffix, buffer_tensor(model, layer, buffer, memory->buffers[b]));
        snprintf(suffix, sizeof suffix, ".%s.grad", buffer->name);
        visit(s, layer->name, suffix, buffer_tensor(model, layer, buffer, memory->gradients[b]));
    }
}

/* Layer by layer from the input on, then the tensors of the batch. */
static void walk(search *s) {
    const cnn_model *model = s->model;
    const size_t classes = cnn_network_class_count(model->network);
    for (size_t i = 0; i <= model->network->count && !s->found; i++)
        visit_layer(s, i);
    visit(s, "labels", "", vector(model->n, CNN_TYPE_INT32, model->labels));
    visit(s, "losses", "", vector(model->n, CNN_TYPE_FLOAT32, model->losses));
    visit(s, "probabilities", "",
          (cnn_tensor){.rank = 2, .shape = {model->n, classes}, .data = model->probabilities});
}

size_t cnn_model_tensor_count(const cnn_model *model) {
    if (!model)
        return 0;
    /* No tensor has this number, so the walk visits all of them. */
    search s = {.model = model, .index = SIZE_MAX};
    walk(&s);
    return s.seen;
}

/* Numbers follow the walk; which tensors exist depends on the options, not on the batch. */
bool cnn_model_tensor_at(const cnn_model *model, size_t index, cnn_tensor *tensor) {
    search s = {.model = model, .index = index, .tensor = tensor};
    if (!model)
        return false;
    walk(&s);
    return s.found;
}

/* Whether this names a layer, or its gradient, that a fusion leaves out. */
static bool inside_fusion(const cnn_model *model, const char *name) {
    for (size_t i = 1; i <= model->network->count; i++) {
        const char *layer = model->network->layers[i].name;
        const size_t length = strlen(layer);
        if (!model->layers[i].y && !strncmp(name, layer, length) &&
            (!name[length] || !strcmp(name + length, ".grad")))
            return true;
    }
    return false;
}

bool cnn_model_tensor(const cnn_model *model, const char *name, cnn_tensor *tensor,
                      cnn_error *error) {
    search s = {.model = model, .name = name, .tensor = tensor};
    if (!given(model, "model", error) || !given(name, "name", error))
        return false;
    walk(&s);
    return s.found ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "no tensor named \"%.60s\"%s", name,
                     inside_fusion(model, name) ? " without the option every_layer" : "");
}
