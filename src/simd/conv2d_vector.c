/* Convolution with the sums of src/ops/conv2d.c in vectors.
 *
 * Forward, a row of the kernel at a time, is a product of matrices: the columns where the whole row
 * lies inside the image side by side; the few at the edges by rows, so that they too come in
 * numbers.
 *
 * Backward, most of dy is zero where a pool or ReLU follows: of a 2x2 pool's four inputs one has a
 * gradient. So the numbers of each pixel that are not zero are listed once, and dx and dw are sums
 * over the lists, with lanes along c. Leaving out a + 0 w changes nothing. Where more than half of
 * them are not zero, or channels are fewer than lanes, products of matrices are the shorter way. */
#include "matrix_product.h"
#include "window.h"

#include <stdbool.h>

static void conv2d_fill_bias(const geometry *g, const float *b, float *image) {
    const size_t K = g->y.c, bytes = K * sizeof(float);
    for (size_t pixel = 0; pixel < g->y.h * g->y.w; pixel++)
        if (b)
            memcpy(image + pixel * K, b, bytes);
        else
            memset(image + pixel * K, 0, bytes);
}

/* One row r of the kernel, for the output columns q to q + alike - 1, which have the same columns s
 * of the kernel inside. The longer side of the outputs is the one that runs in registers. */
static void forward_columns(const geometry *g, const float *x, const float *w_row, float *y,
                            range p, size_t pr, size_t q, size_t alike, range s) {
    const size_t C = g->x.c, K = g->y.c, x_row = g->x.w * C, y_row = g->y.w * K;
    const float *w = w_row + s.first * C * K;
    const float *inputs = x + pr * x_row + (q * g->v + s.first - g->pad_w) * C;
    const matrix whole = {inputs, 0, 0, (s.last - s.first) * C, 1};
    float *outputs = y + p.first * y_row + q * K;
    const size_t rows = p.last - p.first;
    if (alike >= rows || alike >= ROWS)
        for (size_t i = 0; i < rows; i++) {
            const matrix a = {inputs + i * g->u * x_row, alike, g->v * C, whole.count, 1};
            add_products(a, w, K, outputs + i * y_row, K);
        }
    else
        for (size_t j = 0; j < alike; j++) {
            const matrix a = {inputs + j * g->v * C, rows, g->u * x_row, whole.count, 1};
            add_products(a, w, K, outputs + j * K, y_row);
        }
}

static void conv2d_vector_forward(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t n = images.first; n < images.last; n++) {
        const float *x = t->x + n * g->x.h * g->x.w * C;
        float *y = t->y + n * g->y.h * g->y.w * K;
        conv2d_fill_bias(g, t->b, y);
        for (size_t r = 0; r < g->r; r++) {
            const range p = rows_inside(g, r);
            const size_t first_row = p.first * g->u + r - g->pad_h;
            for (size_t q = 0, alike; q < g->y.w && p.first < p.last; q += alike) {
                const range s = kernel_inside(g, q);
                alike = columns_alike(g, q, s);
                if (s.first < s.last)
                    forward_columns(g, x, t->w + r * g->s * C * K, y, p, first_row, q, alike, s);
            }
        }
    }
}

/* What of one image's dy is not zero: of pixel i the channels k[start[i]] to k[start[i + 1] - 1]
 * with their values, in rising order. */
typedef struct winners_list {
    uint32_t *start, *k;
    float *value;
} winners_list;

/* Scratch: w or dw turned round [r][s][k][c], then the list. */
static size_t conv2d_vector_scratch(const geometry *g) {
    const size_t pixels = g->y.h * g->y.w;
    return g->r * g->s * g->x.c * g->y.c + 2 * pixels * g->y.c + pixels + 1;
}

static winners_list list_in(const geometry *g, float *scratch) {
    const size_t pixels = g->y.h * g->y.w;
    float *free = scratch + g->r * g->s * g->x.c * g->y.c;
    return (winners_list){.start = (uint32_t *)free,
                          .k = (uint32_t *)(free + pixels + 1),
                          .value = free + pixels + 1 + pixels * g->y.c};
}

