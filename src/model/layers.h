/* The layer table: everything the library knows of a kind of layer stands in its row. */
#ifndef MODEL_LAYERS_H
#define MODEL_LAYERS_H

#include "cnn.h"
#include "ops.h"

/* What a description may say; which of these a kind has, its arguments tell. */
typedef struct layer_options {
    size_t outputs;
    cnn_pair kernel, stride, pad; /* a stride of 0: the kind's own */
    size_t no_bias;
} layer_options;

typedef enum argument_type { ARGUMENT_NUMBER, ARGUMENT_PAIR, ARGUMENT_BIAS } argument_type;

/* One argument of a layer's text. Those without a word come first, must be given, and must not be
 * 0; `bias on|off` sets no_bias. */
typedef struct argument {
    const char *word;
    argument_type type;
    size_t offset; /* in layer_options */
} argument;

enum { ARGUMENTS_MAX = 5 };

typedef struct layer_kind {
    const char *word;                  /* in network texts: conv2d */
    const char *prefix;                /* of names: conv */
    argument arguments[ARGUMENTS_MAX]; /* ended by one of offset ARGUMENT_END */
    /* Fills g->y, *flat and the rest of the geometry from g->x and the options, or returns why it
     * cannot be. `flat` comes in as the shape before. */
    const char *(*shape)(const layer_options *options, geometry *g, bool *flat);
    const operation *(*operation)(const ops *ops); /* NULL: the memory stays as it is */
    bool weights; /* [r][s][x.c][y.c], or [x.h x.w x.c][y.c] if the output is flat */
    bool winners;
} layer_kind;

#define ARGUMENT_END SIZE_MAX

extern const layer_kind layer_kinds[];
extern const size_t layer_kind_count;

/* NULL if there is none. */
const layer_kind *layer_kind_of(const char *word, size_t length);

#endif
