/* ReLU, element by element.
 *
 *   x[i]  ->  y[i]
 *
 *   y[i]  = 0 where x[i] <= 0, else x[i]
 *   dx[i] = 0 where x[i] <= 0, else dy[i]
 *
 * docs/math/relu.md */
#include "ops.h"

static range values_of(const layer_shape *g, range images) {
    const size_t values = g->x.h * g->x.w * g->x.c;
    return (range){images.first * values, images.last * values};
}

static void relu_forward(const layer_shape *g, const op_args *t, range images) {
    const range values = values_of(g, images);
    const real *restrict x = t->x;
    real *restrict y = t->y;
    for (size_t i = values.first; i < values.last; i++)
        y[i] = (x[i] < 0 ? 0 : x[i]) + 0; /* -0 + 0 is 0 */
}

static void relu_backward_input(const layer_shape *g, const op_args *t, range images) {
    const range values = values_of(g, images);
    const real *restrict x = t->x, *restrict dy = t->dy;
    real *restrict dx = t->dx;
    for (size_t i = values.first; i < values.last; i++)
        dx[i] = x[i] <= 0 ? 0 : dy[i];
}

static const operation relu_operation = {.forward = relu_forward,
                                         .backward_input = relu_backward_input};
