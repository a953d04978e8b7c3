/* The rungs of dw, the gradient of the weights. Each sum starts at 0 and adds over ascending
 * n, p, q. Included by rungs.c, after rungs_forward.c. */

/* 1: the formula, in PyTorch's layout. */
static void dw_channels_first(const layer_shape *g, const op_args *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const float(*x)[C][g->x.h][g->x.w] = (const void *)t->x;
    const float(*dy)[K][g->y.h][g->y.w] = (const void *)t->dy;
    float(*dweight)[C][g->r][g->s] = (void *)t->dw;
    for (size_t k = 0; k < K; k++)
        for (size_t c = 0; c < C; c++)
            for (size_t rs = 0; rs < g->r * g->s; rs++) {
                const size_t r = rs / g->s, s = rs % g->s;
                float sum = 0;
                for (size_t n = images.first; n < images.last; n++)
                    for (size_t p = 0; p < g->y.h; p++)
                        for (size_t q = 0; q < g->y.w; q++) {
                            const size_t h = p + r - g->pad_h, w = q + s - g->pad_w;
                            if (inside(g->x, h, w))
                                sum = fused(dy[n][k][p][q], x[n][c][h][w], sum);
                        }
                dweight[k][c][r][s] = sum;
            }
}

/* 2: only the layout changes, which makes it slower: one sum now jumps from pixel to pixel. */
static void dw_channels_last(const layer_shape *g, const op_args *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const float(*x)[g->x.h][g->x.w][C] = (const void *)t->x;
    const float(*dy)[g->y.h][g->y.w][K] = (const void *)t->dy;
    float(*dweight)[C][K] = (void *)t->dw;
    for (size_t rs = 0; rs < g->r * g->s; rs++)
        for (size_t c = 0; c < C; c++)
            for (size_t k = 0; k < K; k++) {
                const size_t r = rs / g->s, s = rs % g->s;
                float sum = 0;
                for (size_t n = images.first; n < images.last; n++)
                    for (size_t p = 0; p < g->y.h; p++)
                        for (size_t q = 0; q < g->y.w; q++) {
                            const size_t h = p + r - g->pad_h, w = q + s - g->pad_w;
                            if (inside(g->x, h, w))
                                sum = fused(dy[n][p][q][k], x[n][h][w][c], sum);
                        }
                dweight[rs][c][k] = sum;
            }
}

/* 3 is src/ops/conv2d.c: a pixel adds to all weights, lanes along k. */

/* 4: for padded rows[h][(w, c)] and dweight[r][(s, c)][k]. */
static void dw_no_edges_image(const layer_shape *g, const float dy[restrict][g->y.w][g->y.c],
                              const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                              float dweight[restrict][g->s * g->x.c][g->y.c]) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++)
            for (size_t r = 0; r < g->r; r++)
                for (size_t sc = 0; sc < g->s * g->x.c; sc++)
                    for (size_t k = 0; k < g->y.c; k++)
                        dweight[r][sc][k] =
                            fused(dy[p][q][k], rows[p + r][q * g->x.c + sc], dweight[r][sc][k]);
}

/* 5: 4 weights by 16 channels stay in registers for all pixels of the image. */
static void dw_registers_image(const layer_shape *g, const float dy[restrict][g->y.w][g->y.c],
                               const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                               float dweight[restrict][g->s * g->x.c][g->y.c]) {
    for (size_t r = 0; r < g->r; r++)
        for (size_t sc = 0; sc < g->s * g->x.c; sc += 4)
            for (size_t k = 0; k < g->y.c; k += 16) {
                float sum[4][16];
                for (size_t i = 0; i < 4; i++)
                    for (size_t l = 0; l < 16; l++)
                        sum[i][l] = dweight[r][sc + i][k + l];
                for (size_t p = 0; p < g->y.h; p++)
                    for (size_t q = 0; q < g->y.w; q++)
                        for (size_t i = 0; i < 4; i++)
                            for (size_t l = 0; l < 16; l++)
                                sum[i][l] = fused(rows[p + r][q * g->x.c + sc + i], dy[p][q][k + l],
                                                  sum[i][l]);
                for (size_t i = 0; i < 4; i++)
                    for (size_t l = 0; l < 16; l++)
                        dweight[r][sc + i][k + l] = sum[i][l];
            }
}

/* 6: the same with vector types: 4 weights by 2 vectors. */
static void dw_vectors_image(const layer_shape *g, const float dy[restrict][g->y.w][g->y.c],
                             const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                             float dweight[restrict][g->s * g->x.c][g->y.c]) {
    for (size_t r = 0; r < g->r; r++)
        for (size_t sc = 0; sc < g->s * g->x.c; sc += 4)
            for (size_t k = 0; k < g->y.c; k += 2 * LANES) {
                vector sum[4][2];
                for (size_t i = 0; i < 4; i++)
                    for (size_t v = 0; v < 2; v++)
                        sum[i][v] = load(&dweight[r][sc + i][k + v * LANES]);
                for (size_t p = 0; p < g->y.h; p++)
                    for (size_t q = 0; q < g->y.w; q++) {
                        const vector d[2] = {load(&dy[p][q][k]), load(&dy[p][q][k + LANES])};
                        for (size_t i = 0; i < 4; i++)
                            for (size_t v = 0; v < 2; v++)
                                sum[i][v] =
                                    multiply_add(rows[p + r][q * g->x.c + sc + i], d[v], sum[i][v]);
                    }
                for (size_t i = 0; i < 4; i++)
                    for (size_t v = 0; v < 2; v++)
                        store(&dweight[r][sc + i][k + v * LANES], sum[i][v]);
            }
}

