/* Counts the multiply-adds of a pass without those in padding and with zero gradients. */
#include "needed.h"

/* How many of `kernel` places lie inside `size` when the kernel stands at output `at`. */
static size_t taps(size_t at, size_t kernel, size_t stride, size_t pad, size_t size) {
    const size_t left = at * stride, end = size + pad;
    const size_t first = left < pad ? pad - left : 0;
    const size_t last = left >= end ? 0 : end - left < kernel ? end - left : kernel;
    return first < last ? last - first : 0;
}

/* Inputs that one output at p, q is the sum over. */
static size_t inputs_at(const geometry *g, size_t p, size_t q) {
    return taps(p, g->r, g->u, g->pad_h, g->x.h) * taps(q, g->s, g->v, g->pad_w, g->x.w) * g->x.c;
}

static double convolution_forward(const geometry *g) {
    double rows = 0, columns = 0;
    for (size_t p = 0; p < g->y.h; p++)
        rows += (double)taps(p, g->r, g->u, g->pad_h, g->x.h);
    for (size_t q = 0; q < g->y.w; q++)
        columns += (double)taps(q, g->s, g->v, g->pad_w, g->x.w);
    return rows * columns * (double)g->x.c * (double)g->y.c;
}

double needed_forward(const cnn_network *network, const block *block) {
    const layer *layer = &network->layers[block->first];
    if (!layer->weights)
        return 0;
    return layer->flat ? (double)layer->weights : convolution_forward(&block->geometry);
}

/* Each number of the gradient that is alive meets the inputs of its place. Behind a pool that place
 * is the winner. */
static double convolution_backward(const geometry *g, bool relu, const tensors *t, size_t image) {
    const extent e = g->pool ? g->pool->y : g->y;
    const size_t values = extent_size(e);
    double sum = 0;
    for (size_t i = image * values; i < (image + 1) * values; i++) {
        if (t->dy[i] == 0 || (relu && t->y[i] <= 0))
            continue;
        const size_t place = g->pool ? (size_t)t->winners[i] : (i - image * values) / e.c;
        sum += (double)inputs_at(g, place / g->y.w, place % g->y.w);
    }
    return sum;
}

static double dense_backward(const layer *layer, const tensors *t, size_t image) {
    const size_t outputs = layer->geometry.y.c;
    const float *dy = (t->dz ? t->dz : t->dy) + image * outputs;
    size_t alive = 0;
    for (size_t k = 0; k < outputs; k++)
        alive += dy[k] != 0;
    return (double)alive * (double)(layer->weights / outputs);
}

double needed_backward(const cnn_network *network, const block *block, const tensors *t,
                       size_t image) {
    const layer *layer = &network->layers[block->first];
    if (!layer->weights)
        return 0;
    return layer->flat
               ? dense_backward(layer, t, image)
               : convolution_backward(&block->geometry, block->last > block->first, t, image);
}
