/* Where the numbers of a ReLU come from: through an open gate or a closed one. */
#include "explained.h"

/* The factor b decides whether a passes. A NaN passes. */
static void gate(walk *w, size_t index) {
    const float at = ((const float *)w->b)[index];
    walk_take(w, at <= 0 ? CNN_TERM_CLOSED : CNN_TERM_COUNTS, index, index,
              at <= 0 ? 0 : walk_x(w, index));
}

const explanation relu_explanation = {
    .output = {.kind = CNN_SUM_GATE,
               .a = offsetof(op_args, x),
               .b = offsetof(op_args, x),
               .formula = "y[i] = 0 where x[i] <= 0, else x[i]",
               .function = "relu_forward",
               .terms = gate},
    .input_gradient = {.kind = CNN_SUM_GATE,
                       .a = offsetof(op_args, dy),
                       .b = offsetof(op_args, x),
                       .formula = "dx[i] = 0 where x[i] <= 0, else dy[i]",
                       .function = "relu_backward_input",
                       .terms = gate},
};
