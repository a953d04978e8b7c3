/* Builds network descriptions: growing arrays of layers. Each layer is checked against its input
 * shape when it is added: so every shape in a network is valid, and an error gives the layer, its
 * input and the reason. All errors use the words of the text form, also for callers of the
 * functions. */
#include "network.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bounds on a description. They keep every unchecked product within size_t, and a pool's indices
 * within 32 bits. 2^40 values are 4 TB as floats; with a 32-bit size_t 2^28 are 1 GB, and their
 * gradient needs as much again: the bounds refuse no network that fits in memory. */
#define SIDE_MAX ((size_t)1 << 15)
#if SIZE_MAX > UINT32_MAX
#define VALUES_MAX ((size_t)1 << 40)
#define VALUES_MOST "2^40"
#else
#define VALUES_MAX ((size_t)1 << 28)
#define VALUES_MOST "2^28"
#endif
#define BOUNDS "too large: sides go to 32768, all values to " VALUES_MOST

size_t extent_size(extent extent) {
    return extent.h * extent.w * extent.c;
}

size_t layer_buffers(const layer *layer) {
    size_t count = 0;
    while (layer->kind && count < BUFFERS_MAX && layer->kind->buffers[count].name)
        count++;
    return count;
}

/* Cannot overflow once the layer is in a network. */
size_t layer_buffer_size(const layer *layer, size_t buffer) {
    const buffer_shape s = layer->kind->buffers[buffer].shape(layer);
    size_t size = s.rank > 0;
    for (size_t i = 0; i < s.rank; i++)
        size *= s.size[i];
    return size;
}

size_t layer_kernel_size(const layer *layer) {
    for (size_t i = 0; i < layer_buffers(layer); i++)
        if (layer->kind->buffers[i].initial == INITIAL_KERNEL)
            return layer_buffer_size(layer, i);
    return 0;
}

size_t layer_fan_in(const layer *layer) {
    return layer_kernel_size(layer) / layer->shape.y.c;
}

/* False if a b c is above VALUES_MAX or overflows. */
static bool bounded(size_t a, size_t b, size_t c, size_t *product) {
    return size_multiply(a, b, product) && size_multiply(*product, c, product) &&
           *product <= VALUES_MAX;
}

/* Sides have their own bound, since positions and windows are computed from them alone. */
static bool extent_fits(extent e) {
    size_t values;
    return e.h <= SIDE_MAX && e.w <= SIDE_MAX && bounded(e.h, e.w, e.c, &values);
}

cnn_network *cnn_network_create(size_t height, size_t width, size_t channels, cnn_error *error) {
    const extent input = {height, width, channels};
    if (!height || !width || !channels || !extent_fits(input)) {
        error_set(error, CNN_STATUS_BAD_NETWORK, "input %zux%zux%zu: %s", height, width, channels,
                  extent_fits(input) ? "a side is 0" : BOUNDS);
        return NULL;
    }
    cnn_network *network = memory_new(1, sizeof *network, error);
    if (!network)
        return NULL;
    network->capacity = 16; /* most networks never exceed it */
    network->layers = memory_new(network->capacity, sizeof *network->layers, error);
    if (!network->layers) {
        free(network);
        return NULL;
    }
    /* The input is a layer too, so that every layer has a predecessor. An input of 1x1xC counts as
     * a vector, so that dense may follow directly, until a layer uses it as an image. */
    network->layers[0] = (layer){
        .shape = {.x = input, .y = input}, .name = "input", .flat = height == 1 && width == 1};
    return network;
}

void cnn_network_free(cnn_network *network) {
    if (network)
        free(network->layers);
    free(network);
}

/* Makes room for one more layer. Moves the layers; without memory they are unchanged. */
static bool grow(cnn_network *network, cnn_error *error) {
    if (network->count + 1 < network->capacity)
        return true;
    layer *layers = memory_new(2 * network->capacity, sizeof *layers, error);
    if (!layers)
        return false;
    memcpy(layers, network->layers, network->capacity * sizeof *layers);
    free(network->layers);
    network->layers = layers;
    network->capacity *= 2;
    return true;
}

/* The usual notation: MNIST's images are 28x28. */
static void shape_text(const layer *layer, char *text, size_t size) {
    const extent e = layer->shape.y;
    if (layer->flat)
        snprintf(text, size, "flat, %zu values", e.c);
    else if (e.c == 1)
        snprintf(text, size, "%zux%zu", e.h, e.w);
    else
        snprintf(text, size, "%zux%zux%zu", e.h, e.w, e.c);
}

