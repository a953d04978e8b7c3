/* Flatten as a page, number by number. The library needs none, since memory stays as it is.
 *
 *   x[n][h][w][c]  ->  y[n][h w c]
 *
 *   y[n,(h W + w) C + c] = x[n,h,w,c]
 *   dx[n,h,w,c]          = dy[n,(h W + w) C + c] */
#include "ops.h"

static void flatten_copy(const layer_shape *g, range images,
                         const real from[restrict][g->x.h][g->x.w][g->x.c],
                         real to[restrict][g->x.h][g->x.w][g->x.c]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t h = 0; h < g->x.h; h++)
            for (size_t w = 0; w < g->x.w; w++)
                for (size_t c = 0; c < g->x.c; c++)
                    to[n][h][w][c] = from[n][h][w][c];
}

static void flatten_dx(const layer_shape *g, range images,
                       const real dy[restrict][g->x.h][g->x.w][g->x.c],
                       real dx[restrict][g->x.h][g->x.w][g->x.c]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t h = 0; h < g->x.h; h++)
            for (size_t w = 0; w < g->x.w; w++)
                for (size_t c = 0; c < g->x.c; c++)
                    dx[n][h][w][c] = dy[n][h][w][c];
}

static void flatten_forward(const layer_shape *g, const op_args *t, range images) {
    flatten_copy(g, images, (const void *)t->x, (void *)t->y);
}

static void flatten_backward_input(const layer_shape *g, const op_args *t, range images) {
    flatten_dx(g, images, (const void *)t->dy, (void *)t->dx);
}