static void list_image(const geometry *g, const float *dy, winners_list *list) {
    const size_t pixels = g->y.h * g->y.w, K = g->y.c;
    uint32_t count = 0;
    for (size_t i = 0; i < pixels; i++) {
        list->start[i] = count;
        for (size_t k = 0; k < K; k++) {
            list->k[count] = (uint32_t)k;
            list->value[count] = dy[i * K + k];
            count += dy[i * K + k] != 0;
        }
    }
    list->start[pixels] = count;
}

/* Are lists the shorter way for these images? */
static bool sparse(const geometry *g, const float *dy, range images) {
    const size_t size = g->y.h * g->y.w * g->y.c, numbers = (images.last - images.first) * size;
    size_t zeros = 0;
    for (size_t i = images.first * size; i < images.last * size; i++)
        zeros += dy[i] == 0;
    return g->x.c >= LANES && 2 * zeros >= numbers;
}

static void turn_round(const geometry *g, const float *w, float *turned) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t place = 0; place < g->r * g->s; place++)
        for (size_t k = 0; k < K; k++)
            for (size_t c = 0; c < C; c++)
                turned[(place * K + k) * C + c] = w[(place * C + c) * K + k];
}

/* dx[c] += value w[k][c] over one pixel's list, for `vectors` vectors of channels. */
ALWAYS_INLINE void gather_block(size_t vectors, const winners_list *list, uint32_t first,
                                uint32_t last, const float *w, size_t C, float *dx) {
    vector sum[4];
    for (size_t l = 0; l < vectors; l++)
        sum[l] = load(dx + l * LANES);
    for (uint32_t i = first; i < last; i++)
        for (size_t l = 0; l < vectors; l++)
            sum[l] = multiply_add(list->value[i], load(w + list->k[i] * C + l * LANES), sum[l]);
    for (size_t l = 0; l < vectors; l++)
        store(dx + l * LANES, sum[l]);
}

static void gather(const winners_list *list, size_t pixel, const float *w, size_t C, float *dx) {
    const uint32_t first = list->start[pixel], last = list->start[pixel + 1];
    size_t c = 0;
    if (first == last)
        return;
    for (; C - c >= 4 * LANES; c += 4 * LANES)
        gather_block(4, list, first, last, w + c, C, dx + c);
    for (; C - c >= 2 * LANES; c += 2 * LANES)
        gather_block(2, list, first, last, w + c, C, dx + c);
    for (; C - c >= LANES; c += LANES)
        gather_block(1, list, first, last, w + c, C, dx + c);
    for (; c < C; c++)
        for (uint32_t i = first; i < last; i++)
            dx[c] = __builtin_fmaf(list->value[i], w[list->k[i] * C + c], dx[c]);
}

/* Row r of the kernel against output row p. */
static void backward_input_row(const geometry *g, const float *dy_row, const winners_list *list,
                               size_t p, const float *w_row, float *dx_row) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t s = 0; s < g->s; s++) {
        const range q = columns_inside(g, s);
        const float *w = w_row + s * K * C;
        float *dx = dx_row + (q.first * g->v + s - g->pad_w) * C;
        if (list)
            for (size_t i = q.first; i < q.last; i++, dx += g->v * C)
                gather(list, p * g->y.w + i, w, C, dx);
        else if (q.first < q.last)
            add_products((matrix){dy_row + q.first * K, q.last - q.first, K, K, 1}, w, C, dx,
                         g->v * C);
    }
}

static void conv2d_vector_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t C = g->x.c, K = g->y.c, x_size = g->x.h * g->x.w * C;
    winners_list list = list_in(g, t->scratch);
    const bool listed = sparse(g, t->dy, images);
    turn_round(g, t->w, t->scratch);
    memset(t->dx + images.first * x_size, 0, (images.last - images.first) * x_size * sizeof(float));
    for (size_t n = images.first; n < images.last; n++) {
        const float *dy = t->dy + n * g->y.h * g->y.w * K;
        if (listed)
            list_image(g, dy, &list);
        for (size_t r = 0; r < g->r; r++) {
            const range p = rows_inside(g, r);
            for (size_t i = p.first; i < p.last; i++)
                backward_input_row(g, dy + i * g->y.w * K, listed ? &list : NULL, i,
                                   t->scratch + r * g->s * K * C,
                                   t->dx + n * x_size + (i * g->u + r - g->pad_h) * g->x.w * C);
        }
    }
}

