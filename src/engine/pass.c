/* The forward and backward pass as separate calls, for programs that inspect what is between. */
#include "execute.h"

#include <math.h>

void cnn_model_forward(cnn_model *model) {
    if (!model || model->state == BATCH_NONE)
        return;
    execute(model, CNN_PROGRAM_FORWARD, NULL, NULL);
    model->state = BATCH_PASSED;
}

double cnn_model_loss(cnn_model *model) {
    if (!model || model->state < BATCH_PASSED || !model->labeled)
        return NAN;
    /* Summed in the order of the images, independent of threads. */
    double sum = 0;
    for (size_t i = 0; i < model->n; i++)
        sum += model->losses[i];
    return sum / (double)model->n;
}

void cnn_model_backward(cnn_model *model) {
    if (!model || model->state != BATCH_PASSED || !model->labeled)
        return;
    execute(model, CNN_PROGRAM_BACKWARD, NULL, NULL);
}
