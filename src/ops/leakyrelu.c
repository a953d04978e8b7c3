/* Leaky ReLU: a line of small slope below 0 instead of 0. docs/math/leakyrelu.md.
 *
 *   y  = x > 0 ? x  : slope x
 *   dx = x > 0 ? dy : slope dy */
#include "ops.h"

static range leakyrelu_values(const layer_shape *g, range images) {
    const size_t values = g->x.h * g->x.w * g->x.c;
    return (range){images.first * values, images.last * values};
}

static void leakyrelu_forward(const layer_shape *g, const op_args *t, range images) {
    const range values = leakyrelu_values(g, images);
    const real slope = (real)g->value, *restrict x = t->x;
    real *restrict y = t->y;
    for (size_t i = values.first; i < values.last; i++)
        y[i] = x[i] > 0 ? x[i] : slope * x[i];
}

static void leakyrelu_backward_input(const layer_shape *g, const op_args *t, range images) {
    const range values = leakyrelu_values(g, images);
    const real slope = (real)g->value, *restrict x = t->x, *restrict dy = t->dy;
    real *restrict dx = t->dx;
    for (size_t i = values.first; i < values.last; i++)
        dx[i] = x[i] > 0 ? dy[i] : slope * dy[i];
}

static const operation leakyrelu_operation = {.forward = leakyrelu_forward,
                                              .backward_input = leakyrelu_backward_input};
