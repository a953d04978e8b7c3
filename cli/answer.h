/* The likeliest classes of one image, as predict and eval report them. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cnn.h"

#include <jansson.h>

/* Classes reported for each image. */
#define ANSWER_BEST 3

/* Finds the classes with the largest of the model's probabilities p; of equals, the first comes
 * first. Returns how many. */
size_t answer_best(const cnn_model *model, const float *p, size_t best[ANSWER_BEST]);
/* The same as an array of objects; NULL without memory. */
json_t *answer_json(const cnn_model *model, const float *p);

#endif
