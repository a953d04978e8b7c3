/* One number moved by one step, up and down: what the loss of the batch does, in double. */
#include "lab.h"

#include <string.h>

static cnn_slope nudged;

bool LAB(lab_nudge)(const char *tensor, size_t index, double h) {
    return cnn_model_slope(the_lab.model, tensor, index, h, &nudged, &the_lab.error);
}

/* The loss; at the number + h; at the number - h; the quotient; backprop's gradient. */
const double *LAB(lab_nudge_numbers)(void) {
    static double numbers[5];
    const double now[5] = {nudged.loss, nudged.high, nudged.low, nudged.quotient, nudged.gradient};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}