/* Reports the layer, its input as it was interpreted, and why they do not match. Always false. */
static bool refuse(const layer *layer, const struct layer *before, const char *reason,
                   cnn_error *error) {
    char text[96], shape[64];
    layer_text(layer, text, sizeof text);
    struct layer met = *before;
    met.flat = before->flat && layer->flat;
    shape_text(&met, shape, sizeof shape);
    return error_set(error, CNN_STATUS_BAD_NETWORK, "%s: input is %s, %s", text, shape, reason);
}

/* Checks every number against the bounds before a shape function uses it. Returns the error, or
 * NULL. */
static const char *check_arguments(const layer *layer) {
    const layer_options *o = &layer->options;
    for (const argument *a = layer->kind->arguments; a < layer->kind->arguments + ARGUMENTS_MAX;
         a++) {
        if (a->offset == ARGUMENT_END)
            break;
        if (a->type == ARGUMENT_NUMBER && (o->outputs == 0 || o->outputs > VALUES_MAX))
            return o->outputs ? "more than " VALUES_MOST " outputs" : "no outputs";
        if (a->type == ARGUMENT_REAL && !(o->value >= a->least && o->value <= a->most))
            return "the value is out of bounds";
        const bool is_pair = a->type == ARGUMENT_PAIR || a->type == ARGUMENT_WINDOW;
        const cnn_pair *pair = (const void *)((const char *)o + a->offset);
        if (a->type == ARGUMENT_WINDOW && !pair->h != !pair->w)
            return "a side of the window is 0";
        /* Only a pair with a keyword is optional; 0 means unspecified. */
        if (a->type == ARGUMENT_PAIR && !a->keyword && (!pair->h || !pair->w))
            return "a side of the window is 0";
        if (a->offset == offsetof(layer_options, stride) && !pair->h != !pair->w)
            return "a side of the stride is 0";
        if (is_pair && (pair->h > SIDE_MAX || pair->w > SIDE_MAX))
            return "a number is over 32768";
    }
    return NULL;
}

/* A convolution works on a padded copy of its input. */
static bool padded_fits(const layer_shape *g) {
    size_t values;
    return bounded(g->x.h + 2 * g->pad_h, g->x.w + 2 * g->pad_w, g->x.c, &values);
}

/* Adds up the parameters, or returns the reason why there are too many. */
static const char *count_parameters(layer *layer) {
    for (size_t i = 0; i < layer_buffers(layer); i++) {
        const buffer_shape s = layer->kind->buffers[i].shape(layer);
        size_t size = s.rank > 0;
        for (size_t d = 0; d < s.rank; d++)
            if (!bounded(size, s.size[d], 1, &size))
                return "more than " VALUES_MOST " weights";
        if (layer->kind->buffers[i].role == BUFFER_PARAMETER)
            layer->parameters += size;
    }
    return NULL;
}

/* Numbered per kind, so that inserting a ReLU renames no weights. */
static void name_layer(const cnn_network *network, layer *layer) {
    size_t i = network->count;
    while (i > 0 && network->layers[i].kind != layer->kind)
        i--;
    layer->ordinal = i ? network->layers[i].ordinal + 1 : 1;
    snprintf(layer->name, sizeof layer->name, "%s%zu", layer->kind->prefix, layer->ordinal);
}

/* Whether the shape is a vector only because the input is 1x1xC, not because of a layer. Then a
 * layer that needs height and width gets an image of 1 x 1. */
static bool vector_by_input(const cnn_network *network) {
    for (size_t i = 1; i <= network->count; i++)
        if (layer_kernel_size(&network->layers[i]) || network->layers[i].kind->view)
            return false;
    return network->layers[0].flat;
}

/* An input of 1x1xC is a vector or an image, whichever its layers need: it counts as a vector, as a
 * dense layer needs, until a layer needs an image. */
static const char *set_shape(cnn_network *network, layer *layer) {
    const char *reason = layer->kind->shape(&layer->options, &layer->shape, &layer->flat);
    if (!reason || !vector_by_input(network))
        return reason;
    layer->flat = false;
    return layer->kind->shape(&layer->options, &layer->shape, &layer->flat);
}

/* All layers after the input are images from then on. */
static void make_images(cnn_network *network) {
    for (size_t i = 0; i <= network->count; i++)
        network->layers[i].flat = false;
}

/* grow() comes last: it moves what `before` points to, and only a valid layer needs room. */
bool network_add(cnn_network *network, const layer_kind *kind, const layer_options *options,
                 cnn_error *error) {
    const layer *before = &network->layers[network->count];
    layer layer = {
        .kind = kind, .options = *options, .input = network->count, .flat = before->flat};
    layer.shape.x = before->shape.y;
    layer.shape.value = options->value;
    const char *reason = check_arguments(&layer);
    if (!reason)
        reason = set_shape(network, &layer);
    if (!reason && !extent_fits(layer.shape.y))
        reason = "the output is " BOUNDS;
    if (!reason && !padded_fits(&layer.shape))
        reason = "with its padding " BOUNDS;
    if (!reason)
        reason = count_parameters(&layer);
    if (reason)
        return refuse(&layer, before, reason, error);
    name_layer(network, &layer);
    if (!grow(network, error))
        return false;
    if (!layer.flat && network->layers[0].flat)
        make_images(network);
    network->layers[++network->count] = layer;
    return true;
}

