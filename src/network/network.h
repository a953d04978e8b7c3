/* The internal form of a network description. Every shape in it is valid: no side is 0, and no
 * product of sides overflows. Any number of threads may read one that does not change. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include "layers.h"

/* The longest accepted text, tens of thousands of layers: each line takes many times its length in
 * memory. */
#define NETWORK_TEXT_MAX ((size_t)1 << 20)

/* A prefix and a number; leaves room for the suffixes of tensor names within CNN_NAME_SIZE. */
#define LAYER_NAME_SIZE 32

typedef struct layer {
    const layer_kind *kind; /* NULL for layer 0, the input */
    layer_options options;  /* as given; defaults are filled in in the shape */
    layer_shape shape;
    size_t input;   /* index of the layer whose output it reads: in a chain, the previous one */
    bool flat;      /* the output is a vector */
    size_t ordinal; /* among the layers of its kind, from 1 */
    char name[LAYER_NAME_SIZE];
    size_t parameters; /* total number of its parameters */
} layer;

struct cnn_network {
    layer *layers;          /* [0] is the input, 1 to count the layers; owned */
    size_t count, capacity; /* capacity: allocated layers, including the input */
};

/* The number of values of one image of this shape. Never overflows for shapes in a network. */
size_t extent_size(extent extent);

/* The number of buffers of the layer's kind; 0 for the input. */
size_t layer_buffers(const layer *layer);
/* The size of a buffer, in elements, for one image if it is per image; 0: not used by this
 * layer. */
size_t layer_buffer_size(const layer *layer, size_t buffer);
/* The size of its kernel, each element of which is multiplied by one input per output position; 0:
 * no kernel, and an output depends only on inputs at or around its position, per channel. */
size_t layer_kernel_size(const layer *layer);
/* The number of inputs in the sum of one output: r s c of a convolution, h w c of a dense layer; 0:
 * no kernel. */
size_t layer_fan_in(const layer *layer);

/* Appends a layer, or fails with the reason and leaves the network unchanged. */
bool network_add(cnn_network *network, const layer_kind *kind, const layer_options *options,
                 cnn_error *error);

/* False, with an error, if no model can be made of it: no layers, or the last one is not flat. */
bool network_complete(const cnn_network *network, cnn_error *error);

/* The canonical text of one layer, 0 being the input. Returns its length, as snprintf() does. */
int layer_text(const layer *layer, char *text, size_t size);

#endif
