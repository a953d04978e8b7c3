/* The terms of one right number of a case, as the explanation of its layer walks over them. */
#ifndef WORKSHOP_TERMS_H
#define WORKSHOP_TERMS_H

#include "cnn.h"

typedef struct terms_question {
    const cnn_case *given;  /* of a layer */
    const float *outputs;   /* its y */
    const int32_t *indices; /* of a pool */
    const char *array;      /* "y", "dx", "dw" or "db" */
    size_t index;           /* flat */
} terms_question;

/* As cnn_model_sum(); sum->a and b are names of the exercise: "x", "weight", "dy". False if the
 * layer has no explanation. */
bool terms_of(const terms_question *q, cnn_sum *sum, cnn_term *terms, size_t capacity);

#endif