/* By the word in the table: calls and texts both use network_add() and its checks. */
static bool add(cnn_network *network, const char *word, layer_options options, cnn_error *error) {
    return given(network, "network", error) &&
           network_add(network, layer_kind_of(word, strlen(word)), &options, error);
}

bool cnn_network_conv2d(cnn_network *network, const cnn_conv2d_options *o, cnn_error *error) {
    return given(o, "options", error) && reserved_unused(o->reserved, error) &&
           add(network, "conv2d",
               (layer_options){.outputs = o->channels,
                               .kernel = o->kernel,
                               .stride = o->stride,
                               .pad = o->pad,
                               .no_bias = o->no_bias},
               error);
}

bool cnn_network_relu(cnn_network *network, cnn_error *error) {
    return add(network, "relu", (layer_options){0}, error);
}

bool cnn_network_leakyrelu(cnn_network *network, const cnn_leakyrelu_options *options,
                           cnn_error *error) {
    const cnn_leakyrelu_options o =
        options ? *options : (cnn_leakyrelu_options){.slope = LEAKYRELU_SLOPE};
    return reserved_unused(o.reserved, error) &&
           add(network, "leakyrelu", (layer_options){.value = o.slope}, error);
}

bool cnn_network_maxpool2d(cnn_network *network, const cnn_maxpool2d_options *o, cnn_error *error) {
    return given(o, "options", error) && reserved_unused(o->reserved, error) &&
           add(network, "maxpool2d", (layer_options){.kernel = o->window, .stride = o->stride},
               error);
}

bool cnn_network_avgpool2d(cnn_network *network, const cnn_avgpool2d_options *options,
                           cnn_error *error) {
    const cnn_avgpool2d_options o = options ? *options : (cnn_avgpool2d_options){.window = {0, 0}};
    return reserved_unused(o.reserved, error) &&
           add(network, "avgpool2d", (layer_options){.kernel = o.window, .stride = o.stride},
               error);
}

bool cnn_network_flatten(cnn_network *network, cnn_error *error) {
    return add(network, "flatten", (layer_options){0}, error);
}

bool cnn_network_dense(cnn_network *network, const cnn_dense_options *o, cnn_error *error) {
    return given(o, "options", error) && reserved_unused(o->reserved, error) &&
           add(network, "dense", (layer_options){.outputs = o->outputs, .no_bias = o->no_bias},
               error);
}

/* Not checked while layers are added: a network is complete only after the last one. */
/* Whether the outputs, which are the classes, are flattened positions and channels of an image.
 * Their order is h, w, c here, but c, h, w in PyTorch and so in files: programs would disagree on
 * which is class 3. */
static bool classes_are_places(const cnn_network *network) {
    size_t i = network->count;
    while (i > 0 && network->layers[i].flat && !layer_kernel_size(&network->layers[i]))
        i--;
    const extent e = network->layers[i].shape.y;
    return !network->layers[i].flat && e.h * e.w > 1 && e.c > 1;
}

bool network_complete(const cnn_network *network, cnn_error *error) {
    if (network->count == 0)
        return error_set(error, CNN_STATUS_BAD_NETWORK, "no layers after the input");
    if (!network->layers[network->count].flat)
        return error_set(error, CNN_STATUS_BAD_NETWORK,
                         "the last layer's output is not flat: end with flatten or dense");
    if (classes_are_places(network))
        return error_set(error, CNN_STATUS_BAD_NETWORK,
                         "flatten of more than one place gives classes no order: end with dense");
    if (cnn_network_parameter_count(network) == 0)
        return error_set(error, CNN_STATUS_BAD_NETWORK,
                         "no layer has weights: nothing can be learned");
    return true;
}

cnn_network *cnn_network_copy(const cnn_network *network, cnn_error *error) {
    if (!given(network, "network", error))
        return NULL;
    cnn_network *copy = memory_new(1, sizeof *copy, error);
    if (!copy)
        return NULL;
    *copy = *network;
    copy->layers = memory_new(copy->capacity, sizeof *copy->layers, error);
    if (!copy->layers) {
        free(copy);
        return NULL;
    }
    /* Layers point only to rows of a static table. */
    memcpy(copy->layers, network->layers, copy->capacity * sizeof *copy->layers);
    return copy;
}
