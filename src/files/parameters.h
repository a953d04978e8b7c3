/* The parameters of a model as tensors of a file: conv1.weight, conv1.bias, fc1.weight, ... */
#ifndef FILES_PARAMETERS_H
#define FILES_PARAMETERS_H

#include "model.h"
#include "pytorch_layout.h"
#include "safetensors.h"

/* A layer's name, a buffer's name and a suffix. */
#define PARAMETER_NAME_SIZE (CNN_NAME_SIZE + 16)

/* One tensor of a network in a model file, parameter or state; with a suffix, an optimizer's state
 * for a parameter. */
typedef struct parameter {
    const char *suffix; /* appended to each name; NULL: none */
    char name[PARAMETER_NAME_SIZE];
    size_t layer, buffer, next;
    layout layout;
} parameter;

/* Iterates in the order of the layers and their buffers: begin with a struct that is zeroed except
 * for its suffix. False after the last. */
bool parameter_next(const cnn_network *network, parameter *parameter);

/* Its offset in an array laid out like the model's parameters. */
size_t parameter_offset(const cnn_model *model, const parameter *parameter);

/* An array laid out like the model's parameters: these, or an optimizer's state for them. */
typedef struct parameter_set {
    const char *suffix; /* of their names; NULL: none */
    const float *numbers;
} parameter_set;

/* Whether all numbers of the set are finite; if not, *which is the first parameter with others.
 * Writers must refuse them because readers do. */
bool parameters_finite(const cnn_model *model, const parameter_set *set, parameter *which);

/* Whether the file has each parameter of the network with the right type and shape, all numbers
 * finite, and no other tensors but those that the caller has marked. */
bool parameters_check(const cnn_network *network, safetensors *file, cnn_error *error);
/* The same with a suffix after each name, ignoring other tensors. Marks those it finds. */
bool parameters_check_set(const cnn_network *network, safetensors *file, const char *suffix,
                          cnn_error *error);

/* Whether no number of a checked set is below 0. */
bool parameters_check_squares(const cnn_network *network, const safetensors *file,
                              const char *suffix, cnn_error *error);

/* Reads from a file that was checked for the model's network into an array laid out like the
 * model's parameters. */
void parameters_read(const cnn_model *model, const safetensors *file, const char *suffix,
                     float *numbers);

#endif
