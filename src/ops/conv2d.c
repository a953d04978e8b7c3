/* Convolution (as everywhere in this field, without flipping the kernel).
 *
 *   x[n][h][w][c], w[r][s][c][k], b[k]  ->  y[n][p][q][k]
 *
 *   y[n,p,q,k]  = b[k] + sum over r, s, c of  x[n,h,w,c] w[r,s,c,k]
 *   dx[n,h,w,c] =        sum over r, s, k of dy[n,p,q,k] w[r,s,c,k]
 *   dw[r,s,c,k] =        sum over n, p, q of dy[n,p,q,k] x[n,h,w,c]
 *   db[k]       =        sum over n, p, q of dy[n,p,q,k]
 *
 * wherever h = p u + r - pad and w = q v + s - pad lie inside the image. A row function does what
 * one row of the output and one row r of the kernel have to do with each other.
 * Derivation and an example by hand: docs/math/conv2d.md. */
#include "products.h"
#include "window.h"

#include <string.h>

static void conv2d_bias(const geometry *g, const real *b, real *image) {
    real(*y)[g->y.c] = (void *)image;
    for (size_t pixel = 0; pixel < g->y.h * g->y.w; pixel++)
        for (size_t k = 0; k < g->y.c; k++)
            y[pixel][k] = b ? b[k] : 0;
}

/* x[w][c] and w[s][c] run through memory side by side: a whole row of the kernel is one sum. */
static void conv2d_forward_row(const geometry *g, const real *x_row, const real *w_row,
                               real *y_row) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*x)[C] = (const void *)x_row;
    const real(*w)[C][K] = (const void *)w_row;
    real(*y)[K] = (void *)y_row;
    const range whole = columns_whole(g);
    for (size_t q = 0, alike; q < g->y.w; q += alike) {
        const range s = kernel_inside(g, q);
        alike = columns_alike(whole, q);
        if (s.first == s.last)
            continue;
        const real *inputs = x[q * g->v + s.first - g->pad_w];
        add_products((matrix){inputs, alike, g->v * C, (s.last - s.first) * C, 1}, w[s.first][0], K,
                     y[q], K);
    }
}

static void conv2d_forward(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*x)[g->x.h][g->x.w][C] = (const void *)t->x;
    const real(*w)[g->s][C][K] = (const void *)t->w;
    real(*y)[g->y.h][g->y.w][K] = (void *)t->y;
    for (size_t n = images.first; n < images.last; n++) {
        conv2d_bias(g, t->b, &y[n][0][0][0]);
        for (size_t r = 0; r < g->r; r++) {
            const range rows = rows_inside(g, r);
            for (size_t p = rows.first; p < rows.last; p++)
                conv2d_forward_row(g, x[n][p * g->u + r - g->pad_h][0], w[r][0][0], y[n][p][0]);
        }
    }
}

/* Room for w[r][s][k][c], so that lanes can run along c while the sum runs along k. */
static size_t conv2d_scratch(const geometry *g) {
    return g->r * g->s * g->x.c * g->y.c;
}

static void conv2d_swap_channels(const geometry *g, const real *from, real *to) {
    const real(*w)[g->x.c][g->y.c] = (const void *)from;
    real(*swapped)[g->y.c][g->x.c] = (void *)to;
    for (size_t place = 0; place < g->r * g->s; place++)
        for (size_t k = 0; k < g->y.c; k++)
            for (size_t c = 0; c < g->x.c; c++)
                swapped[place][k][c] = w[place][c][k];
}

static void conv2d_backward_input_row(const geometry *g, const real *dy_row, const real *w_row,
                                      real *dx_row) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*dy)[K] = (const void *)dy_row;
    const real(*w)[K][C] = (const void *)w_row;
    real(*dx)[C] = (void *)dx_row;
    for (size_t s = 0; s < g->s; s++) {
        const range q = columns_inside(g, s);
        if (q.first < q.last)
            add_products((matrix){dy[q.first], q.last - q.first, K, K, 1}, w[s][0], C,
                         dx[q.first * g->v + s - g->pad_w], g->v * C);
    }
}

static void conv2d_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*dy)[g->y.h][g->y.w][K] = (const void *)t->dy;
    const real(*w)[g->s][K][C] = (const void *)t->scratch;
    real(*dx)[g->x.h][g->x.w][C] = (void *)t->dx;
    conv2d_swap_channels(g, t->w, t->scratch);
    memset(dx[images.first], 0, (images.last - images.first) * sizeof *dx);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t r = 0; r < g->r; r++) {
            const range rows = rows_inside(g, r);
            for (size_t p = rows.first; p < rows.last; p++)
                conv2d_backward_input_row(g, dy[n][p][0], w[r][0][0],
                                          dx[n][p * g->u + r - g->pad_h][0]);
        }
}

static void conv2d_backward_weights_row(const geometry *g, const real *x_row, const real *dy_row,
                                        real *dw_row) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*x)[C] = (const void *)x_row;
    const real(*dy)[K] = (const void *)dy_row;
    real(*dw)[C][K] = (void *)dw_row;
    for (size_t s = 0; s < g->s; s++) {
        const range q = columns_inside(g, s);
        if (q.first < q.last)
            add_products(
                (matrix){x[q.first * g->v + s - g->pad_w], C, 1, q.last - q.first, g->v * C},
                dy[q.first], K, dw[s][0], K);
    }
}

static void conv2d_backward_bias(const geometry *g, const tensors *t, range images) {
    const real(*dy)[g->y.h * g->y.w][g->y.c] = (const void *)t->dy;
    memset(t->db, 0, g->y.c * sizeof *t->db);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t pixel = 0; pixel < g->y.h * g->y.w; pixel++)
            for (size_t k = 0; k < g->y.c; k++)
                t->db[k] += dy[n][pixel][k];
}

static void conv2d_backward_weights(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const real(*x)[g->x.h][g->x.w][C] = (const void *)t->x;
    const real(*dy)[g->y.h][g->y.w][K] = (const void *)t->dy;
    real(*dw)[g->s][C][K] = (void *)t->dw;
    memset(dw, 0, g->r * sizeof *dw);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t r = 0; r < g->r; r++) {
            const range rows = rows_inside(g, r);
            for (size_t p = rows.first; p < rows.last; p++)
                conv2d_backward_weights_row(g, x[n][p * g->u + r - g->pad_h][0], dy[n][p][0],
                                            dw[r][0][0]);
        }
    if (t->db)
        conv2d_backward_bias(g, t, images);
}

static const operation conv2d_operation = {.forward = conv2d_forward,
                                           .backward_input = conv2d_backward_input,
                                           .backward_weights = conv2d_backward_weights,
                                           .axis = SUM_IMAGES,
                                           .scratch = conv2d_scratch};
