/* Plans and allocates the memory of a model. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "model.h"

/* Allocates the one block of memory that the model's network, fusions and options need; afterwards
 * no step can run out of memory. Fills model->memory. */
bool plan_memory(cnn_model *model, cnn_error *error);

#endif
