/* Where the numbers of a leaky ReLU come from: a number as it is, or times the slope. */
#include "explained.h"

/* The factor b decides whether a passes. */
static void leak(walk *w, size_t index) {
    const float slope = (float)w->shape->value, x = walk_x(w, index);
    const bool open = ((const float *)w->b)[index] > 0;
    w->sum->slope = (double)slope;
    walk_take(w, open ? CNN_TERM_COUNTS : CNN_TERM_CLOSED, index, index, open ? x : slope * x);
}

const explanation leakyrelu_explanation = {
    .output = {.kind = CNN_SUM_GATE,
               .a = offsetof(op_args, x),
               .b = offsetof(op_args, x),
               .formula = "y = x > 0 ? x : slope x",
               .function = "leakyrelu_forward",
               .terms = leak},
    .input_gradient = {.kind = CNN_SUM_GATE,
                       .a = offsetof(op_args, dy),
                       .b = offsetof(op_args, x),
                       .formula = "dx = x > 0 ? dy : slope dy",
                       .function = "leakyrelu_backward_input",
                       .terms = leak},
};
