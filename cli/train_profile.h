/* cnn train --profile: reports where the time of the run went. */
#ifndef CLI_TRAIN_PROFILE_H
#define CLI_TRAIN_PROFILE_H

#include "cnn.h"

#include <jansson.h>
#include <stdio.h>

/* Prints a table of layers and of the parts of a step, in microseconds of a thread for one image.
 * False without memory. */
bool train_profile_print(const cnn_model *model, FILE *stream);
/* The same rows as JSON; NULL without memory. */
json_t *train_profile_json(const cnn_model *model);

#endif
