/* The rows of the layer table. A row's shape function fills in the kind's defaults and the shape,
 * or says why the layer cannot be at its place; its arguments are within the bounds of network.c,
 * so its sums do not overflow. A new kind of layer is a page in src/ops and a row here. A vector is
 * distinct from 1 x 1 x c: as in PyTorch, a dense layer needs a flatten, which defines the order of
 * its inputs. */
#include "layers.h"

#include "network.h"
#include "window.h"

#include <string.h>

/* 0 means unspecified. */
static size_t or_else(size_t value, size_t otherwise) {
    return value ? value : otherwise;
}

/* Strides are 1 by default. A pad may exceed the kernel: at such positions y is the bias. */
static const char *conv2d_shape(const layer_options *o, layer_shape *g, bool *flat) {
    if (*flat)
        return "a convolution needs height and width";
    g->r = o->kernel.h, g->s = o->kernel.w;
    g->u = or_else(o->stride.h, 1), g->v = or_else(o->stride.w, 1);
    g->pad_h = o->pad.h, g->pad_w = o->pad.w;
    g->y = (extent){window_outputs(g->x.h, g->pad_h, g->r, g->u),
                    window_outputs(g->x.w, g->pad_w, g->s, g->v), o->outputs};
    return g->y.h && g->y.w ? NULL : "the kernel does not fit";
}

/* Windows are adjacent by default; a global one is the entire input. No padding, as its maximum
 * would be undefined. */
static const char *pool_shape(const layer_options *o, layer_shape *g, bool *flat) {
    if (*flat)
        return "pooling needs height and width";
    g->r = or_else(o->kernel.h, g->x.h), g->s = or_else(o->kernel.w, g->x.w);
    g->u = or_else(o->stride.h, g->r), g->v = or_else(o->stride.w, g->s);
    g->y = (extent){window_outputs(g->x.h, 0, g->r, g->u), window_outputs(g->x.w, 0, g->s, g->v),
                    g->x.c};
    return g->y.h && g->y.w ? NULL : "the window does not fit";
}

static const char *relu_shape(const layer_options *o, layer_shape *g, bool *flat) {
    (void)o, (void)flat;
    g->y = g->x;
    return NULL;
}

/* Channels stay last, so memory does not change: only files use PyTorch's order c, h, w. */
static const char *flatten_shape(const layer_options *o, layer_shape *g, bool *flat) {
    (void)o;
    g->y = (extent){1, 1, g->x.h * g->x.w * g->x.c};
    *flat = true;
    return NULL;
}

/* r, s, u and v stay 0: no code uses them for a dense layer. */
static const char *dense_shape(const layer_options *o, layer_shape *g, bool *flat) {
    if (!*flat)
        return "put flatten before it";
    g->y = (extent){1, 1, o->outputs};
    return NULL;
}

/* The arguments of the rows, in the order of a text. */
#define OUTPUTS                                                                                    \
    { .type = ARGUMENT_NUMBER, .offset = offsetof(layer_options, outputs) }
#define KERNEL                                                                                     \
    { .type = ARGUMENT_PAIR, .offset = offsetof(layer_options, kernel) }
#define STRIDE                                                                                     \
    { .keyword = "stride", .type = ARGUMENT_PAIR, .offset = offsetof(layer_options, stride) }
#define PAD                                                                                        \
    { .keyword = "pad", .type = ARGUMENT_PAIR, .offset = offsetof(layer_options, pad) }
#define BIAS                                                                                       \
    { .keyword = "bias", .type = ARGUMENT_BIAS, .offset = offsetof(layer_options, no_bias) }
/* A window, or the entire input. */
#define WINDOW                                                                                     \
    { .type = ARGUMENT_WINDOW, .offset = offsetof(layer_options, kernel) }
#define REAL(low, high, without)                                                                   \
    {                                                                                              \
        .type = ARGUMENT_REAL, .offset = offsetof(layer_options, value), .least = low,             \
        .most = high, .otherwise = without                                                         \
    }
/* Terminator, needed if there are fewer than ARGUMENTS_MAX. */
#define END                                                                                        \
    { .offset = ARGUMENT_END }

static buffer_shape conv2d_weight(const layer *layer) {
    const layer_shape *g = &layer->shape;
    return (buffer_shape){4, {g->r, g->s, g->x.c, g->y.c}};
}

static buffer_shape dense_weight(const layer *layer) {
    return (buffer_shape){2, {extent_size(layer->shape.x), layer->shape.y.c}};
}

static buffer_shape bias_shape(const layer *layer) {
    return (buffer_shape){layer->options.no_bias ? 0 : 1, {layer->shape.y.c}};
}

static buffer_shape output_shape(const layer *layer) {
    const extent y = layer->shape.y;
    return (buffer_shape){3, {y.h, y.w, y.c}};
}

/* Buffers shared by several kinds. */
#define WEIGHT_BUFFER(weight_shape)                                                                \
    {                                                                                              \
        .name = "weight", .symbol = "dw", .initial = INITIAL_KERNEL, .shape = weight_shape,        \
        .argument = offsetof(op_args, w), .gradient = offsetof(op_args, dw)                        \
    }
#define BIAS_BUFFER                                                                                \
    {                                                                                              \
        .name = "bias", .symbol = "db", .initial = INITIAL_BIAS, .shape = bias_shape,              \
        .argument = offsetof(op_args, b), .gradient = offsetof(op_args, db)                        \
    }

/* Prefixes are those of PyTorch's tutorials (conv1, fc1), so that weights have the names it
 * expects. The order of the rows is free. */
const layer_kind layer_kinds[] = {
    {.word = "conv2d",
     .prefix = "conv",
     .arguments = {OUTPUTS, KERNEL, STRIDE, PAD, BIAS},
     .shape = conv2d_shape,
     .linear = true,
     .buffers = {WEIGHT_BUFFER(conv2d_weight), BIAS_BUFFER}},
    {.word = "relu", .prefix = "relu", .arguments = {END}, .shape = relu_shape, .rectifies = true},
    {.word = "leakyrelu",
     .prefix = "leaky",
     .arguments = {REAL(0, 1, LEAKYRELU_SLOPE), END},
     .shape = relu_shape},
    {.word = "maxpool2d",
     .prefix = "pool",
     .arguments = {KERNEL, STRIDE, END},
     .shape = pool_shape,
     .pools = true,
     .buffers = {{.name = "indices",
                  .role = BUFFER_FOR_BACKWARD,
                  .type = CNN_TYPE_INT32,
                  .per_image = true,
                  .shape = output_shape,
                  .argument = offsetof(op_args, indices)}}},
    {.word = "avgpool2d",
     .prefix = "avgpool",
     .arguments = {WINDOW, STRIDE, END},
     .shape = pool_shape,
     .linear = true,
     .pools = true},
    {.word = "flatten",
     .prefix = "flatten",
     .arguments = {END},
     .shape = flatten_shape,
     .view = true,
     .linear = true},
    {.word = "dense",
     .prefix = "fc",
     .arguments = {OUTPUTS, BIAS, END},
     .shape = dense_shape,
     .linear = true,
     .buffers = {WEIGHT_BUFFER(dense_weight), BIAS_BUFFER}},
};

const size_t layer_kind_count = sizeof layer_kinds / sizeof *layer_kinds;

/* With a length, as words of a text are not zero-terminated. */
const layer_kind *layer_kind_of(const char *word, size_t length) {
    for (size_t i = 0; i < layer_kind_count; i++)
        if (strlen(layer_kinds[i].word) == length && !memcmp(layer_kinds[i].word, word, length))
            return &layer_kinds[i];
    return NULL;
}
