/* Max pooling, channel by channel, over windows that may overlap or leave gaps.
 *
 *   x[n][h][w][c]  ->  y[n][p][q][c], indices[n][p][q][c]
 *
 *   y[n,p,q,c]  = max over r, s of x[n, p u + r, q v + s, c]
 *   dx[n,h,w,c] = sum of dy[n,p,q,c] over the windows p, q whose maximum is x[n,h,w,c]
 *
 * indices[n,p,q,c] = h W + w of that maximum (hw in the code), which receives all of the gradient.
 * docs/math/maxpool2d.md */
#include "ops.h"

#include <string.h>

/* Only a greater value replaces the maximum, so the first one in row-major order is kept; a NaN
 * replaces it too, so that it stays visible. */
static void maxpool2d_y(const layer_shape *g, range images,
                        const real x[restrict][g->x.h * g->x.w][g->x.c],
                        real y[restrict][g->y.h][g->y.w][g->x.c],
                        int32_t indices[restrict][g->y.h][g->y.w][g->x.c]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++)
                        for (size_t c = 0; c < g->x.c; c++) {
                            const size_t hw = (p * g->u + r) * g->x.w + q * g->v + s;
                            const real value = x[n][hw][c], best = y[n][p][q][c];
                            const bool wins = r + s == 0 || value > best || value != value;
                            y[n][p][q][c] = wins ? value : best;
                            indices[n][p][q][c] = wins ? (int32_t)hw : indices[n][p][q][c];
                        }
}

static void maxpool2d_dx(const layer_shape *g, range images,
                         const real dy[restrict][g->y.h][g->y.w][g->x.c],
                         const int32_t indices[restrict][g->y.h][g->y.w][g->x.c],
                         real dx[restrict][g->x.h * g->x.w][g->x.c]) {
    memset(dx[images.first], 0, (images.last - images.first) * sizeof *dx);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t c = 0; c < g->x.c; c++)
                    dx[n][indices[n][p][q][c]][c] += dy[n][p][q][c];
}

static void maxpool2d_forward(const layer_shape *g, const op_args *t, range images) {
    maxpool2d_y(g, images, (const void *)t->x, (void *)t->y, (void *)t->indices);
}

static void maxpool2d_backward_input(const layer_shape *g, const op_args *t, range images) {
    maxpool2d_dx(g, images, (const void *)t->dy, (const void *)t->indices, (void *)t->dx);
}

static const operation maxpool2d_operation = {.forward = maxpool2d_forward,
                                              .backward_input = maxpool2d_backward_input};
