/* The dense layer with the sums of src/ops/dense.c in vectors: products of matrices throughout. */
#include "matrix_product.h"

static size_t dense_inputs(const geometry *g) {
    return g->x.h * g->x.w * g->x.c;
}

enum { STRIP = 32 }; /* rows of w that stay in cache while all images meet them */

static void dense_vector_forward(const geometry *g, const tensors *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c, rows = images.last - images.first;
    const float *x = t->x + images.first * C;
    float *y = t->y + images.first * K;
    for (size_t n = 0; n < rows; n++)
        for (size_t k = 0; k < K; k++)
            y[n * K + k] = t->b ? t->b[k] : 0;
    for (size_t c = 0; c < C; c += STRIP)
        add_products((matrix){x + c, rows, C, C - c < STRIP ? C - c : STRIP, 1}, t->w + c * K, K, y,
                     K);
}

/* Room for a strip of w turned round, so that lanes run along c while the sum runs along k. */
static size_t dense_vector_scratch(const geometry *g) {
    return g->y.c * STRIP;
}

static void dense_vector_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c, rows = images.last - images.first;
    float *dx = t->dx + images.first * C;
    memset(dx, 0, rows * C * sizeof *dx);
    for (size_t c = 0; c < C; c += STRIP) {
        const size_t width = C - c < STRIP ? C - c : STRIP;
        for (size_t i = 0; i < width; i++)
            for (size_t k = 0; k < K; k++)
                t->scratch[k * width + i] = t->w[(c + i) * K + k];
        add_products((matrix){t->dy + images.first * K, rows, K, K, 1}, t->scratch, width, dx + c,
                     C);
    }
}

static void dense_vector_backward_weights(const geometry *g, const tensors *t, range rows) {
    const size_t C = dense_inputs(g), K = g->y.c;
    memset(t->dw + rows.first * K, 0, (rows.last - rows.first) * K * sizeof(float));
    add_products((matrix){t->x + rows.first, rows.last - rows.first, 1, t->n, C}, t->dy, K,
                 t->dw + rows.first * K, K);
    if (!t->db || rows.first)
        return;
    memset(t->db, 0, K * sizeof *t->db);
    for (size_t n = 0; n < t->n; n++)
        for (size_t k = 0; k < K; k++)
            t->db[k] += t->dy[n * K + k];
}
