/* Convolution with the sums of src/ops/conv2d.c in vectors, alone and as a block with the ReLU and
 * the pool behind it. Each image is set in zeros first; forward it then goes row by row
 * (conv_forward.h), backward by what is alive of its gradient (conv_sparse.h) or, where that is
 * most of it, by products of matrices (conv_dense.h); kernel rows too short for either have a way
 * of their own (conv_taps.h). */
#include "conv_dense.h"
#include "conv_forward.h"
#include "conv_planes.h"
#include "conv_sparse.h"
#include "conv_taps.h"

static const float *image_x(const geometry *g, const tensors *t, size_t n) {
    return t->x + n * g->x.h * g->x.w * g->x.c;
}

static void conv2d_vector_forward(const geometry *g, const tensors *t, range images) {
    conv_space s = conv_space_in(g, t);
    const size_t size = g->y.h * g->y.w * g->y.c;
    slice_forward(g, t, &s);
    const range rows = rows_of_windows(g, s.windows);
    conv_frame(g, &s);
    for (size_t n = images.first; n < images.last; n++) {
        conv_set(g, image_x(g, t, n), rows, &s);
        conv_image(g, t, &s, t->y + n * size);
    }
}

static void conv_block_forward(const geometry *g, const tensors *t, range images) {
    conv_space s = conv_space_in(g, t);
    slice_forward(g, t, &s);
    const range rows = rows_of_windows(g, s.windows);
    conv_frame(g, &s);
    for (size_t n = images.first; n < images.last; n++) {
        conv_set(g, image_x(g, t, n), rows, &s);
        block_image(g, t, &s, n);
    }
}

/* The gradient place by place; behind a ReLU or a pool it has to be written out. */
static const float *every_place(const gradient *d, const conv_space *s) {
    if (!d->y)
        return d->dy;
    write_out(d, s);
    return s->dy;
}

/* `turned` is what s->turned holds, so that images of one kind share the turning. */
enum turned { NOTHING, TURNED, SWAPPED };

static enum turned input_image(const geometry *g, const tensors *t, const gradient *d,
                               const conv_space *s, enum turned turned) {
    const enum turned wanted = sparse_for_input(g, d, s) ? TURNED : SWAPPED;
    if (wanted == TURNED && turned != TURNED)
        conv_turn(g, s, (range){0, g->y.c}, t->w);
    if (wanted == SWAPPED && turned != SWAPPED)
        swap_channels(g, s, t->w);
    conv_clear(s);
    if (wanted == TURNED)
        sparse_input(g, d, s);
    else
        dense_input(g, every_place(d, s), s);
    return wanted;
}

static void backward_input(const geometry *g, const tensors *t, range images, bool block) {
    conv_space s = conv_space_in(g, t);
    enum turned turned = NOTHING;
    const bool suit = planes_suit(g);
    const conv_planes planes = suit ? planes_in(g, t) : (conv_planes){0};
    for (size_t n = images.first; n < images.last; n++) {
        const gradient d = gradient_of(g, t, n, block);
        float *dx = t->dx + n * g->x.h * g->x.w * g->x.c;
        if (suit && planes_for_input(g, &d, &s)) {
            planes_input(g, every_place(&d, &s), t->w, &s, &planes, dx);
            continue;
        }
        if (conv_bare(g, &s))
            s.image = dx;
        turned = input_image(g, t, &d, &s, turned);
        if (s.image != dx)
            conv_take(g, &s, dx);
    }
}

/* db comes along where that is for nothing. */
static void weights_image(const geometry *g, const tensors *t, const gradient *d,
                          const conv_space *s, bool sparse) {
    if (sparse) {
        sparse_weights(g, d, s, t->db);
    } else if (s->run < ROWS_LEAST) {
        taps_weights(g, d, s, t->dw, t->db);
    } else {
        dense_weights(g, every_place(d, s), s, t->dw);
        if (t->db && s->kernel_rows.first == 0)
            add_bias(d, s->channels, t->db);
    }
}

static void clear_weights(const geometry *g, const tensors *t, const conv_space *s) {
    const size_t K = g->y.c, first = s->channels.first;
    const size_t bytes = (s->channels.last - first) * sizeof(float);
    for (size_t i = s->kernel_rows.first * s->run; i < s->kernel_rows.last * s->run; i++)
        memset(t->dw + i * K + first, 0, bytes);
    if (t->db && s->kernel_rows.first == 0)
        memset(t->db + first, 0, bytes);
}

/* dw is kept in s->turned while images go by what is alive, in t->dw while they do not: a sum goes
 * on where it stood. */
static void backward_weights(const geometry *g, const tensors *t, range images, bool block) {
    conv_space s = conv_space_in(g, t);
    bool turned = false;
    slice_weights(g, t, &s);
    if (s.kernel_rows.first == s.kernel_rows.last)
        return;
    conv_frame(g, &s);
    find_spots(g, &s);
    clear_weights(g, t, &s);
    for (size_t n = images.first; n < images.last; n++) {
        const gradient d = gradient_of(g, t, n, block);
        const bool sparse = sparse_for_weights(&d, &s);
        if (sparse && !turned)
            conv_turn(g, &s, s.channels, t->dw);
        if (!sparse && turned)
            conv_turn_back(g, &s, s.channels, t->dw);
        turned = sparse;
        conv_set(g, image_x(g, t, n), (range){0, g->x.h}, &s);
        weights_image(g, t, &d, &s, sparse);
    }
    if (turned)
        conv_turn_back(g, &s, s.channels, t->dw);
}

static void conv2d_vector_backward_input(const geometry *g, const tensors *t, range images) {
    backward_input(g, t, images, false);
}

static void conv2d_vector_backward_weights(const geometry *g, const tensors *t, range images) {
    backward_weights(g, t, images, false);
}

static void conv_block_backward_input(const geometry *g, const tensors *t, range images) {
    backward_input(g, t, images, true);
}

static void conv_block_backward_weights(const geometry *g, const tensors *t, range images) {
    backward_weights(g, t, images, true);
}
