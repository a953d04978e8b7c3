/* A network of somebody's own functions: its arrays, and the calls of one layer. */
#ifndef WORKSHOP_OWN_LAYERS_H
#define WORKSHOP_OWN_LAYERS_H

#include "exercise.h"
#include "model.h"

/* Who computes the layers of a kind, the loss or the update. */
typedef struct own_function {
    const exercise_row *row;
    cnn_call_function run;
    void *context;
} own_function;

enum { OWN_FUNCTIONS_MAX = 32 };

struct cnn_own_network {
    cnn_network *network; /* a copy, owned */
    const ops *ops;       /* the library's, for all else */
    size_t batch, classes, layers, parameters_size;
    size_t (*offsets)[2]; /* [layer]: of weight and bias in `parameters`; SIZE_MAX: none; owned */
    op_args *arguments;   /* [layer], owned; x, y, dy, dx and parameters */
    own_function functions[OWN_FUNCTIONS_MAX];
    size_t function_count;
    float *input, *parameters, *gradients, *moment1, *moment2, *probabilities, *losses, *scratch;
    float *zeros; /* in place of a bias that a layer does not have */
    void *block;  /* holds the arrays, owned */
};

/* The functions for this kind; NULL: the library's. */
const own_function *own_function_of(const cnn_own_network *own, const char *kind);
/* Calls function number `index`: sizes and arrays by name from the layer, or from `rates`. */
typedef struct own_call {
    const cnn_own_network *own;
    const own_function *by;
    size_t layer, images;
    const uint32_t *labels;
    const cnn_optimizer *rates; /* of an update, else NULL */
    uint64_t step;
} own_call;
bool own_call_make(const own_call *q, size_t index, cnn_error *error);

bool own_layer_forward(const own_call *q, cnn_error *error);
bool own_layer_backward(const own_call *q, cnn_error *error);

#endif
