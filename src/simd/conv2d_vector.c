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
    const range whole = columns_whole(g);
    for (size_t n = images.first; n < images.last; n++) {
        const float *x = t->x + n * g->x.h * g->x.w * C;
        float *y = t->y + n * g->y.h * g->y.w * K;
        conv2d_fill_bias(g, t->b, y);
        for (size_t r = 0; r < g->r; r++) {
            const range p = rows_inside(g, r);
            const size_t first_row = p.first * g->u + r - g->pad_h;
            for (size_t q = 0, alike; q < g->y.w && p.first < p.last; q += alike) {
                const range s = kernel_inside(g, q);
                alike = columns_alike(whole, q);
                if (s.first < s.last)
                    forward_columns(g, x, t->w + r * g->s * C * K, y, p, first_row, q, alike, s);
            }
        }
    }
}

/* What of one image's dy is not zero: of pixel i the channels k[start[i]] to k[start[i + 1] - 1]
 * with their values, in rising order. */
typedef struct nonzero_list {
    uint32_t *start, *k;
    float *value;
} nonzero_list;

/* Scratch: w or dw turned round [k][r][s][c], then the list. */
static size_t conv2d_vector_scratch(const geometry *g, size_t images) {
    (void)images;
    const size_t pixels = g->y.h * g->y.w;
    return g->r * g->s * g->x.c * g->y.c + 2 * pixels * g->y.c + pixels + 3;
}

static nonzero_list list_in(const geometry *g, float *scratch) {
    const size_t pixels = g->y.h * g->y.w;
    float *free = scratch + g->r * g->s * g->x.c * g->y.c;
    return (nonzero_list){.start = (uint32_t *)free,
                          .k = (uint32_t *)(free + pixels + 1),
                          .value = free + pixels + 2 + pixels * g->y.c};
}

/* Every number is written where the next one belongs; only those that are not zero stay. */
static void list_image(const geometry *g, const float *restrict dy, nonzero_list *list) {
    const size_t pixels = g->y.h * g->y.w, K = g->y.c;
    uint32_t *restrict channels = list->k, count = 0;
    float *restrict values = list->value;
    for (size_t i = 0; i < pixels; i++, dy += K) {
        list->start[i] = count;
        for (uint32_t k = 0; k < K; k++) {
            channels[count] = k;
            values[count] = dy[k];
            count += dy[k] != 0;
        }
    }
    list->start[pixels] = count;
}

/* Are lists the shorter way for these images? */
static bool sparse(const geometry *g, const float *dy, range images) {
    const size_t size = g->y.h * g->y.w * g->y.c, numbers = (images.last - images.first) * size;
    uint32_t zeros = 0;
    if (g->x.c < LANES)
        return false;
    for (size_t i = images.first * size; i < images.last * size; i++)
        zeros += dy[i] == 0;
    return 2 * (size_t)zeros >= numbers;
}

/* w[r][s][c][k] as [k][r][s][c], and back. */
static void turn_round(const geometry *g, const float *w, float *turned) {
    const size_t rows = g->r * g->s * g->x.c, K = g->y.c;
    for (size_t k = 0; k < K; k++)
        for (size_t i = 0; i < rows; i++)
            turned[k * rows + i] = w[i * K + k];
}

static void turn_back(const geometry *g, const float *turned, float *w) {
    const size_t rows = g->r * g->s * g->x.c, K = g->y.c;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < K; k++)
            w[i * K + k] = turned[k * rows + i];
}

/* dx[i] += value w[k][i] over the list of one pixel, for `vectors` vectors of numbers i. */
ALWAYS_INLINE void gather_block(size_t vectors, const nonzero_list *list, size_t pixel,
                                const float *w, size_t w_row, float *dx) {
    vector sum[8];
    for (size_t l = 0; l < vectors; l++)
        sum[l] = load(dx + l * LANES);
    for (uint32_t i = list->start[pixel]; i < list->start[pixel + 1]; i++)
        for (size_t l = 0; l < vectors; l++)
            sum[l] = multiply_add(list->value[i], load(w + list->k[i] * w_row + l * LANES), sum[l]);
    for (size_t l = 0; l < vectors; l++)
        store(dx + l * LANES, sum[l]);
}

