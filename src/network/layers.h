/* The layer table: everything the library knows of a kind of layer stands in its row. Parser,
 * printer, planner, passes, gradient check and files read the row; none of them knows a layer by
 * its kind's name. */
#ifndef NETWORK_LAYERS_H
#define NETWORK_LAYERS_H

#include "cnn.h"
#include "ops.h"

#include <string.h>

/* What a description may say; which of these a kind has, its arguments tell. */
typedef struct layer_options {
    size_t outputs;               /* channels of a convolution, values of a dense layer */
    cnn_pair kernel, stride, pad; /* a stride of 0: the kind's own */
    size_t no_bias;               /* 0 or 1; a size_t, so that it can be set by its offset */
    double value;                 /* what the kind has for a real-valued argument */
} layer_options;

/* A number is `outputs`; a pair is a cnn_pair; a window is one too, or `global`, which is 0x0: all
 * of the input; on or off is no_bias; a real is `value`. */
typedef enum argument_type {
    ARGUMENT_NUMBER,
    ARGUMENT_PAIR,
    ARGUMENT_WINDOW,
    ARGUMENT_BIAS,
    ARGUMENT_REAL
} argument_type;

/* One argument of a layer's text. Those without a keyword come first and must be given, but for a
 * real, which may be left out before keywords too; sizes must not be 0. `bias on|off` sets no_bias.
 */
typedef struct argument {
    const char *keyword;
    argument_type type;
    size_t offset; /* in layer_options */
    /* Of a real: its bounds, and its value where a text leaves it out. */
    double least, most, otherwise;
} argument;

enum { ARGUMENTS_MAX = 5 }; /* conv2d has them all */

/* What a buffer is for. A parameter is trained, saved, and has a gradient; state is saved and not
 * trained; what is saved for backward belongs to one batch. */
typedef enum buffer_role { BUFFER_PARAMETER, BUFFER_STATE, BUFFER_FOR_BACKWARD } buffer_role;

/* How its numbers begin. Kernels and biases begin as cnn_init says, by the fan-in of the kernel. */
typedef enum buffer_initial {
    INITIAL_ZERO,
    INITIAL_ONE,
    INITIAL_KERNEL,
    INITIAL_BIAS
} buffer_initial;

/* Sizes in memory, last index fastest. rank 0: the layer does without this buffer. */
typedef struct buffer_shape {
    size_t rank, size[4];
} buffer_shape;

struct layer;

/* One array that a kind of layer keeps. In files a kernel, whose initial values are drawn by its
 * fan-in, has PyTorch's layout; others have that of memory. */
typedef struct buffer {
    const char *name;   /* of the tensor: conv1.weight */
    const char *symbol; /* of a parameter's gradient in formulas: dw */
    buffer_role role;
    buffer_initial initial;
    cnn_type type;
    bool per_image; /* for backward: one of this shape for each image of the batch */
    buffer_shape (*shape)(const struct layer *layer);
    /* Where operations find it, and where they put its gradient: offsets in struct tensors. */
    size_t argument, gradient;
} buffer;

/* PyTorch's default. */
#define LEAKYRELU_SLOPE 0.01

enum { BUFFERS_MAX = 6 };

/* The array of a call that stands at this offset of its arguments, and putting one there. */
static inline void *bound(const op_args *t, size_t offset) {
    void *data;
    memcpy(&data, (const char *)t + offset, sizeof data);
    return data;
}

static inline void bind(op_args *t, size_t offset, void *data) {
    memcpy((char *)t + offset, &data, sizeof data);
}

typedef struct layer_kind {
    const char *word;                  /* in network texts and of its operation: conv2d */
    const char *prefix;                /* of names: conv */
    argument arguments[ARGUMENTS_MAX]; /* ended by one of offset ARGUMENT_END if there are fewer */
    /* Fills g->y, *flat and the rest of the shape from g->x and the options, or returns why it
     * cannot be. `flat` comes in as the shape before. */
    const char *(*shape)(const layer_options *options, layer_shape *g, bool *flat);
    bool view; /* only the shape changes: memory stays as it is, and there is no operation */
    /* What cnn_layer_info says of it; false for all is right for what bends a line in its own way.
     */
    bool linear, rectifies, pools;
    buffer buffers[BUFFERS_MAX]; /* ended by one without a name if there are fewer */
} layer_kind;

#define ARGUMENT_END SIZE_MAX

enum { KINDS_MAX = 64 }; /* a test asks that the table has no more */
extern const layer_kind layer_kinds[];
extern const size_t layer_kind_count;

/* The row of this word; NULL if there is none. */
const layer_kind *layer_kind_of(const char *word, size_t length);

#endif
