/* The layer table: everything the library knows about a kind of layer is in its row. Parser,
 * printer, planner, passes, gradient check and files read the row; none of them knows a kind by
 * name. */
#ifndef NETWORK_LAYERS_H
#define NETWORK_LAYERS_H

#include "cnn.h"
#include "ops.h"

#include <string.h>

/* Union of all kinds' options; `arguments` lists those a kind accepts. */
typedef struct layer_options {
    size_t outputs;               /* channels of a convolution, values of a dense layer */
    cnn_pair kernel, stride, pad; /* stride 0: the kind's default */
    size_t no_bias;               /* 0 or 1; a size_t so that it can be set by its offset */
    double value;                 /* the real-valued argument, for a kind that has one */
} layer_options;

/* A number sets `outputs`; a pair a cnn_pair; a window too, or it is `global`, 0x0: the entire
 * input; on or off sets no_bias; a real sets `value`. */
typedef enum argument_type {
    ARGUMENT_NUMBER,
    ARGUMENT_PAIR,
    ARGUMENT_WINDOW,
    ARGUMENT_BIAS,
    ARGUMENT_REAL
} argument_type;

/* One argument of a layer's text. Those without a keyword come first and are required, except for a
 * real, which may be omitted before keywords too; sizes must not be 0. `bias on|off` sets no_bias.
 */
typedef struct argument {
    const char *keyword;
    argument_type type;
    size_t offset; /* in layer_options */
    /* For a real: its bounds and its default. */
    double least, most, otherwise;
} argument;

enum { ARGUMENTS_MAX = 5 }; /* as many as conv2d has */

/* The purpose of a buffer. A parameter is trained, saved, and has a gradient; state is saved but
 * not trained; values for backward belong to one batch. */
typedef enum buffer_role { BUFFER_PARAMETER, BUFFER_STATE, BUFFER_FOR_BACKWARD } buffer_role;

/* Initial values. Kernels and biases are initialized by cnn_init and the kernel's fan-in. */
typedef enum buffer_initial {
    INITIAL_ZERO,
    INITIAL_ONE,
    INITIAL_KERNEL,
    INITIAL_BIAS
} buffer_initial;

/* Sizes in memory, last index fastest. rank 0: the layer does not use this buffer. */
typedef struct buffer_shape {
    size_t rank, size[4];
} buffer_shape;

struct layer;

/* One array of a kind of layer. A kernel, whose initial values depend on its fan-in, has PyTorch's
 * layout in files; other buffers keep their layout. */
typedef struct buffer {
    const char *name;   /* suffix of the tensor's name: conv1.weight */
    const char *symbol; /* a parameter's gradient in formulas: dw */
    buffer_role role;
    buffer_initial initial;
    cnn_type type;
    bool per_image; /* for backward: one of this shape per image of the batch */
    buffer_shape (*shape)(const struct layer *layer);
    /* Offsets in struct tensors of the buffer and its gradient, for operations. */
    size_t argument, gradient;
} buffer;

/* PyTorch's default. */
#define LEAKYRELU_SLOPE 0.01

enum { BUFFERS_MAX = 6 };

/* Reads and sets the array at this offset of a call's arguments. */
static inline void *bound(const op_args *t, size_t offset) {
    void *data;
    memcpy(&data, (const char *)t + offset, sizeof data);
    return data;
}

static inline void bind(op_args *t, size_t offset, void *data) {
    memcpy((char *)t + offset, &data, sizeof data);
}

typedef struct layer_kind {
    const char *word;                  /* in network texts, and name of its operation: conv2d */
    const char *prefix;                /* of names: conv */
    argument arguments[ARGUMENTS_MAX]; /* terminated by offset ARGUMENT_END if there are fewer */
    /* Fills g->y, *flat and the rest of the shape from g->x and the options, or returns the reason
     * why it cannot. On entry *flat is that of the input. */
    const char *(*shape)(const layer_options *options, layer_shape *g, bool *flat);
    bool view; /* only the shape changes: no memory of its own and no operation */
    /* As in cnn_layer_info. All false is right for a nonlinear function of each value. */
    bool linear, rectifies, pools;
    buffer buffers[BUFFERS_MAX]; /* terminated by an empty name if there are fewer */
} layer_kind;

#define ARGUMENT_END SIZE_MAX

enum { KINDS_MAX = 64 }; /* a test checks that the table has no more */
extern const layer_kind layer_kinds[];
extern const size_t layer_kind_count;

/* The row of this word; NULL if it is unknown. */
const layer_kind *layer_kind_of(const char *word, size_t length);

#endif
