/* Convolution; as usual in deep learning, the kernel is not flipped.
 *   x[n][h][w][c], weight[r][s][c][k], bias[k]  ->  y[n][p][q][k]
 *   y[n,p,q,k]       = bias[k] + sum over r, s, c of  x[n,h,w,c] weight[r,s,c,k]
 *   dx[n,h,w,c]      =           sum over r, s, k of dy[n,p,q,k] weight[r,s,c,k]
 *   dweight[r,s,c,k] =           sum over n, p, q of dy[n,p,q,k] x[n,h,w,c]
 *   dbias[k]         =           sum over n, p, q of dy[n,p,q,k]
 * where h = p u + r - pad and w = q v + s - pad lie inside the image. docs/math/conv2d.md. */
#include "ops.h"
#include <string.h>

/* Positions above or left of the image wrap around to huge values, which are outside as well. */
static bool inside(extent image, size_t h, size_t w) {
    return h < image.h && w < image.w;
}

static void conv2d_y(const layer_shape *g, range images, const real *bias,
                     const real x[restrict][g->x.h][g->x.w][g->x.c],
                     const real weight[restrict][g->s][g->x.c][g->y.c],
                     real y[restrict][g->y.h][g->y.w][g->y.c]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t k = 0; k < g->y.c; k++)
                    y[n][p][q][k] = bias ? bias[k] : 0;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++) {
                        const size_t h = p * g->u + r - g->pad_h, w = q * g->v + s - g->pad_w;
                        if (inside(g->x, h, w))
                            for (size_t c = 0; c < g->x.c; c++)
                                for (size_t k = 0; k < g->y.c; k++)
                                    y[n][p][q][k] =
                                        fused(x[n][h][w][c], weight[r][s][c][k], y[n][p][q][k]);
                    }
}

/* r and s are the outer loops, so that each dx sums over them in ascending order. */
static void conv2d_dx(const layer_shape *g, range images,
                      const real dy[restrict][g->y.h][g->y.w][g->y.c],
                      const real weight[restrict][g->s][g->x.c][g->y.c],
                      real dx[restrict][g->x.h][g->x.w][g->x.c]) {
    memset(dx[images.first], 0, (images.last - images.first) * sizeof *dx);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t r = 0; r < g->r; r++)
            for (size_t s = 0; s < g->s; s++)
                for (size_t p = 0; p < g->y.h; p++)
                    for (size_t q = 0; q < g->y.w; q++) {
                        const size_t h = p * g->u + r - g->pad_h, w = q * g->v + s - g->pad_w;
                        if (inside(g->x, h, w))
                            for (size_t k = 0; k < g->y.c; k++)
                                for (size_t c = 0; c < g->x.c; c++)
                                    dx[n][h][w][c] =
                                        fused(dy[n][p][q][k], weight[r][s][c][k], dx[n][h][w][c]);
                    }
}

static void conv2d_dw(const layer_shape *g, range images,
                      const real dy[restrict][g->y.h][g->y.w][g->y.c],
                      const real x[restrict][g->x.h][g->x.w][g->x.c],
                      real dweight[restrict][g->s][g->x.c][g->y.c], real *dbias) {
    memset(dweight, 0, g->r * sizeof *dweight);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++) {
                        const size_t h = p * g->u + r - g->pad_h, w = q * g->v + s - g->pad_w;
                        if (inside(g->x, h, w))
                            for (size_t c = 0; c < g->x.c; c++)
                                for (size_t k = 0; k < g->y.c; k++)
                                    dweight[r][s][c][k] =
                                        fused(dy[n][p][q][k], x[n][h][w][c], dweight[r][s][c][k]);
                    }
    for (size_t k = 0; dbias && k < g->y.c; k++)
        dbias[k] = 0;
    for (size_t n = images.first; dbias && n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t k = 0; k < g->y.c; k++)
                    dbias[k] += dy[n][p][q][k];
}

static void conv2d_forward(const layer_shape *g, const op_args *t, range images) {
    conv2d_y(g, images, t->b, (const void *)t->x, (const void *)t->w, (void *)t->y);
}

static void conv2d_backward_input(const layer_shape *g, const op_args *t, range images) {
    conv2d_dx(g, images, (const void *)t->dy, (const void *)t->w, (void *)t->dx);
}

static void conv2d_backward_weights(const layer_shape *g, const op_args *t, range images) {
    conv2d_dw(g, images, (const void *)t->dy, (const void *)t->x, (void *)t->dw, t->db);
}

static const operation conv2d_operation = {.forward = conv2d_forward,
                                           .backward_input = conv2d_backward_input,
                                           .backward_weights = conv2d_backward_weights,
                                           .axis = SUM_IMAGES};
