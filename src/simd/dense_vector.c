/* The dense layer, alone and fused with ReLU, with the sums of src/ops/dense.c in vectors, as
 * matrix products. */
#include "matrix_product.h"
#include "memory.h"
#include "transpose.h"

static size_t dense_inputs(const layer_shape *g) {
    return g->x.h * g->x.w * g->x.c;
}

/* STRIP: rows of w processed per cache-resident strip, one partial sum in the forward pass. CHUNK:
 * images that share each reading of w. */
enum { STRIP = DENSE_PARTIAL, CHUNK = 32 };

/* This call's split of `size` outputs or inputs, in complete vectors. */
static range split_dense(const op_args *t, size_t size) {
    const size_t vectors = (size + LANES - 1) / LANES;
    const range part = split_range(t, vectors);
    return (range){part.first * LANES < size ? part.first * LANES : size,
                   part.last * LANES < size ? part.last * LANES : size};
}

/* Prefetches columns k of rows c, the next strip of w, while the current one is processed: weights
 * come from distant memory, in rows that hardware prefetchers predict badly. */
static void fetch_strip(const layer_shape *g, const float *w, range c, range k) {
    for (; c.first < c.last; c.first++)
        for (size_t i = k.first; i < k.last; i += 16)
            __builtin_prefetch(w + c.first * g->y.c + i);
}

static range strip_of(range c, size_t first) {
    return (range){first, c.last - first < STRIP ? c.last : first + STRIP};
}

static void forward_chunk(const layer_shape *g, const op_args *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c, rows = images.last - images.first;
    const range k = split_dense(t, K), all = {0, C};
    const float *x = t->x + images.first * C;
    float *y = t->y + images.first * K;
    for (size_t n = 0; n < rows; n++)
        for (size_t i = k.first; i < k.last; i++)
            y[n * K + i] = t->b ? t->b[i] : 0;
    for (size_t c = 0; c < C && k.first < k.last; c += STRIP) {
        const size_t count = C - c < STRIP ? C - c : STRIP;
        if (C - c > STRIP)
            fetch_strip(g, t->w, strip_of(all, c + STRIP), k);
        const matrix a = {.first = x + c, .rows = rows, .row = C, .count = count, .step = 1};
        add_partial((product){.a = a,
                              .m = t->w + c * K + k.first,
                              .width = k.last - k.first,
                              .m_row = K,
                              .y = y + k.first,
                              .y_row = K});
    }
}

static size_t partial_count(const layer_shape *g) {
    return (dense_inputs(g) + STRIP - 1) / STRIP;
}

static size_t dense_vector_partial_sums(const layer_shape *g) {
    return partial_count(g) * g->y.c;
}

/* Computes partial_sums[strip of inputs][n][k] for the strips of this split. */
static void dense_vector_forward_partial(const layer_shape *g, const op_args *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c;
    const range strips = split_range(t, partial_count(g));
    const range own = {strips.first * STRIP, strips.last * STRIP < C ? strips.last * STRIP : C};
    float *partial = t->partial_sums + (strips.first * t->n + images.first) * K;
    for (size_t c = own.first; c < own.last; c += STRIP, partial += t->n * K) {
        if (own.last - c > STRIP)
            fetch_strip(g, t->w, strip_of(own, c + STRIP), (range){0, K});
        const matrix a = {.first = t->x + images.first * C + c,
                          .rows = images.last - images.first,
                          .row = C,
                          .count = strip_of(own, c).last - c,
                          .step = 1};
        set_products(
            (product){.a = a, .m = t->w + c * K, .width = K, .m_row = K, .y = partial, .y_row = K});
    }
}

static void dense_vector_forward_combine(const layer_shape *g, const op_args *t, range images) {
    const size_t K = g->y.c, strips = partial_count(g);
    const range k = split_dense(t, K);
    for (size_t n = images.first; n < images.last; n++) {
        float *y = t->y + n * K;
        const float *partial = t->partial_sums + n * K;
        for (size_t i = k.first; i < k.last; i++)
            y[i] = t->b ? t->b[i] : 0;
        for (size_t strip = 0; strip < strips; strip++, partial += t->n * K)
            for (size_t i = k.first; i < k.last; i++)
                y[i] += partial[i];
    }
}

/* The chunk of images that starts at `first`. */
static range chunk_of(range images, size_t first) {
    return (range){first, images.last - first < CHUNK ? images.last : first + CHUNK};
}

static void dense_vector_forward(const layer_shape *g, const op_args *t, range images) {
    for (size_t n = images.first; n < images.last; n += CHUNK)
        forward_chunk(g, t, chunk_of(images, n));
}

