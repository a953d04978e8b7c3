/* Vector convolution with the sums of src/ops/conv2d.c, alone and fused with the ReLU and the pool
 * after it. Each image is first copied into its padding. The forward pass works row by row
 * (conv_forward.h). The backward pass sums over the non-zero elements of the gradient
 * (conv_sparse.h) or, if most are non-zero, uses matrix products (conv_dense.h); kernel rows too
 * short for either have their own path (conv_taps.h). */
#include "conv_dense.h"
#include "conv_forward.h"
#include "conv_planes.h"
#include "conv_sparse.h"
#include "conv_taps.h"

static const float *image_x(const layer_shape *g, const op_args *t, size_t n) {
    return t->x + n * g->x.h * g->x.w * g->x.c;
}

static void conv2d_vector_forward(const layer_shape *g, const op_args *t, range images) {
    conv_space s = conv_space_in(g, t);
    const size_t size = g->y.h * g->y.w * g->y.c;
    split_forward(g, t, &s);
    const range rows = rows_of_windows(g, s.windows);
    conv_frame(g, &s);
    for (size_t n = images.first; n < images.last; n++) {
        conv_set(g, image_x(g, t, n), rows, &s);
        conv_image(g, t, &s, t->y + n * size);
    }
}

static void conv_block_forward(const layer_shape *g, const op_args *t, range images) {
    conv_space s = conv_space_in(g, t);
    split_forward(g, t, &s);
    const range rows = rows_of_windows(g, s.windows);
    conv_frame(g, &s);
    for (size_t n = images.first; n < images.last; n++) {
        conv_set(g, image_x(g, t, n), rows, &s);
        block_image(g, t, &s, n);
    }
}

/* The gradient [p][q][k] of every position; after a ReLU or a pool it has to be written out. */
static const float *every_position(const gradient *d, const conv_space *s) {
    if (!d->y)
        return d->dy;
    write_out(d, s);
    return s->dy;
}

/* What s->transposed holds, so that consecutive images on the same path transpose only once. */
enum transposed { NOTHING, TRANSPOSED, SWAPPED };

static enum transposed input_image(const layer_shape *g, const op_args *t, const gradient *d,
                                   const conv_space *s, enum transposed transposed) {
    const enum transposed wanted = sparse_for_input(g, d, s) ? TRANSPOSED : SWAPPED;
    if (wanted == TRANSPOSED && transposed != TRANSPOSED)
        transpose_kernel(g, s, (range){0, g->y.c}, t->w);
    if (wanted == SWAPPED && transposed != SWAPPED)
        swap_channels(g, s, t->w);
    conv_clear(s);
    if (wanted == TRANSPOSED)
        sparse_input(g, d, s);
    else
        dense_input(g, every_position(d, s), s);
    return wanted;
}

static void backward_input(const layer_shape *g, const op_args *t, range images, bool block) {
    conv_space s = conv_space_in(g, t);
    enum transposed transposed = NOTHING;
    const bool suit = planes_suit(g);
    const conv_planes planes = suit ? planes_in(g, t) : (conv_planes){0};
    for (size_t n = images.first; n < images.last; n++) {
        const gradient d = gradient_of(g, t, n, block);
        float *dx = t->dx + n * g->x.h * g->x.w * g->x.c;
        if (suit && planes_for_input(g, &d, &s)) {
            planes_input(g, every_position(&d, &s), t->w, &s, &planes, dx);
            continue;
        }
        if (conv_bare(g, &s))
            s.image = dx;
        transposed = input_image(g, t, &d, &s, transposed);
        if (s.image != dx)
            conv_take(g, &s, dx);
    }
}

/* db is computed here where it is free. */
static void weights_image(const layer_shape *g, const op_args *t, const gradient *d,
                          const conv_space *s, bool sparse) {
    if (sparse) {
        sparse_weights(g, d, s, t->db);
    } else if (s->run < ROWS_MIN) {
        taps_weights(g, d, s, t->dw, t->db);
    } else {
        dense_weights(g, every_position(d, s), s, t->dw);
        if (t->db && s->kernel_rows.first == 0)
            add_bias(d, s->channels, t->db);
    }
}

static void clear_weights(const layer_shape *g, const op_args *t, const conv_space *s) {
    const size_t K = g->y.c, first = s->channels.first;
    const size_t bytes = (s->channels.last - first) * sizeof(float);
    for (size_t i = s->kernel_rows.first * s->run; i < s->kernel_rows.last * s->run; i++)
        memset(t->dw + i * K + first, 0, bytes);
    if (t->db && s->kernel_rows.first == 0)
        memset(t->db + first, 0, bytes);
}

/* dw lives in s->transposed on the sparse path and in t->dw otherwise; it is converted when the
 * path changes, so that accumulation continues. */
static void backward_weights(const layer_shape *g, const op_args *t, range images, bool block) {
    conv_space s = conv_space_in(g, t);
    bool transposed = false;
    split_weights(g, t, &s);
    if (s.kernel_rows.first == s.kernel_rows.last)
        return;
    conv_frame(g, &s);
    find_spots(g, &s);
    clear_weights(g, t, &s);
    for (size_t n = images.first; n < images.last; n++) {
        const gradient d = gradient_of(g, t, n, block);
        const bool sparse = sparse_for_weights(&d, &s);
        if (sparse && !transposed)
            transpose_kernel(g, &s, s.channels, t->dw);
        if (!sparse && transposed)
            transpose_kernel_back(g, &s, s.channels, t->dw);
        transposed = sparse;
        conv_set(g, image_x(g, t, n), (range){0, g->x.h}, &s);
        weights_image(g, t, &d, &s, sparse);
    }
    if (transposed)
        transpose_kernel_back(g, &s, s.channels, t->dw);
}

static void conv2d_vector_backward_input(const layer_shape *g, const op_args *t, range images) {
    backward_input(g, t, images, false);
}

static void conv2d_vector_backward_weights(const layer_shape *g, const op_args *t, range images) {
    backward_weights(g, t, images, false);
}

static void conv_block_backward_input(const layer_shape *g, const op_args *t, range images) {
    backward_input(g, t, images, true);
}

static void conv_block_backward_weights(const layer_shape *g, const op_args *t, range images) {
    backward_weights(g, t, images, true);
}
