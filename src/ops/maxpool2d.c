/* Max pooling, channel by channel, over windows that may overlap or leave gaps.
 *
 *   x[n][h][w][c]  ->  y[n][p][q][c], winners[n][p][q][c]
 *
 *   y[n,p,q,c] = max over r, s of x[n, p u + r, q v + s, c]
 *
 * The winner's place is kept, since the whole gradient of a window goes to it.
 * docs/math/maxpool2d.md
 */
#include "ops.h"

#include <stdbool.h>
#include <string.h>

/* What place (r, s) of a window has to say against the best so far, for every channel. Only a
 * greater value takes over, so the first maximum in row-major order stays; a NaN takes over too, so
 * that it cannot hide. */
static void challenge(size_t channels, const real *restrict x, int32_t place, real *restrict best,
                      int32_t *restrict winner) {
    for (size_t c = 0; c < channels; c++) {
        const bool wins = x[c] > best[c] || x[c] != x[c];
        best[c] = wins ? x[c] : best[c];
        winner[c] = wins ? place : winner[c];
    }
}

static void maxpool2d_window(const geometry *g, const real *image, size_t p, size_t q, real *best,
                             int32_t *winner) {
    const real(*x)[g->x.c] = (const void *)image;
    const size_t corner = p * g->u * g->x.w + q * g->v;
    for (size_t c = 0; c < g->x.c; c++) {
        best[c] = x[corner][c];
        winner[c] = (int32_t)corner;
    }
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            const size_t place = corner + r * g->x.w + s;
            challenge(g->x.c, x[place], (int32_t)place, best, winner);
        }
}

static void maxpool2d_forward(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c;
    const real(*x)[g->x.h * g->x.w][C] = (const void *)t->x;
    real(*y)[g->y.h][g->y.w][C] = (void *)t->y;
    int32_t(*winners)[g->y.h][g->y.w][C] = (void *)t->winners;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                maxpool2d_window(g, x[n][0], p, q, y[n][p][q], winners[n][p][q]);
}

static void maxpool2d_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c;
    const real(*dy)[g->y.h * g->y.w][C] = (const void *)t->dy;
    const int32_t(*winners)[g->y.h * g->y.w][C] = (const void *)t->winners;
    real(*dx)[g->x.h * g->x.w][C] = (void *)t->dx;
    memset(dx[images.first], 0, (images.last - images.first) * sizeof *dx);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t window = 0; window < g->y.h * g->y.w; window++)
            for (size_t c = 0; c < C; c++)
                dx[n][winners[n][window][c]][c] += dy[n][window][c];
}

static const operation maxpool2d_operation = {.forward = maxpool2d_forward,
                                              .backward_input = maxpool2d_backward_input};