/* Applies the fused ReLU to outputs that were just written. */
static void rectify(const layer_shape *g, const op_args *t, range images) {
    const range k = split_dense(t, g->y.c);
    for (size_t n = images.first; n < images.last; n++) {
        float *y = t->y + n * g->y.c;
        for (size_t i = k.first; i < k.last; i++)
            y[i] = (y[i] < 0 ? 0 : y[i]) + 0;
    }
}

static void dense_block_forward(const layer_shape *g, const op_args *t, range images) {
    dense_vector_forward(g, t, images);
    rectify(g, t, images);
}

static void dense_block_forward_sum(const layer_shape *g, const op_args *t, range images) {
    dense_vector_forward_combine(g, t, images);
    rectify(g, t, images);
}

/* dz: dy where the ReLU passed its input; y is above 0 exactly there. */
static void dense_block_backward_output(const layer_shape *g, const op_args *t, range images) {
    const float *restrict y = t->y, *restrict dy = t->dy;
    float *restrict dz = t->dz;
    for (size_t i = images.first * g->y.c; i < images.last * g->y.c; i++)
        dz[i] = y[i] <= 0 ? 0 : dy[i];
}

/* The gradient of the layer's sums, before the activation if one is fused. */
static const float *gradient_of_sums(const op_args *t) {
    return t->dz ? t->dz : t->dy;
}

/* dy[k][n] and a strip of dx[c][n] for a chunk of images; or a transposed strip of w. */
static size_t dense_vector_scratch(const layer_shape *g) {
    return size_product(g->y.c + STRIP, CHUNK);
}

/* Lanes run along images, since sums run along k, in which w is contiguous. */
static void backward_chunk(const layer_shape *g, const op_args *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c, count = images.last - images.first;
    const size_t width = (count + LANES - 1) / LANES * LANES;
    const range own = split_dense(t, C);
    float *dy = t->scratch, *strip = dy + K * width, *dx = t->dx + images.first * C;
    memset(dy, 0, K * width * sizeof *dy);
    transpose(gradient_of_sums(t) + images.first * K, K, count, K, dy, width);
    for (size_t c = own.first; c < own.last; c += STRIP) {
        const size_t rows = own.last - c < STRIP ? own.last - c : STRIP;
        if (own.last - c > STRIP)
            fetch_strip(g, t->w, strip_of(own, c + STRIP), (range){0, K});
        const matrix w = {.first = t->w + c * K, .rows = rows, .row = K, .count = K, .step = 1};
        set_products(
            (product){.a = w, .m = dy, .width = width, .m_row = width, .y = strip, .y_row = width});
        transpose(strip, width, rows, count, dx + c, C);
    }
}

/* Few images would leave lanes idle: w is transposed instead, so that lanes run along c. */
static void backward_small_batch(const layer_shape *g, const op_args *t, range images) {
    const size_t C = dense_inputs(g), K = g->y.c;
    const range own = split_dense(t, C);
    const matrix dy = {.first = gradient_of_sums(t) + images.first * K,
                       .rows = images.last - images.first,
                       .row = K,
                       .count = K,
                       .step = 1};
    for (size_t c = own.first; c < own.last; c += STRIP) {
        const size_t width = own.last - c < STRIP ? own.last - c : STRIP;
        if (own.last - c > STRIP)
            fetch_strip(g, t->w, strip_of(own, c + STRIP), (range){0, K});
        transpose(t->w + c * K, K, width, K, t->scratch, STRIP);
        set_products((product){.a = dy,
                               .m = t->scratch,
                               .width = width,
                               .m_row = STRIP,
                               .y = t->dx + images.first * C + c,
                               .y_row = C});
    }
}

static void dense_vector_backward_input(const layer_shape *g, const op_args *t, range images) {
    for (size_t n = images.first; n < images.last; n += CHUNK) {
        const range chunk = chunk_of(images, n);
        if (chunk.last - chunk.first <= LANES * 3 / 4)
            backward_small_batch(g, t, chunk);
        else
            backward_chunk(g, t, chunk);
    }
}

static void dense_vector_backward_weights(const layer_shape *g, const op_args *t, range rows) {
    const size_t C = dense_inputs(g), K = g->y.c;
    const float *dy = gradient_of_sums(t);
    const matrix x = {.first = t->x + rows.first,
                      .rows = rows.last - rows.first,
                      .row = 1,
                      .count = t->n,
                      .step = C};
    set_products((product){
        .a = x, .m = dy, .width = K, .m_row = K, .y = t->dw + rows.first * K, .y_row = K});
    if (!t->db || rows.first)
        return;
    memset(t->db, 0, K * sizeof *t->db);
    for (size_t n = 0; n < t->n; n++)
        for (size_t k = 0; k < K; k++)
            t->db[k] += dy[n * K + k];
}
