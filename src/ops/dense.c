/* Fully connected layer. Its input is one vector of C = H W C values.
 *
 *   x[n][c], weight[c][k], bias[k]  ->  y[n][k]
 *
 *   y[n,k]       = bias[k] + sum over c of  x[n,c] weight[c,k]
 *   dx[n,c]      =           sum over k of dy[n,k] weight[c,k]
 *   dweight[c,k] =           sum over n of dy[n,k] x[n,c]
 *   dbias[k]     =           sum over n of dy[n,k]
 *
 * y is the sum of partial sums over DENSE_PARTIAL inputs each: in one long chain of additions,
 * every addition would round at the size of the total. Derivation: docs/math/dense.md. */
#include "ops.h"

#include <string.h>

static size_t inputs_of(const layer_shape *g) {
    return g->x.h * g->x.w * g->x.c;
}

static void dense_y(size_t C, size_t K, range images, const real *bias, const real x[restrict][C],
                    const real weight[restrict C][K], real partial[restrict K],
                    real y[restrict][K]) {
    for (size_t n = images.first; n < images.last; n++)
        for (size_t k = 0; k < K; k++)
            y[n][k] = bias ? bias[k] : 0;
    for (size_t first = 0; first < C; first += DENSE_PARTIAL)
        for (size_t n = images.first; n < images.last; n++) {
            for (size_t k = 0; k < K; k++)
                partial[k] = 0;
            for (size_t c = first; c < C && c < first + DENSE_PARTIAL; c++)
                for (size_t k = 0; k < K; k++)
                    partial[k] = fused(x[n][c], weight[c][k], partial[k]);
            for (size_t k = 0; k < K; k++)
                y[n][k] += partial[k];
        }
}

/* Images are the innermost loop, so that consecutive additions are independent. */
static void dense_dx(size_t C, size_t K, range images, const real dy[restrict][K],
                     const real weight[restrict C][K], real dx[restrict][C]) {
    memset(dx[images.first], 0, (images.last - images.first) * sizeof *dx);
    for (size_t c = 0; c < C; c++)
        for (size_t k = 0; k < K; k++)
            for (size_t n = images.first; n < images.last; n++)
                dx[n][c] = fused(dy[n][k], weight[c][k], dx[n][c]);
}

/* Computes rows [rows.first, rows.last) of dweight; the call with row 0 also sums dbias. */
static void dense_dw(size_t N, size_t C, size_t K, range rows, const real dy[restrict N][K],
                     const real x[restrict N][C], real dweight[restrict C][K], real *dbias) {
    memset(dweight[rows.first], 0, (rows.last - rows.first) * sizeof *dweight);
    for (size_t c = rows.first; c < rows.last; c++)
        for (size_t n = 0; n < N; n++)
            for (size_t k = 0; k < K; k++)
                dweight[c][k] = fused(dy[n][k], x[n][c], dweight[c][k]);
    if (!dbias || rows.first > 0)
        return;
    memset(dbias, 0, K * sizeof *dbias);
    for (size_t n = 0; n < N; n++)
        for (size_t k = 0; k < K; k++)
            dbias[k] += dy[n][k];
}

/* One partial sum per output. */
static size_t dense_scratch(const layer_shape *g) {
    return g->y.c;
}

static void dense_forward(const layer_shape *g, const op_args *t, range images) {
    dense_y(inputs_of(g), g->y.c, images, t->b, (const void *)t->x, (const void *)t->w, t->scratch,
            (void *)t->y);
}

static void dense_backward_input(const layer_shape *g, const op_args *t, range images) {
    dense_dx(inputs_of(g), g->y.c, images, (const void *)t->dy, (const void *)t->w, (void *)t->dx);
}

static void dense_backward_weights(const layer_shape *g, const op_args *t, range rows) {
    dense_dw(t->n, inputs_of(g), g->y.c, rows, (const void *)t->dy, (const void *)t->x,
             (void *)t->dw, t->db);
}

static const operation dense_operation = {.forward = dense_forward,
                                          .backward_input = dense_backward_input,
                                          .backward_weights = dense_backward_weights,
                                          .axis = SUM_ROWS,
                                          .scratch = dense_scratch};
