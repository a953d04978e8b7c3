/* What a model takes one image for, as predict and eval tell it. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cnn.h"

#include <jansson.h>

/* Classes that are named for each image. */
#define ANSWER_BEST 3

/* The classes with the largest of the model's probabilities p, the first of equals first. Returns
 * how many. */
size_t answer_best(const cnn_model *model, const float *p, size_t best[ANSWER_BEST]);
/* The same as an array of objects; NULL without memory. */
json_t *answer_json(const cnn_model *model, const float *p);

#endif