/* The same for `count` numbers. */
static void gather(const nonzero_list *list, size_t pixel, const float *w, size_t w_row, float *dx,
                   size_t count) {
    size_t i = 0;
    if (list->start[pixel] == list->start[pixel + 1])
        return;
    for (; count - i >= 6 * LANES; i += 6 * LANES)
        gather_block(6, list, pixel, w + i, w_row, dx + i);
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        gather_block(4, list, pixel, w + i, w_row, dx + i);
    for (; count - i >= LANES; i += LANES)
        gather_block(1, list, pixel, w + i, w_row, dx + i);
    for (; i < count; i++)
        for (uint32_t j = list->start[pixel]; j < list->start[pixel + 1]; j++)
            dx[i] = __builtin_fmaf(list->value[j], w[list->k[j] * w_row + i], dx[i]);
}

/* Row r of the kernel against output row p, by lists: s and c run side by side through dx and w. An
 * input meets its outputs from the right, q falling, as s rises. */
static void backward_input_listed(const geometry *g, const nonzero_list *list, size_t p,
                                  const float *w_row, float *dx_row) {
    const size_t C = g->x.c;
    for (size_t q = g->y.w; q-- > 0;) {
        const range s = kernel_inside(g, q);
        if (s.first < s.last)
            gather(list, p * g->y.w + q, w_row + s.first * C, g->r * g->s * C,
                   dx_row + (q * g->v + s.first - g->pad_w) * C, (s.last - s.first) * C);
    }
}

/* The same as products of matrices, with w_row [s][k][c]. */
static void backward_input_row(const geometry *g, const float *dy_row, const float *w_row,
                               float *dx_row) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t s = 0; s < g->s; s++) {
        const range q = columns_inside(g, s);
        if (q.first < q.last)
            add_products((matrix){dy_row + q.first * K, q.last - q.first, K, K, 1},
                         w_row + s * K * C, C, dx_row + (q.first * g->v + s - g->pad_w) * C,
                         g->v * C);
    }
}

static void backward_input_image(const geometry *g, const float *dy, const nonzero_list *list,
                                 const float *turned, float *dx) {
    const size_t C = g->x.c, K = g->y.c;
    for (size_t r = 0; r < g->r; r++) {
        const range p = rows_inside(g, r);
        for (size_t i = p.first; i < p.last; i++) {
            float *dx_row = dx + (i * g->u + r - g->pad_h) * g->x.w * C;
            if (list)
                backward_input_listed(g, list, i, turned + r * g->s * C, dx_row);
            else
                backward_input_row(g, dy + i * g->y.w * K, turned + r * g->s * K * C, dx_row);
        }
    }
}

/* w[r][s][c][k] as [r][s][k][c]. */
static void swap_channels(const geometry *g, const float *w, float *swapped) {
    const geometry one = {.x = g->x, .y = g->y, .r = 1, .s = 1};
    const size_t size = g->x.c * g->y.c;
    for (size_t place = 0; place < g->r * g->s; place++)
        turn_round(&one, w + place * size, swapped + place * size);
}

static void conv2d_vector_backward_input(const geometry *g, const tensors *t, range images) {
    const size_t x_size = g->x.h * g->x.w * g->x.c, y_size = g->y.h * g->y.w * g->y.c;
    const bool listed = sparse(g, t->dy, images);
    nonzero_list list = list_in(g, t->scratch);
    if (listed)
        turn_round(g, t->w, t->scratch);
    else
        swap_channels(g, t->w, t->scratch);
    memset(t->dx + images.first * x_size, 0, (images.last - images.first) * x_size * sizeof(float));
    for (size_t n = images.first; n < images.last; n++) {
        const float *dy = t->dy + n * y_size;
        if (listed)
            list_image(g, dy, &list);
        backward_input_image(g, dy, listed ? &list : NULL, t->scratch, t->dx + n * x_size);
    }
}

/* dw[k][i] += value x[i] over the list of one pixel, for `vectors` vectors of numbers i. */
ALWAYS_INLINE void scatter_block(size_t vectors, const nonzero_list *list, size_t pixel,
                                 const float *x, float *dw, size_t w_row) {
    const uint32_t *k = list->k + list->start[pixel], *end = list->k + list->start[pixel + 1];
    const float *value = list->value + list->start[pixel];
    vector in[6];
    for (size_t l = 0; l < vectors; l++)
        in[l] = load(x + l * LANES);
    for (; k < end; k++, value++) {
        float *to = dw + *k * w_row;
        const float by = *value;
        for (size_t l = 0; l < vectors; l++)
            store(to + l * LANES, multiply_add(by, in[l], load(to + l * LANES)));
    }
}