/* 7: adding 0 x changes no sum. Lanes run along s and c, so that one test decides a complete row;
 * for that, the weights are transposed: transposed[k][r][(s, c)]. */
static void dw_no_zeros_image(const layer_shape *g, const float dy[restrict][g->y.w][g->y.c],
                              const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                              float transposed[restrict][g->r][g->s * g->x.c]) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++)
            for (size_t k = 0; k < g->y.c; k++)
                for (size_t r = 0; r < g->r && dy[p][q][k] != 0; r++)
                    for (size_t sc = 0; sc < g->s * g->x.c; sc += LANES) {
                        const vector x = load(&rows[p + r][q * g->x.c + sc]);
                        const vector sum = load(&transposed[k][r][sc]);
                        store(&transposed[k][r][sc], multiply_add(dy[p][q][k], x, sum));
                    }
}

/* An element of the gradient, and the offset of its first pixel in the padded image. */
typedef struct nonzero {
    float dy;
    uint32_t at;
} nonzero;

/* Lists those of channel k in summation order; returns their number. No branch depends on dy. */
static size_t list_nonzero(const layer_shape *g, size_t k, const float dy[][g->y.w][g->y.c],
                           nonzero *list) {
    const size_t row = (g->x.w + 2 * g->pad_w) * g->x.c;
    size_t count = 0;
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++) {
            list[count] = (nonzero){dy[p][q][k], (uint32_t)(p * row + q * g->x.c)};
            count += dy[p][q][k] != 0;
        }
    return count;
}

/* 8: channel by channel, so that the sums of three rows by three vectors stay in registers. */
static void dw_by_channel_image(const layer_shape *g, const float dy[restrict][g->y.w][g->y.c],
                                const float *image, float transposed[restrict][3][g->s * g->x.c],
                                nonzero *list) {
    const size_t row = (g->x.w + 2 * g->pad_w) * g->x.c;
    for (size_t k = 0; k < g->y.c; k++) {
        const size_t count = list_nonzero(g, k, dy, list);
        for (size_t sc = 0; sc < g->s * g->x.c; sc += 3 * LANES) {
            vector sum[3][3];
            for (size_t r = 0; r < 3; r++)
                for (size_t v = 0; v < 3; v++)
                    sum[r][v] = load(&transposed[k][r][sc + v * LANES]);
            for (size_t i = 0; i < count; i++)
                for (size_t r = 0; r < 3; r++)
                    for (size_t v = 0; v < 3; v++) {
                        const float *x = image + list[i].at + r * row + sc + v * LANES;
                        sum[r][v] = multiply_add(list[i].dy, load(x), sum[r][v]);
                    }
            for (size_t r = 0; r < 3; r++)
                for (size_t v = 0; v < 3; v++)
                    store(&transposed[k][r][sc + v * LANES], sum[r][v]);
        }
    }
}

static size_t weights_size(const layer_shape *g) {
    return g->r * g->s * g->x.c * g->y.c;
}

/* Image n of dy. */
static const void *image_dy(const layer_shape *g, const op_args *t, size_t n) {
    return t->dy + n * g->y.h * g->y.w * g->y.c;
}

static void dw_no_edges(const layer_shape *g, const op_args *t, range images) {
    memset(t->dw, 0, weights_size(g) * sizeof *t->dw);
    for (size_t n = images.first; n < images.last; n++)
        dw_no_edges_image(g, image_dy(g, t, n), set_in_zeros(g, t, n), (void *)t->dw);
}

static void dw_registers(const layer_shape *g, const op_args *t, range images) {
    memset(t->dw, 0, weights_size(g) * sizeof *t->dw);
    for (size_t n = images.first; n < images.last; n++)
        dw_registers_image(g, image_dy(g, t, n), set_in_zeros(g, t, n), (void *)t->dw);
}

static void dw_vectors(const layer_shape *g, const op_args *t, range images) {
    memset(t->dw, 0, weights_size(g) * sizeof *t->dw);
    for (size_t n = images.first; n < images.last; n++)
        dw_vectors_image(g, image_dy(g, t, n), set_in_zeros(g, t, n), (void *)t->dw);
}

/* The inverse: dw[(r, s, c)][k] from transposed[k][(r, s, c)]. */
static void transpose_back(const layer_shape *g, const float *from, float *to) {
    const size_t rows = g->r * g->s * g->x.c, K = g->y.c;
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < K; k++)
            to[row * K + k] = from[k * rows + row];
}

static void dw_no_zeros(const layer_shape *g, const op_args *t, range images) {
    float *transposed = t->scratch + padded_size(g);
    memset(transposed, 0, weights_size(g) * sizeof *transposed);
    for (size_t n = images.first; n < images.last; n++)
        dw_no_zeros_image(g, image_dy(g, t, n), set_in_zeros(g, t, n), (void *)transposed);
    transpose_back(g, transposed, t->dw);
}

static void dw_by_channel(const layer_shape *g, const op_args *t, range images) {
    float *transposed = t->scratch + padded_size(g);
    nonzero *list = (void *)(transposed + weights_size(g));
    memset(transposed, 0, weights_size(g) * sizeof *transposed);
    for (size_t n = images.first; n < images.last; n++)
        dw_by_channel_image(g, image_dy(g, t, n), set_in_zeros(g, t, n), (void *)transposed, list);
    transpose_back(g, transposed, t->dw);
}
