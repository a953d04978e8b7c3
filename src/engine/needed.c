/* Counts the multiply-adds of a pass, excluding padding and zero gradients. */
#include "needed.h"

#include "window.h"

/* Rows of the kernel that lie inside the image at output row p. */
static size_t rows_at(const layer_shape *g, size_t p) {
    const range r = window_inside(g->x.h, g->pad_h, g->r, g->u, p);
    return r.last - r.first;
}

static size_t columns_at(const layer_shape *g, size_t q) {
    const range s = window_inside(g->x.w, g->pad_w, g->s, g->v, q);
    return s.last - s.first;
}

/* Number of inputs that the output at p, q is a sum over. */
static size_t inputs_at(const layer_shape *g, size_t p, size_t q) {
    return rows_at(g, p) * columns_at(g, q) * g->x.c;
}

static double convolution_forward(const layer_shape *g) {
    double rows = 0, columns = 0;
    for (size_t p = 0; p < g->y.h; p++)
        rows += (double)rows_at(g, p);
    for (size_t q = 0; q < g->y.w; q++)
        columns += (double)columns_at(g, q);
    return rows * columns * (double)g->x.c * (double)g->y.c;
}

double needed_forward(const cnn_network *network, const fusion *fusion) {
    const layer *layer = &network->layers[fusion->first];
    if (!layer_kernel_size(layer))
        return 0;
    return layer->flat ? (double)layer_kernel_size(layer) : convolution_forward(&fusion->shape);
}

/* Each non-zero element of the gradient is multiplied with the inputs of its position; after a pool
 * that is the position of the maximum. */
static double convolution_backward(const layer_shape *g, bool relu, const op_args *t,
                                   size_t image) {
    const extent e = g->pool ? g->pool->y : g->y;
    const size_t values = extent_size(e);
    double sum = 0;
    for (size_t i = image * values; i < (image + 1) * values; i++) {
        if (t->dy[i] == 0 || (relu && t->y[i] <= 0))
            continue;
        const size_t position = g->pool ? (size_t)t->indices[i] : (i - image * values) / e.c;
        sum += (double)inputs_at(g, position / g->y.w, position % g->y.w);
    }
    return sum;
}

static double dense_backward(const layer *layer, const op_args *t, size_t image) {
    const size_t outputs = layer->shape.y.c;
    const float *dy = (t->dz ? t->dz : t->dy) + image * outputs;
    size_t nonzero = 0;
    for (size_t k = 0; k < outputs; k++)
        nonzero += dy[k] != 0;
    return (double)nonzero * (double)layer_fan_in(layer);
}

double needed_backward(const cnn_network *network, const fusion *fusion, const op_args *t,
                       size_t image) {
    const layer *layer = &network->layers[fusion->first];
    if (!layer_kernel_size(layer))
        return 0;
    return layer->flat
               ? dense_backward(layer, t, image)
               : convolution_backward(&fusion->shape, fusion->last > fusion->first, t, image);
}
