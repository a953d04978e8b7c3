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
        add_piece((matrix){x + c, rows, C, C - c < STRIP ? C - c : STRIP, 1}, t->w + c * K, K, y,
                  K);
}

/* Lanes run along images in dx, because its sums run along k, where w's numbers stand. */
static size_t padded(size_t images) {
    return (images + LANES - 1) / LANES * LANES;
}

/* dy[k][n] and a strip of dx[c][n], with room for a whole batch of images. */
static size_t dense_vector_scratch(const geometry *g, size_t images) {
    return (g->y.c + STRIP) * padded(images);
}

/* rows x columns numbers from a matrix whose rows stand `row` apart, as [column][width]. */
static void transpose(const float *from, size_t row, size_t rows, size_t columns, float *to,
                      size_t width) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            to[j * width + i] = from[i * row + j];
}

static void dense_vector_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c, count = images.last - images.first;
    const size_t width = padded(count);
    float *dy = t->scratch, *strip = dy + K * width;
    memset(dy, 0, K * width * sizeof *dy);
    transpose(t->dy + images.first * K, K, count, K, dy, width);
    for (size_t c = 0; c < C; c += STRIP) {
        const size_t rows = C - c < STRIP ? C - c : STRIP;
        memset(strip, 0, rows * width * sizeof *strip);
        add_products((matrix){t->w + c * K, rows, K, K, 1}, dy, width, strip, width);
        for (size_t n = 0; n < count; n++)
            for (size_t i = 0; i < rows; i++)
                t->dx[(images.first + n) * C + c + i] = strip[i * width + n];
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
