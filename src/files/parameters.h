/* The parameters of a model as tensors of a file: conv1.weight, conv1.bias, fc1.weight, ... */
#ifndef FILES_PARAMETERS_H
#define FILES_PARAMETERS_H

#include "model.h"
#include "pytorch_layout.h"
#include "safetensors.h"

/* One tensor of parameters of a network. */
typedef struct parameter {
    char name[CNN_NAME_SIZE];
    size_t layer;
    bool bias;
    layout layout;
} parameter;

/* Walks over the parameters in the order of the layers: begin with a zeroed one. False after the
 * last. */
bool parameter_next(const cnn_network *network, parameter *parameter);

/* Where a model keeps it. */
float *parameter_data(const cnn_model *model, const parameter *parameter);

/* Has the file each parameter of the network and nothing else, in the right type and shape, and are
 * all numbers finite? */
bool parameters_check(const cnn_network *network, safetensors *file, cnn_error *error);

/* From a file that was checked for the model's network. */
void parameters_read(cnn_model *model, const safetensors *file);

#endif
