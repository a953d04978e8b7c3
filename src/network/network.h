/* The inside of a network description. A shape in it is sound: no side is 0, and no product of
 * sides overflows. Any number of threads may read one that nobody changes. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include "layers.h"

/* The longest text that is read, tens of thousands of layers: each line costs many times its length
 * in memory. */
#define NETWORK_TEXT_MAX ((size_t)1 << 20)

/* A prefix, a number, and room for the suffixes of tensor names within CNN_NAME_SIZE. */
#define LAYER_NAME_SIZE 32

typedef struct layer {
    const layer_kind *kind; /* NULL for layer 0, the input */
    layer_options options;  /* as asked for; defaults are put into the shape */
    layer_shape shape;
    size_t input;   /* the layer whose output it reads: in a chain, the one before */
    bool flat;      /* the output is a vector */
    size_t ordinal; /* among the layers of its kind, from 1 */
    char name[LAYER_NAME_SIZE];
    size_t parameters; /* numbers of all its parameters */
} layer;

struct cnn_network {
    layer *layers;          /* [0] is the input, 1 to count the layers; owned */
    size_t count, capacity; /* room: layers there is memory for, the input included */
};

/* The numbers of one image of this shape. Never overflows for shapes in a network. */
size_t extent_size(extent extent);

/* How many buffers the layer's kind lists; 0 for the input. */
size_t layer_buffers(const layer *layer);
/* Numbers of one of them, or of one image of it; 0: the layer does without. */
size_t layer_buffer_size(const layer *layer, size_t buffer);
/* Numbers of its kernel, each of which meets an input at each position of the output; 0: it has
 * none, and what comes out at a position comes from that position or around it, channel by channel.
 */
size_t layer_kernel_size(const layer *layer);
/* Inputs that one output sums up: r s c of a convolution, h w c of a dense layer; 0: no kernel. */
size_t layer_fan_in(const layer *layer);

/* Appends a layer, or says why it cannot follow; the network then is unchanged. */
bool network_add(cnn_network *network, const layer_kind *kind, const layer_options *options,
                 cnn_error *error);

/* False with a reason if no model can be made of it: no layers, or the last one is not flat. */
bool network_complete(const cnn_network *network, cnn_error *error);

/* The canonical text of one layer, 0 being the input. Returns as snprintf. */
int layer_text(const layer *layer, char *text, size_t size);

#endif
