/* What a case of the diagnosis has inside. */
#ifndef CHECK_CASES_H
#define CHECK_CASES_H

#include "network.h"

/* The gradients of a case. */
enum case_gradient { GRADIENT_DX, GRADIENT_DW, GRADIENT_DB, GRADIENTS };

struct cnn_case {
    cnn_network *network; /* owned; the layer is its last. NULL: softmax */
    layer_shape shape;    /* for softmax only x and y: 1 x 1 x classes */
    cnn_case_info about;
    void *block; /* for all arrays, owned */
};

/* The answer, and how many numbers it has. */
static inline const float *case_answer(const cnn_case *one, size_t gradient) {
    const float *answers[] = {one->about.dx, one->about.dw, one->about.db};
    return answers[gradient];
}

static inline size_t case_count(const cnn_case *one, size_t gradient) {
    const size_t counts[] = {one->about.x_count, one->about.weight_count, one->about.bias_count};
    return counts[gradient];
}

#endif
