/* Computes layers and the loss by their formulas, in double. */
#include "naive.h"

static bool inside(size_t padded, size_t pad, size_t size) {
    return padded >= pad && padded - pad < size;
}

static size_t input_at(const layer_shape *g, size_t n, size_t padded_h, size_t padded_w) {
    return ((n * g->x.h + padded_h - g->pad_h) * g->x.w + padded_w - g->pad_w) * g->x.c;
}

static size_t output_at(const layer_shape *g, size_t n, size_t p, size_t q) {
    return ((n * g->y.h + p) * g->y.w + q) * g->y.c;
}

static const float *weights_at(const layer_shape *g, const float *weights, size_t r, size_t s,
                               size_t c) {
    return weights + ((r * g->s + s) * g->x.c + c) * g->y.c;
}

static void clear(double *sums, size_t count) {
    for (size_t i = 0; i < count; i++)
        sums[i] = 0;
}

void naive_y(const layer_shape *g, const float *x, const float *weights, size_t n, size_t p,
             size_t q, double *y) {
    clear(y, g->y.c);
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            const size_t h = p * g->u + r, w = q * g->v + s;
            if (!inside(h, g->pad_h, g->x.h) || !inside(w, g->pad_w, g->x.w))
                continue;
            for (size_t c = 0; c < g->x.c; c++) {
                const double input = x[input_at(g, n, h, w) + c];
                const float *row = weights_at(g, weights, r, s, c);
                for (size_t k = 0; k < g->y.c; k++)
                    y[k] += input * row[k];
            }
        }
}

/* Is there an output o with o stride + offset = padded? */
static bool output_of(size_t padded, size_t offset, size_t stride, size_t outputs, size_t *output) {
    if (padded < offset || (padded - offset) % stride)
        return false;
    *output = (padded - offset) / stride;
    return *output < outputs;
}

static bool any(const double *dy, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (dy[i] != 0)
            return true;
    return false;
}

bool naive_dx(const layer_shape *g, const double *dy, const float *weights, size_t n, size_t h,
              size_t w, double *dx) {
    bool met = false;
    size_t p, q;
    clear(dx, g->x.c);
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            if (!output_of(h + g->pad_h, r, g->u, g->y.h, &p) ||
                !output_of(w + g->pad_w, s, g->v, g->y.w, &q))
                continue;
            const double *d = dy + output_at(g, n, p, q);
            if (!any(d, g->y.c))
                continue;
            met = true;
            for (size_t c = 0; c < g->x.c; c++)
                for (size_t k = 0; k < g->y.c; k++)
                    dx[c] += d[k] * weights_at(g, weights, r, s, c)[k];
        }
    return met;
}

void naive_dw(const layer_shape *g, const float *x, const double *dy, range images, size_t r,
              size_t s, size_t c, double *dw, double *met) {
    clear(dw, g->y.c);
    clear(met, g->y.c);
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++) {
                const size_t h = p * g->u + r, w = q * g->v + s;
                if (!inside(h, g->pad_h, g->x.h) || !inside(w, g->pad_w, g->x.w))
                    continue;
                const double input = x[input_at(g, n, h, w) + c];
                const double *d = dy + output_at(g, n, p, q);
                for (size_t k = 0; k < g->y.c; k++) {
                    dw[k] += d[k] * input;
                    met[k] += d[k] * d[k];
                }
            }
}

size_t naive_argmax(const layer_shape *pool, const double *values, size_t p, size_t q, size_t c) {
    const size_t corner = p * pool->u * pool->x.w + q * pool->v;
    size_t best = corner;
    for (size_t r = 0; r < pool->r; r++)
        for (size_t s = 0; s < pool->s; s++) {
            const size_t position = corner + r * pool->x.w + s;
            if (values[position * pool->x.c + c] > values[best * pool->x.c + c])
                best = position;
        }
    return best;
}

double naive_dense_y(size_t inputs, size_t outputs, const float *x, const float *weights, size_t n,
                     size_t k) {
    double sum = 0;
    for (size_t c = 0; c < inputs; c++)
        sum += (double)x[n * inputs + c] * weights[c * outputs + k];
    return sum;
}

double naive_dense_dx(size_t outputs, const float *dy, const float *weights, size_t n, size_t c) {
    double sum = 0;
    for (size_t k = 0; k < outputs; k++)
        sum += (double)dy[n * outputs + k] * weights[c * outputs + k];
    return sum;
}

double naive_dense_dw(size_t inputs, size_t outputs, const float *x, const float *dy, size_t images,
                      size_t c, size_t k) {
    double sum = 0;
    for (size_t n = 0; n < images; n++)
        sum += (double)x[n * inputs + c] * dy[n * outputs + k];
    return sum;
}
