/* The rungs of the forward pass. Each sum starts at the bias and adds over ascending r, s, c.
 * Included by rungs.c, after the book's pages and the vectors. */

/* 1: the formula, in PyTorch's layout. A sum is one chain: each addition waits for the previous. */
static void forward_channels_first(const layer_shape *g, const op_args *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const float(*x)[C][g->x.h][g->x.w] = (const void *)t->x;
    const float(*weight)[C][g->r][g->s] = (const void *)t->w;
    float(*y)[K][g->y.h][g->y.w] = (void *)t->y;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t k = 0; k < K; k++)
            for (size_t p = 0; p < g->y.h; p++)
                for (size_t q = 0; q < g->y.w; q++) {
                    float sum = t->b[k];
                    for (size_t r = 0; r < g->r; r++)
                        for (size_t s = 0; s < g->s; s++)
                            for (size_t c = 0; c < C; c++) {
                                const size_t h = p + r - g->pad_h, w = q + s - g->pad_w;
                                if (inside(g->x, h, w))
                                    sum = fused(x[n][c][h][w], weight[k][c][r][s], sum);
                            }
                    y[n][k][p][q] = sum;
                }
}

/* 2: the inputs of a sum are contiguous. */
static void forward_channels_last(const layer_shape *g, const op_args *t, range images) {
    const size_t C = g->x.c, K = g->y.c;
    const float(*x)[g->x.h][g->x.w][C] = (const void *)t->x;
    const float(*weight)[g->s][C][K] = (const void *)t->w;
    float(*y)[g->y.h][g->y.w][K] = (void *)t->y;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t k = 0; k < K; k++) {
                    float sum = t->b[k];
                    for (size_t r = 0; r < g->r; r++)
                        for (size_t s = 0; s < g->s; s++) {
                            const size_t h = p + r - g->pad_h, w = q + s - g->pad_w;
                            if (inside(g->x, h, w))
                                for (size_t c = 0; c < C; c++)
                                    sum = fused(x[n][h][w][c], weight[r][s][c][k], sum);
                        }
                    y[n][p][q][k] = sum;
                }
}

/* 3 is src/ops/conv2d.c: k is innermost, so that a vector holds the sums of several k. */

static size_t padded_size(const layer_shape *g) {
    return (g->x.h + 2 * g->pad_h) * (g->x.w + 2 * g->pad_w) * g->x.c;
}

/* Copies image n into zeros in scratch: padded[h + pad][w + pad][c]. */
static const void *set_in_zeros(const layer_shape *g, const op_args *t, size_t n) {
    const size_t row = g->x.w * g->x.c, W = g->x.w + 2 * g->pad_w, H = g->x.h + 2 * g->pad_h;
    float(*padded)[W][g->x.c] = (void *)t->scratch;
    memset(padded, 0, H * sizeof *padded);
    for (size_t h = 0; h < g->x.h; h++)
        memcpy(padded[h + g->pad_h][g->pad_w], t->x + (n * g->x.h + h) * row, row * sizeof(float));
    return padded;
}

/* 4: on padded rows[h][(w, c)] and weight[r][(s, c)][k]: no edge test, and a kernel row is one run
 * of a sum. */
static void no_edges_image(const layer_shape *g, const float *bias,
                           const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                           const float weight[restrict][g->s * g->x.c][g->y.c],
                           float y[restrict][g->y.w][g->y.c]) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q++) {
            for (size_t k = 0; k < g->y.c; k++)
                y[p][q][k] = bias[k];
            for (size_t r = 0; r < g->r; r++)
                for (size_t sc = 0; sc < g->s * g->x.c; sc++)
                    for (size_t k = 0; k < g->y.c; k++)
                        y[p][q][k] =
                            fused(rows[p + r][q * g->x.c + sc], weight[r][sc][k], y[p][q][k]);
        }
}

/* 5: sums a block of 4 positions by 16 channels in an array that fits the registers. */
static void registers_image(const layer_shape *g, const float *bias,
                            const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                            const float weight[restrict][g->s * g->x.c][g->y.c],
                            float y[restrict][g->y.w][g->y.c]) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q += 4)
            for (size_t k = 0; k < g->y.c; k += 16) {
                float sum[4][16];
                for (size_t i = 0; i < 4; i++)
                    for (size_t l = 0; l < 16; l++)
                        sum[i][l] = bias[k + l];
                for (size_t r = 0; r < g->r; r++)
                    for (size_t sc = 0; sc < g->s * g->x.c; sc++)
                        for (size_t i = 0; i < 4; i++)
                            for (size_t l = 0; l < 16; l++)
                                sum[i][l] = fused(rows[p + r][(q + i) * g->x.c + sc],
                                                  weight[r][sc][k + l], sum[i][l]);
                for (size_t i = 0; i < 4; i++)
                    for (size_t l = 0; l < 16; l++)
                        y[p][q + i][k + l] = sum[i][l];
            }
}

