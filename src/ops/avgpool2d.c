/* Average pooling, channel by channel, over windows that may overlap or leave gaps.
 *
 *   x[n][h][w][c]  ->  y[n][p][q][c]
 *
 *   y[n,p,q,c]  = (sum over r, s of  x[n,h,w,c]) / (R S)
 *   dx[n,h,w,c] =  sum over p, q of dy[n,p,q,c]  / (R S)
 *
 * where h = p u + r and w = q v + s. Sums start at 0; terms are added in ascending order.
 * docs/math/avgpool2d.md. */
#include "ops.h"

#include <string.h>

static void avgpool2d_y(const layer_shape *g, range images,
                        const real x[restrict][g->x.h][g->x.w][g->x.c],
                        real y[restrict][g->y.h][g->y.w][g->y.c]) {
    const real size = (real)(g->r * g->s);
    memset(y[images.first], 0, range_size(images) * sizeof *y);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++) {
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++)
                        for (size_t c = 0; c < g->x.c; c++)
                            y[n][p][q][c] += x[n][p * g->u + r][q * g->v + s][c];
                for (size_t c = 0; c < g->x.c; c++)
                    y[n][p][q][c] /= size;
            }
}

static void avgpool2d_dx(const layer_shape *g, range images,
                         const real dy[restrict][g->y.h][g->y.w][g->y.c],
                         real dx[restrict][g->x.h][g->x.w][g->x.c]) {
    const real size = (real)(g->r * g->s);
    memset(dx[images.first], 0, range_size(images) * sizeof *dx);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++)
                        for (size_t c = 0; c < g->x.c; c++)
                            dx[n][p * g->u + r][q * g->v + s][c] += dy[n][p][q][c] / size;
}

static void avgpool2d_forward(const layer_shape *g, const op_args *t, range images) {
    avgpool2d_y(g, images, (const void *)t->x, (void *)t->y);
}

static void avgpool2d_backward_input(const layer_shape *g, const op_args *t, range images) {
    avgpool2d_dx(g, images, (const void *)t->dy, (void *)t->dx);
}

static const operation avgpool2d_operation = {.forward = avgpool2d_forward,
                                              .backward_input = avgpool2d_backward_input};