/* The same for `count` numbers. */
static void scatter(const nonzero_list *list, size_t pixel, const float *x, float *dw, size_t w_row,
                    size_t count) {
    size_t i = 0;
    for (; count - i >= 6 * LANES; i += 6 * LANES)
        scatter_block(6, list, pixel, x + i, dw + i, w_row);
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        scatter_block(4, list, pixel, x + i, dw + i, w_row);
    for (; count - i >= LANES; i += LANES)
        scatter_block(1, list, pixel, x + i, dw + i, w_row);
    for (; i < count; i++)
        for (uint32_t j = list->start[pixel]; j < list->start[pixel + 1]; j++)
            dw[list->k[j] * w_row + i] =
                __builtin_fmaf(list->value[j], x[i], dw[list->k[j] * w_row + i]);
}

/* Each number of the pixel that is not zero brings the inputs it saw into its channel's weights,
 * dw[k][r][s][c]. */
static void backward_weights_pixel(const geometry *g, const float *x, const nonzero_list *list,
                                   size_t p, size_t q, float *dw) {
    const size_t C = g->x.c, w_row = g->r * g->s * C;
    const range s = kernel_inside(g, q), r = outputs_inside(g->r, g->x.h, 1, p * g->u, g->pad_h);
    for (size_t i = r.first; i < r.last && s.first < s.last; i++) {
        const size_t h = p * g->u + i - g->pad_h, w = q * g->v + s.first - g->pad_w;
        scatter(list, p * g->y.w + q, x + (h * g->x.w + w) * C, dw + (i * g->s + s.first) * C,
                w_row, (s.last - s.first) * C);
    }
}

static void backward_weights_listed(const geometry *g, const float *x, const nonzero_list *list,
                                    float *dw) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++)
            if (list->start[p * g->y.w + q] < list->start[p * g->y.w + q + 1])
                backward_weights_pixel(g, x, list, p, q, dw);
}

/* The weights of a whole row of the kernel are the rows of one product: s and c run through memory
 * side by side in x and in w. */
static void backward_weights_rows(const geometry *g, const float *x, const float *dy, float *dw) {
    const size_t C = g->x.c, K = g->y.c;
    const range whole = columns_whole(g);
    for (size_t r = 0; r < g->r; r++) {
        const range p = rows_inside(g, r);
        for (size_t i = p.first; i < p.last; i++)
            for (size_t q = 0, alike; q < g->y.w; q += alike) {
                const range s = kernel_inside(g, q);
                alike = columns_alike(whole, q);
                if (s.first == s.last)
                    continue;
                const size_t h = i * g->u + r - g->pad_h, w = q * g->v + s.first - g->pad_w;
                add_products(
                    (matrix){x + (h * g->x.w + w) * C, (s.last - s.first) * C, 1, alike, g->v * C},
                    dy + (i * g->y.w + q) * K, K, dw + (r * g->s + s.first) * C * K, K);
            }
    }
}

/* Sums of `lanes` channels over all pixels. */
ALWAYS_INLINE void add_pixels(size_t lanes, const float *dy, size_t K, size_t pixels, float *db) {
    vector sum = {0};
    for (size_t pixel = 0; pixel < pixels; pixel++)
        sum += load_part(dy + pixel * K, lanes);
    store_part(db, sum, lanes);
}

static void backward_bias(const geometry *g, const tensors *t, range images) {
    const size_t size = g->y.h * g->y.w, K = g->y.c;
    const size_t pixels = (images.last - images.first) * size;
    const float *dy = t->dy + images.first * size * K;
    size_t k = 0;
    for (; K - k >= LANES; k += LANES)
        add_pixels(LANES, dy + k, K, pixels, t->db + k);
    if (k < K)
        add_pixels(K - k, dy + k, K, pixels, t->db + k);
}

static void conv2d_vector_backward_weights(const geometry *g, const tensors *t, range images) {
    const size_t size = g->r * g->s * g->x.c * g->y.c;
    const bool listed = sparse(g, t->dy, images);
    nonzero_list list = list_in(g, t->scratch);
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
