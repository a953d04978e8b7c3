/* Information about a network description. Texts are generated from the layer table, which the
 * parser uses too. Unspecified options are not written: so a text stays as short as its author
 * wrote it, and defaults are defined in one place only. */
#include "network.h"

#include "memory.h"
#include "real_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text written to a buffer that may be too small; counts the length it needs. */
typedef struct writer {
    char *text;
    size_t size, length;
} writer;

/* Like snprintf(): continues counting when the buffer is full, so that a second call can
 * succeed. */
__attribute__((format(printf, 2, 3))) static void put(writer *w, const char *format, ...) {
    /* Beyond the end of the buffer vsnprintf() gets NULL and 0, and only counts. */
    const size_t at = w->length < w->size ? w->length : w->size;
    va_list values;
    va_start(values, format);
    const int count = vsnprintf(at < w->size ? w->text + at : NULL, w->size - at, format, values);
    va_end(values);
    w->length += count > 0 ? (size_t)count : 0;
}

/* A pair of equal sides is written as one number, except next to another number: in "conv2d 16 3"
 * it would be unclear which is the size. */
static void put_pair(writer *w, cnn_pair pair, bool beside_number) {
    put(w, pair.h == pair.w && !beside_number ? " %zu" : " %zux%zu", pair.h, pair.w);
}

/* With a space before it; nothing for an unspecified value. */
static void put_argument(writer *w, const argument *argument, const layer_options *options,
                         bool first) {
    const void *value = (const char *)options + argument->offset;
    if (argument->type == ARGUMENT_NUMBER) {
        put(w, " %zu", *(const size_t *)value);
    } else if (argument->type == ARGUMENT_REAL) {
        char real[REAL_TEXT_SIZE];
        real_text(*(const double *)value, real);
        put(w, "%s%s %s", argument->keyword ? " " : "", argument->keyword ? argument->keyword : "",
            real);
    } else if (argument->type == ARGUMENT_WINDOW && !((const cnn_pair *)value)->h) {
        put(w, " global");
    } else if (argument->type == ARGUMENT_BIAS) {
        put(w, "%s", *(const size_t *)value ? " bias off" : "");
    } else {
        const cnn_pair pair = *(const cnn_pair *)value;
        if (argument->keyword && !pair.h && !pair.w)
            return;
        put(w, "%s%s", argument->keyword ? " " : "", argument->keyword ? argument->keyword : "");
        put_pair(w, pair, !argument->keyword && !first);
    }
}

int layer_text(const layer *layer, char *text, size_t size) {
    writer w = {text, size, 0};
    /* The input has no row in the table, only a shape. */
    if (!layer->kind) {
        const extent e = layer->shape.y;
        put(&w, "input %zux%zux%zu", e.h, e.w, e.c);
        return (int)w.length;
    }
    put(&w, "%s", layer->kind->word);
    for (size_t i = 0; i < ARGUMENTS_MAX && layer->kind->arguments[i].offset != ARGUMENT_END; i++)
        put_argument(&w, &layer->kind->arguments[i], &layer->options, i == 0);
    return (int)w.length;
}

size_t cnn_network_text(const cnn_network *network, char *text, size_t size) {
    writer w = {text, text ? size : 0, 0};
    if (w.size)
        text[0] = '\0';
    for (size_t i = 0; network && i <= network->count; i++) {
        /* Fits the longest layer that the bounds of network.c allow. */
        char line[96];
        layer_text(&network->layers[i], line, sizeof line);
        put(&w, "%s\n", line);
    }
    return w.length;
}

size_t cnn_network_layer_count(const cnn_network *network) {
    return network ? network->count : 0;
}

/* For an unfinished network: the classes if it ended here. */
size_t cnn_network_class_count(const cnn_network *network) {
    return network ? network->layers[network->count].shape.y.c : 0;
}

/* Trained parameters only, without the padding between them in a model's memory. */
size_t cnn_network_parameter_count(const cnn_network *network) {
    size_t sum = 0;
    for (size_t i = 1; network && i <= network->count; i++)
        if (!size_add(sum, network->layers[i].parameters, &sum))
            return SIZE_MAX;
    return sum;
}

/* Each weight is used once per output position, as padding counts here. */
static uint64_t multiply_adds(const layer *layer) {
    const uint64_t positions = layer->shape.y.h * layer->shape.y.w;
    const uint64_t kernel = layer_kernel_size(layer);
    return positions <= UINT64_MAX / (kernel + 1) ? kernel * positions : UINT64_MAX;
}

/* Numbers of the buffers of one image: what forward saves for backward. */
static size_t saved_numbers(const layer *layer) {
    size_t numbers = 0;
    for (size_t i = 0; i < layer_buffers(layer); i++)
        if (layer->kind->buffers[i].per_image)
            numbers += layer_buffer_size(layer, i);
    return numbers;
}

static bool has_parameter(const layer *layer, const char *name) {
    for (size_t i = 0; i < layer_buffers(layer); i++)
        if (!strcmp(layer->kind->buffers[i].name, name) && layer_buffer_size(layer, i))
            return true;
    return false;
}

/* What the row says that the layer does to its numbers. The input has none and does nothing. */
static void describe(const layer_kind *kind, cnn_layer_info *info) {
    info->kind = kind ? kind->word : "input";
    if (!kind)
        return;
    info->linear = kind->linear;
    info->rectifies = kind->rectifies;
    info->pools = kind->pools;
    info->reshapes = kind->view;
}

bool cnn_network_layer_at(const cnn_network *network, size_t index, cnn_layer_info *info) {
    if (!network || index > network->count)
        return false;
    if (!info)
        return true;
    const layer *layer = &network->layers[index];
    const extent y = layer->shape.y;
    /* A view has no output of its own: it is its input. */
    const bool own_memory = !layer->kind || !layer->kind->view;
    const size_t numbers = (own_memory ? 2 * extent_size(y) : 0) + saved_numbers(layer);
    *info = (cnn_layer_info){
        .height = y.h,
        .width = y.w,
        .channels = y.c,
        .flat = layer->flat,
        .parameters = layer->parameters,
        .multiply_adds = multiply_adds(layer),
        .activation_bytes = numbers * sizeof(float),
        .outputs = layer->options.outputs,
        .kernel = {layer->shape.r, layer->shape.s},
        .stride = {layer->shape.u, layer->shape.v},
        .pad = {layer->shape.pad_h, layer->shape.pad_w},
        .value = layer->options.value,
        .weights = has_parameter(layer, "weight"),
        .bias = has_parameter(layer, "bias"),
    };
    describe(layer->kind, info);
    snprintf(info->name, sizeof info->name, "%s", layer->name);
    layer_text(layer, info->text, sizeof info->text);
    return true;
}
