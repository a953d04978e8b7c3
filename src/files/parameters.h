/* The parameters of a model as tensors of a file: conv1.weight, conv1.bias, fc1.weight, ... */
#ifndef FILES_PARAMETERS_H
#define FILES_PARAMETERS_H

#include "model.h"
#include "pytorch_layout.h"
#include "safetensors.h"

/* Of a layer, its part and a suffix. */
#define PARAMETER_NAME_SIZE (CNN_NAME_SIZE + 16)

/* One tensor of what a model file has of a network, parameters and state; or, with a suffix, of
 * what an optimizer keeps for each parameter. */
typedef struct parameter {
    const char *suffix; /* after each name; NULL: none */
    char name[PARAMETER_NAME_SIZE];
    size_t layer, buffer, next;
    layout layout;
} parameter;

/* Walks over them in the order of the layers and their buffers: begin with one that has its suffix
 * and is else zeroed. False after the last. */
bool parameter_next(const cnn_network *network, parameter *parameter);

/* Where it begins in numbers that lie as all parameters of the model do. */
size_t parameter_offset(const cnn_model *model, const parameter *parameter);

/* Numbers that lie as all parameters of a model do: these, or what an optimizer keeps for them. */
typedef struct parameter_set {
    const char *suffix; /* of their names; NULL: none */
    const float *numbers;
} parameter_set;

/* Are all numbers of the set finite? If not, *which is the first that has others: readers refuse
 * them, so writers must. */
bool parameters_finite(const cnn_model *model, const parameter_set *set, parameter *which);

/* Has the file each parameter of the network and no tensor that is not marked as wanted, in the
 * right type and shape, and are all numbers finite? */
bool parameters_check(const cnn_network *network, safetensors *file, cnn_error *error);
/* The same with a suffix behind each name, whatever else is there. Marks them as wanted. */
bool parameters_check_set(const cnn_network *network, safetensors *file, const char *suffix,
                          cnn_error *error);

/* Is no number of such a set, which was checked, below 0? */
bool parameters_check_squares(const cnn_network *network, const safetensors *file,
                              const char *suffix, cnn_error *error);

/* From a file that was checked for the model's network, into numbers that lie as all parameters of
 * the model do. */
void parameters_read(const cnn_model *model, const safetensors *file, const char *suffix,
                     float *numbers);

#endif
