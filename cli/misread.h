/* The images that a model takes for another class. */
#ifndef CLI_MISREAD_H
#define CLI_MISREAD_H

#include "cnn.h"

#define MISREAD_MOST 100

typedef struct misread {
    size_t image, truth, guess; /* place in the data set; classes */
    float probability;          /* of the guess */
} misread;

/* The worst are those with the highest probability of the wrong class; of equals, the first in the
 * data set. NaN ranks highest. */
typedef struct misreads {
    size_t images, count, shown; /* all examined, all misread, those in worst */
    misread worst[MISREAD_MOST];
} misreads;

/* Guesses as cnn_model_evaluate() does. */
bool misreads_find(misreads *found, cnn_model *model, const cnn_dataset *images, cnn_error *error);

#endif
