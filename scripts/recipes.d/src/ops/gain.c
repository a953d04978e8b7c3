/* One factor for each channel.
 *
 *   x[n][h][w][c], weight[c]  ->  y[n][h][w][c]
 *
 *   y[n,h,w,c]  = x[n,h,w,c] weight[c]
 *   dx[n,h,w,c] = dy[n,h,w,c] weight[c]
 *   dweight[c]  = sum over n, h, w of dy[n,h,w,c] x[n,h,w,c]
 *
 * A place of an image, h W + w, is hw in the code. docs/math/gain.md */
#include "ops.h"

#include <string.h>

/* y of x, and dx of dy. */
static void gain_times(size_t HW, size_t C, range images, const real x[restrict][HW][C],
                       const real weight[restrict C], real y[restrict][HW][C]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t hw = 0; hw < HW; hw++)
            for (size_t c = 0; c < C; c++)
                y[n][hw][c] = x[n][hw][c] * weight[c];
}

static void gain_dw(size_t HW, size_t C, range images, const real dy[restrict][HW][C],
                    const real x[restrict][HW][C], real dweight[restrict C]) {
    memset(dweight, 0, C * sizeof *dweight);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t hw = 0; hw < HW; hw++)
            for (size_t c = 0; c < C; c++)
                dweight[c] = fused(dy[n][hw][c], x[n][hw][c], dweight[c]);
}

static void gain_forward(const layer_shape *g, const op_args *t, range images) {
    gain_times(g->x.h * g->x.w, g->x.c, images, (const void *)t->x, t->w, (void *)t->y);
}

static void gain_backward_input(const layer_shape *g, const op_args *t, range images) {
    gain_times(g->x.h * g->x.w, g->x.c, images, (const void *)t->dy, t->w, (void *)t->dx);
}

static void gain_backward_weights(const layer_shape *g, const op_args *t, range images) {
    gain_dw(g->x.h * g->x.w, g->x.c, images, (const void *)t->dy, (const void *)t->x, t->dw);
}

static const operation gain_operation = {.forward = gain_forward,
                                         .backward_input = gain_backward_input,
                                         .backward_weights = gain_backward_weights,
                                         .axis = SUM_IMAGES};
