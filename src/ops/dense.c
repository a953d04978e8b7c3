/* The fully connected layer. Its input is one vector of C = H W C values.
 *
 *   x[n][c], w[c][k], b[k]  ->  y[n][k]
 *
 *   y[n,k]  = b[k] + sum over c of  x[n,c] w[c,k]
 *   dx[n,c] =        sum over k of dy[n,k] w[c,k]
 *   dw[c,k] =        sum over n of dy[n,k] x[n,c]
 *   db[k]   =        sum over n of dy[n,k]
 *
 * Derivation and an example by hand: docs/math/dense.md. */
#include "memory.h"
#include "products.h"

#include <string.h>

static size_t inputs_of(const geometry *g) {
    return g->x.h * g->x.w * g->x.c;
}

enum { STRIP = 32 }; /* rows of w that stay in cache while all images meet them */

static void dense_forward(const geometry *g, const tensors *t, range images) {
    const size_t C = inputs_of(g), K = g->y.c;
    const real(*x)[C] = (const void *)t->x;
    const real(*w)[K] = (const void *)t->w;
    real(*y)[K] = (void *)t->y;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t k = 0; k < K; k++)
            y[n][k] = t->b ? t->b[k] : 0;
    for (size_t c = 0; c < C; c += STRIP)
        add_piece((matrix){&x[images.first][c], images.last - images.first, C,
                           C - c < STRIP ? C - c : STRIP, 1},
                  w[c], K, y[images.first], K);
}

/* Room for a strip of w turned round, so that lanes run along c while the sum runs along k. */
static size_t dense_scratch(const geometry *g) {
    return size_product(g->y.c, STRIP);
}

static void dense_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = inputs_of(g), K = g->y.c;
    const real(*dy)[K] = (const void *)t->dy;
    const real(*w)[K] = (const void *)t->w;
    real(*dx)[C] = (void *)t->dx;
    for (size_t c = 0; c < C; c += STRIP) {
        const size_t width = C - c < STRIP ? C - c : STRIP;
        real(*strip)[width] = (void *)t->scratch;
        for (size_t i = 0; i < width; i++)
            for (size_t k = 0; k < K; k++)
                strip[k][i] = w[c + i][k];
        for (size_t n = images.first; n < images.last; n++)
            memset(&dx[n][c], 0, width * sizeof **dx);
        add_products((matrix){dy[images.first], images.last - images.first, K, K, 1}, strip[0],
                     width, &dx[images.first][c], C);
    }
}

static void dense_backward_bias(const geometry *g, const tensors *t) {
    const real(*dy)[g->y.c] = (const void *)t->dy;
    memset(t->db, 0, g->y.c * sizeof *t->db);
    for (size_t n = 0; n < t->n; n++)
        for (size_t k = 0; k < g->y.c; k++)
            t->db[k] += dy[n][k];
}

static void dense_backward_weights(const geometry *g, const tensors *t, range rows) {
    const size_t C = inputs_of(g), K = g->y.c;
    const real(*x)[C] = (const void *)t->x;
    const real(*dy)[K] = (const void *)t->dy;
    real(*dw)[K] = (void *)t->dw;
    memset(dw[rows.first], 0, (rows.last - rows.first) * sizeof *dw);
    add_products((matrix){&x[0][rows.first], rows.last - rows.first, 1, t->n, C}, dy[0], K,
                 dw[rows.first], K);
    if (t->db && rows.first == 0)
        dense_backward_bias(g, t);
}

static const operation dense_operation = {.forward = dense_forward,
                                          .backward_input = dense_backward_input,
                                          .backward_weights = dense_backward_weights,
                                          .axis = SUM_ROWS,
                                          .scratch = dense_scratch};