/* 6: the same with vector types, independent of auto-vectorization: 4 positions by 2 vectors. */
static void vectors_image(const layer_shape *g, const float *bias,
                          const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                          const float weight[restrict][g->s * g->x.c][g->y.c],
                          float y[restrict][g->y.w][g->y.c]) {
    for (size_t p = 0; p < g->y.h; p++)
        for (size_t q = 0; q < g->y.w; q += 4)
            for (size_t k = 0; k < g->y.c; k += 2 * LANES) {
                vector sum[4][2];
                for (size_t i = 0; i < 4; i++)
                    for (size_t v = 0; v < 2; v++)
                        sum[i][v] = load(bias + k + v * LANES);
                for (size_t r = 0; r < g->r; r++)
                    for (size_t sc = 0; sc < g->s * g->x.c; sc++) {
                        const vector w[2] = {load(&weight[r][sc][k]),
                                             load(&weight[r][sc][k + LANES])};
                        for (size_t i = 0; i < 4; i++)
                            for (size_t v = 0; v < 2; v++)
                                sum[i][v] = multiply_add(rows[p + r][(q + i) * g->x.c + sc], w[v],
                                                         sum[i][v]);
                    }
                for (size_t i = 0; i < 4; i++)
                    for (size_t v = 0; v < 2; v++)
                        store(&y[p][q + i][k + v * LANES], sum[i][v]);
            }
}

/* Stores the first maximum of a window's four sums, or 0 if none is above 0. */
static void store_maximum(const vector sum[4], const int32_t position[4], float *y,
                          int32_t *index) {
    vector best = sum[0];
    lanes_mask from = (lanes_mask){0} + position[0];
    for (size_t i = 1; i < 4; i++) {
        const lanes_mask wins = (sum[i] > best) | (sum[i] != sum[i]);
        best = choose(wins, sum[i], best);
        from = (wins & position[i]) | (~wins & from);
    }
    store(y, keep(~(best <= 0), best));
    store_positions(index, from, LANES);
}

/* 8: the four positions of a 2 x 2 window by two vectors; only the maximum is written. */
static void fused_image(const layer_shape *g, const float *bias,
                        const float rows[restrict][(g->x.w + 2 * g->pad_w) * g->x.c],
                        const float weight[restrict][g->s * g->x.c][g->y.c],
                        float y[restrict][g->pool->y.w][g->y.c],
                        int32_t indices[restrict][g->pool->y.w][g->y.c]) {
    const size_t C = g->x.c;
    for (size_t p = 0; p < g->y.h; p += 2)
        for (size_t q = 0; q < g->y.w; q += 2)
            for (size_t k = 0; k < g->y.c; k += 2 * LANES) {
                const int32_t first = (int32_t)(p * g->y.w + q), below = first + (int32_t)g->y.w;
                const int32_t position[4] = {first, first + 1, below, below + 1};
                vector sum[2][4];
                for (size_t v = 0; v < 2; v++)
                    for (size_t i = 0; i < 4; i++)
                        sum[v][i] = load(bias + k + v * LANES);
                for (size_t r = 0; r < g->r; r++)
                    for (size_t sc = 0; sc < g->s * C; sc++) {
                        const vector w[2] = {load(&weight[r][sc][k]),
                                             load(&weight[r][sc][k + LANES])};
                        for (size_t i = 0; i < 4; i++)
                            for (size_t v = 0; v < 2; v++)
                                sum[v][i] = multiply_add(rows[p + i / 2 + r][(q + i % 2) * C + sc],
                                                         w[v], sum[v][i]);
                    }
                for (size_t v = 0; v < 2; v++)
                    store_maximum(sum[v], position, &y[p / 2][q / 2][k + v * LANES],
                                  &indices[p / 2][q / 2][k + v * LANES]);
            }
}

/* Image n of y. */
static void *image_y(const layer_shape *g, const op_args *t, size_t n) {
    return t->y + n * g->y.h * g->y.w * g->y.c;
}

static void forward_no_edges(const layer_shape *g, const op_args *t, range images) {
    for (size_t n = images.first; n < images.last; n++)
        no_edges_image(g, t->b, set_in_zeros(g, t, n), (const void *)t->w, image_y(g, t, n));
}

static void forward_registers(const layer_shape *g, const op_args *t, range images) {
    for (size_t n = images.first; n < images.last; n++)
        registers_image(g, t->b, set_in_zeros(g, t, n), (const void *)t->w, image_y(g, t, n));
}

static void forward_vectors(const layer_shape *g, const op_args *t, range images) {
    for (size_t n = images.first; n < images.last; n++)
        vectors_image(g, t->b, set_in_zeros(g, t, n), (const void *)t->w, image_y(g, t, n));
}

/* 7: rung 6, then the book's ReLU and pool: the data between them goes to memory and back. */
static void forward_then_pool(const layer_shape *g, const op_args *t, range images) {
    const layer_shape *pool = g->pool, relu = {.x = g->y, .y = g->y};
    const size_t Y = g->y.h * g->y.w * g->y.c, pooled = pool->y.h * pool->y.w * g->y.c;
    float *sums = t->scratch + padded_size(g), *rectified = sums + Y;
    for (size_t n = images.first; n < images.last; n++) {
        const op_args image = {.x = sums, .y = rectified};
        vectors_image(g, t->b, set_in_zeros(g, t, n), (const void *)t->w, (void *)sums);
        relu_forward(&relu, &image, (range){0, 1});
        maxpool2d_y(pool, (range){0, 1}, (const void *)rectified, (void *)(t->y + n * pooled),
                    (void *)(t->indices + n * pooled));
    }
}

static void forward_fused(const layer_shape *g, const op_args *t, range images) {
    const size_t pooled = g->pool->y.h * g->pool->y.w * g->y.c;
    for (size_t n = images.first; n < images.last; n++)
        fused_image(g, t->b, set_in_zeros(g, t, n), (const void *)t->w, (void *)(t->y + n * pooled),
                    (void *)(t->indices + n * pooled));
}
