/* The layer table: everything the library knows of a kind of layer stands in its row. Parser,
 * printer, planner, passes, gradient check and files read the row; none of them knows a layer by
 * its kind's name. */
#ifndef MODEL_LAYERS_H
#define MODEL_LAYERS_H

#include "cnn.h"
#include "ops.h"

/* What a description may say; which of these a kind has, its arguments tell. */
typedef struct layer_options {
    size_t outputs;               /* channels of a convolution, values of a dense layer */
    cnn_pair kernel, stride, pad; /* a stride of 0: the kind's own */
    size_t no_bias;               /* 0 or 1; a size_t, so that it can be set by its offset */
} layer_options;

/* A number is `outputs`; a pair is a cnn_pair; on or off is no_bias. */
typedef enum argument_type { ARGUMENT_NUMBER, ARGUMENT_PAIR, ARGUMENT_BIAS } argument_type;

/* One argument of a layer's text. Those without a word come first, must be given, and must not be
 * 0; `bias on|off` sets no_bias. */
typedef struct argument {
    const char *word;
    argument_type type;
    size_t offset; /* in layer_options */
} argument;

enum { ARGUMENTS_MAX = 5 }; /* conv2d has them all */

typedef struct layer_kind {
    const char *word;                  /* in network texts and of its operation: conv2d */
    const char *prefix;                /* of names: conv */
    argument arguments[ARGUMENTS_MAX]; /* ended by one of offset ARGUMENT_END if there are fewer */
    /* Fills g->y, *flat and the rest of the geometry from g->x and the options, or returns why it
     * cannot be. `flat` comes in as the shape before. */
    const char *(*shape)(const layer_options *options, geometry *g, bool *flat);
    bool view;    /* only the shape changes: memory stays as it is, and there is no operation */
    bool weights; /* [r][s][x.c][y.c], or [x.h x.w x.c][y.c] if the output is flat */
    bool winners; /* keeps, for the way back, where each maximum was */
} layer_kind;

#define ARGUMENT_END SIZE_MAX

extern const layer_kind layer_kinds[];
extern const size_t layer_kind_count;

/* The row of this word; NULL if there is none. */
const layer_kind *layer_kind_of(const char *word, size_t length);

#endif