/* dw[k][c] += value x[c] over one pixel's list. */
static void scatter(const winners_list *list, size_t pixel, const float *x, size_t C, float *dw) {
    const uint32_t first = list->start[pixel], last = list->start[pixel + 1];
    size_t c = 0;
    for (; C - c >= 2 * LANES; c += 2 * LANES) {
        const vector x0 = load(x + c), x1 = load(x + c + LANES);
        for (uint32_t i = first; i < last; i++) {
            float *to = dw + list->k[i] * C + c;
            store(to, multiply_add(list->value[i], x0, load(to)));
            store(to + LANES, multiply_add(list->value[i], x1, load(to + LANES)));
        }
    }
    for (; C - c >= LANES; c += LANES)
        for (uint32_t i = first; i < last; i++) {
            float *to = dw + list->k[i] * C + c;
            store(to, multiply_add(list->value[i], load(x + c), load(to)));
        }
    for (; c < C; c++)
        for (uint32_t i = first; i < last; i++)
            dw[list->k[i] * C + c] = __builtin_fmaf(list->value[i], x[c], dw[list->k[i] * C + c]);
}

static void backward_weights_listed(const geometry *g, const float *x, const winners_list *list,
                                    float *dw) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++) {
            const range s = kernel_inside(g, q);
            for (size_t r = 0; r < g->r; r++) {
                const size_t h = p * g->u + r;
                if (h < g->pad_h || h - g->pad_h >= g->x.h)
                    continue;
                for (size_t i = s.first; i < s.last; i++)
                    scatter(list, p * g->y.w + q,
                            x + ((h - g->pad_h) * g->x.w + q * g->v + i - g->pad_w) * C, C,
                            dw + (r * g->s + i) * K * C);
            }
        }
}

static void turn_back(const geometry *g, const float *turned, float *dw) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t place = 0; place < g->r * g->s; place++)
        for (size_t c = 0; c < C; c++)
            for (size_t k = 0; k < K; k++)
                dw[(place * C + c) * K + k] = turned[(place * K + k) * C + c];
}

/* The weights of a whole row of the kernel are the rows of one product: s and c run through memory
 * side by side in x and in w. */
static void backward_weights_rows(const geometry *g, const float *x, const float *dy, float *dw) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t r = 0; r < g->r; r++) {
        const range p = rows_inside(g, r);
        for (size_t i = p.first; i < p.last; i++)
            for (size_t q = 0, alike; q < g->y.w; q += alike) {
                const range s = kernel_inside(g, q);
                alike = columns_alike(g, q, s);
                if (s.first == s.last)
                    continue;
                const size_t h = i * g->u + r - g->pad_h, w = q * g->v + s.first - g->pad_w;
                add_products(
                    (matrix){x + (h * g->x.w + w) * C, (s.last - s.first) * C, 1, alike, g->v * C},
                    dy + (i * g->y.w + q) * K, K, dw + (r * g->s + s.first) * C * K, K);
            }
    }
}

static void backward_bias(const geometry *g, const tensors *t, range images) {
    const size_t pixels = g->y.h * g->y.w, K = g->y.c;
    memset(t->db, 0, K * sizeof *t->db);
    for (size_t pixel = images.first * pixels; pixel < images.last * pixels; pixel++)
        for (size_t k = 0; k < K; k++)
            t->db[k] += t->dy[pixel * K + k];
}

static void conv2d_vector_backward_weights(const geometry *g, const tensors *t, range images) {
    const size_t size = g->r * g->s * g->x.c * g->y.c;
    const bool listed = sparse(g, t->dy, images);
    winners_list list = list_in(g, t->scratch);
    float *dw = listed ? t->scratch : t->dw;
    memset(dw, 0, size * sizeof *dw);
    for (size_t n = images.first; n < images.last; n++) {
        const float *x = t->x + n * g->x.h * g->x.w * g->x.c;
        const float *dy = t->dy + n * g->y.h * g->y.w * g->y.c;
        if (listed) {
            list_image(g, dy, &list);
            backward_weights_listed(g, x, &list, dw);
        } else {
            backward_weights_rows(g, x, dy, dw);
        }
    }
    if (listed)
        turn_back(g, dw, t->dw);
    if (t->db)
        backward_bias(g, t, images);
}
