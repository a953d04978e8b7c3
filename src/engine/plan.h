/* Where everything of a model lies. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "model.h"

/* Takes and cuts the one block of memory that a model of this network, these blocks and options
 * needs; no step can run out of memory after that. Fills model->memory. */
bool plan_memory(cnn_model *model, cnn_error *error);

#endif
