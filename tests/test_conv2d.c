/* The convolution of every book against worked examples and plain sums. */
#include "books.h"
#include "window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t positions(size_t size, size_t pad, size_t window, size_t stride) {
    return (size + 2 * pad - window) / stride + 1;
}

/* h w c in, k channels out, kernel r s, stride u v, pad. */
typedef struct shape {
    size_t h, w, c, k, r, s, u, v, pad_h, pad_w;
} shape;

static layer_shape shape_of(shape a) {
    return (layer_shape){
        .x = {a.h, a.w, a.c},
        .y = {positions(a.h, a.pad_h, a.r, a.u), positions(a.w, a.pad_w, a.s, a.v), a.k},
        .r = a.r,
        .s = a.s,
        .u = a.u,
        .v = a.v,
        .pad_h = a.pad_h,
        .pad_w = a.pad_w};
}

static size_t weights_of(const layer_shape *g) {
    return g->r * g->s * g->x.c * g->y.c;
}

static op_case conv_case(const book *book, shape shape, size_t n, bool biases) {
    const layer_shape g = shape_of(shape);
    return op_case_new(book, ops_operation(book->ops, "conv2d"), g, n, weights_of(&g), biases);
}

/* One image forward, in every book. */
static void assert_forward(shape shape, const double *x, const double *w, const double *b,
                           const double *y) {
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = conv_case(book, shape, 1, b != NULL);
        numbers_set(book, t.t.x, x, t.xs);
        numbers_set(book, t.t.w, w, t.ws);
        numbers_set(book, t.t.b, b, t.bs);
        op_case_forward(&t, (range){0, 1});
        numbers_equal(book, "y", t.t.y, y, t.ys);
        op_case_free(&t);
    }
}

/* The same and back again. */
static void assert_passes(shape shape, const double *x, const double *w, const double *b,
                          const double *y, const double *dy, const double *dx, const double *dw,
                          const double *db) {
    assert_forward(shape, x, w, b, y);
    for (const book *book = books_all(); book->ops; book++) {
        op_case t = conv_case(book, shape, 1, b != NULL);
        numbers_set(book, t.t.x, x, t.xs);
        numbers_set(book, t.t.w, w, t.ws);
        numbers_set(book, t.t.dy, dy, t.ys);
        op_case_backward(&t, (range){0, 1}, (range){0, 1});
        numbers_equal(book, "dx", t.t.dx, dx, t.xs);
        numbers_equal(book, "dw", t.t.dw, dw, t.ws);
        numbers_equal(book, "db", t.t.db, db, t.bs);
        op_case_free(&t);
    }
}

static const double ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const double one_to_nine[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void ones_with_padding(void **state) {
    (void)state;
    assert_forward((shape){3, 3, 1, 1, 3, 3, 1, 1, 1, 1}, ones, ones, NULL,
                   (double[]){4, 6, 4, 6, 9, 6, 4, 6, 4});
}

/* docs/math/conv2d.md, first example */
static void example_of_the_page(void **state) {
    (void)state;
    assert_passes((shape){3, 3, 1, 1, 2, 2, 1, 1, 0, 0}, one_to_nine, (double[]){1, 2, 3, 4},
                  (double[]){1}, (double[]){38, 48, 68, 78}, (double[]){1, 0, -1, 2},
                  (double[]){1, 2, 0, 2, 4, 4, -3, 2, 8}, (double[]){7, 9, 13, 15}, (double[]){2});
}

/* docs/math/conv2d.md, second example */
static void example_with_stride_and_padding(void **state) {
    (void)state;
    assert_passes((shape){3, 3, 1, 1, 2, 2, 2, 2, 1, 1}, one_to_nine, (double[]){1, 2, 3, 4},
                  (double[]){1}, (double[]){5, 19, 37, 78}, (double[]){1, 0, -1, 2},
                  (double[]){4, 0, 0, -2, 2, 4, -4, 6, 8}, (double[]){10, 8, 16, 12},
                  (double[]){2});
}

static void strides(void **state) {
    (void)state;
    const double row[7] = {1, 2, 3, 4, 5, 6, 7};
    assert_forward((shape){1, 7, 1, 1, 1, 2, 1, 3, 0, 0}, row, (double[]){1, 10}, NULL,
                   (double[]){21, 54});
    assert_forward((shape){7, 1, 1, 1, 2, 1, 3, 1, 0, 0}, row, (double[]){1, 10}, NULL,
                   (double[]){21, 54});
    assert_forward((shape){1, 7, 1, 1, 1, 1, 1, 9, 0, 0}, row, ones, NULL, (double[]){1});
}

/* Outputs whose windows see only padding are the bias. */
static void more_padding_than_kernel(void **state) {
    (void)state;
    assert_passes((shape){1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, (double[]){3}, (double[]){2},
                  (double[]){5}, (double[]){5, 5, 5, 5, 5, 5, 5, 11, 5, 5, 5, 5, 5, 5, 5},
                  (double[]){1, 1, 1, 1, 1, 1, 1, 7, 1, 1, 1, 1, 1, 1, 1}, (double[]){14},
                  (double[]){21}, (double[]){21});
}

static void kernel_larger_than_image(void **state) {
    (void)state;
    const double w[25] = {[6] = 1, [7] = 2, [8] = 3, [11] = 4, [12] = 5, [13] = 6, [18] = 9};
    double dw[25] = {[12] = 10, [13] = 20, [17] = 30, [18] = 40};
    assert_passes((shape){2, 2, 1, 1, 5, 5, 2, 2, 2, 2}, (double[]){1, 2, 3, 4}, w, (double[]){0},
                  (double[]){5 + 12 + 0 + 36}, (double[]){10}, (double[]){50, 60, 0, 90}, dw,
                  (double[]){10});
}

static void one_pixel_mixes_channels(void **state) {
    (void)state;
    assert_passes((shape){1, 1, 3, 2, 1, 1, 1, 1, 0, 0}, (double[]){1, 2, 3},
                  (double[]){1, 4, 2, 5, 3, 6}, (double[]){10, 20}, (double[]){24, 52},
                  (double[]){1, -1}, (double[]){-3, -3, -3}, (double[]){1, -1, 2, -2, 3, -3},
                  (double[]){1, -1});
}

static void not_square(void **state) {
    (void)state;
    assert_forward((shape){2, 3, 1, 1, 1, 3, 1, 1, 0, 1}, one_to_nine, (double[]){1, 10, 100}, NULL,
                   (double[]){210, 321, 32, 540, 654, 65});
    assert_forward((shape){2, 3, 1, 1, 2, 1, 1, 1, 1, 0}, one_to_nine, (double[]){1, 10}, NULL,
                   (double[]){10, 20, 30, 41, 52, 63, 4, 5, 6});
}

/* Arrays of one random case, in double. */
typedef struct sums {
    double *x, *w, *b, *dy, *y, *dx, *dw, *db;
} sums;

static sums sums_new(random_state *random, const op_case *t) {
    double *a = malloc(2 * (t->xs + t->ws + t->bs + t->ys) * sizeof *a);
    assert_non_null(a);
    const sums s = {.x = a,
                    .w = a + t->xs,
                    .b = a + t->xs + t->ws,
                    .dy = a + t->xs + t->ws + t->bs,
                    .y = a + t->xs + t->ws + t->bs + t->ys,
                    .dx = a + t->xs + t->ws + t->bs + 2 * t->ys,
                    .dw = a + 2 * t->xs + t->ws + t->bs + 2 * t->ys,
                    .db = a + 2 * t->xs + 2 * t->ws + t->bs + 2 * t->ys};
    fill_whole(random, a, t->xs + t->ws + t->bs + t->ys);
    for (double *c = s.y; c < s.db + t->bs; c++)
        *c = CANARY;
    return s;
}

/* Is this place of the kernel over the image? */
static bool inside(const layer_shape *g, size_t p, size_t q, size_t r, size_t s, size_t *pixel) {
    const long h = (long)(p * g->u + r) - (long)g->pad_h, w = (long)(q * g->v + s) - (long)g->pad_w;
    if (h < 0 || w < 0 || h >= (long)g->x.h || w >= (long)g->x.w)
        return false;
    *pixel = (size_t)h * g->x.w + (size_t)w;
    return true;
}

/* The products of output pixel (n, p, q) and place (r, s) of the kernel. */
static void naive_product(const layer_shape *g, const sums *a, size_t in, size_t out,
                          size_t position) {
    for (size_t c = 0; c < g->x.c; c++)
        for (size_t k = 0; k < g->y.c; k++) {
            const size_t x = in * g->x.c + c, y = out * g->y.c + k;
            const size_t w = (position * g->x.c + c) * g->y.c + k;
            a->y[y] += a->x[x] * a->w[w];
            a->dx[x] += a->dy[y] * a->w[w];
            a->dw[w] += a->dy[y] * a->x[x];
        }
}

static void naive_start(const op_case *t, const sums *a, range images) {
    const layer_shape *g = &t->g;
    const size_t in = t->xs / t->t.n, out = t->ys / t->t.n;
    memset(a->dx + images.first * in, 0, (images.last - images.first) * in * sizeof(double));
    memset(a->dw, 0, t->ws * sizeof(double));
    memset(a->db, 0, t->bs * sizeof(double));
    for (size_t i = images.first * out; i < images.last * out; i++) {
        a->y[i] = t->bs ? a->b[i % g->y.c] : 0;
        if (t->bs)
            a->db[i % g->y.c] += a->dy[i];
    }
}

static void naive(const op_case *t, const sums *a, range images) {
    const layer_shape *g = &t->g;
    naive_start(t, a, images);
    size_t pixel;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                for (size_t r = 0; r < g->r; r++)
                    for (size_t s = 0; s < g->s; s++)
                        if (inside(g, p, q, r, s, &pixel))
                            naive_product(g, a, n * g->x.h * g->x.w + pixel,
                                          (n * g->y.h + p) * g->y.w + q, r * g->s + s);
}

static shape random_shape(random_state *random) {
    static const size_t channels[] = {1, 2, 3, 8, 10, 16, 17, 32, 33, 40};
    shape a = {.h = between(random, 1, 9), .w = between(random, 1, 9)};
    a.c = channels[random_below(random, COUNT(channels))];
    a.k = channels[random_below(random, COUNT(channels))];
    a.pad_h = between(random, 0, 4);
    a.pad_w = between(random, 0, 4);
    a.r = between(random, 1, a.h + 2 * a.pad_h < 6 ? a.h + 2 * a.pad_h : 6);
    a.s = between(random, 1, a.w + 2 * a.pad_w < 6 ? a.w + 2 * a.pad_w : 6);
    a.u = between(random, 1, 4);
    a.v = between(random, 1, 4);
    return a;
}

static void assert_like_naive(const book *book, shape shape, size_t n, range images,
                              random_state *random) {
    op_case t = conv_case(book, shape, n, random_below(random, 3) > 0);
    const sums a = sums_new(random, &t);
    naive(&t, &a, images);
    numbers_set(book, t.t.x, a.x, t.xs);
    numbers_set(book, t.t.w, a.w, t.ws);
    numbers_set(book, t.t.b, a.b, t.bs);
    numbers_set(book, t.t.dy, a.dy, t.ys);
    op_case_forward(&t, images);
    op_case_backward(&t, images, images);
    numbers_equal(book, "y", t.t.y, a.y, t.ys);
    numbers_equal(book, "dx", t.t.dx, a.dx, t.xs);
    numbers_equal(book, "dw", t.t.dw, a.dw, t.ws);
    numbers_equal(book, "db", t.t.db, a.db, t.bs);
    free(a.x);
    op_case_free(&t);
}

/* Whole numbers, so every right answer is exact; images outside the range stay as they were. */
static void random_shapes_against_naive_loops(void **state) {
    (void)state;
    random_state random = random_seeded(1, 100);
    for (size_t i = 0; i < 240; i++) {
        const shape shape = random_shape(&random);
        const size_t n = between(&random, 1, 9), last = between(&random, 0, n);
        const range images = {between(&random, 0, last), last};
        for (const book *book = books_all(); book->ops; book++)
            assert_like_naive(book, shape, n, images, &random);
    }
}

/* The orders of ops.h, each number gathered by itself. */
static float y_in_order(const op_case *t, size_t n, size_t p, size_t q, size_t k) {
    const layer_shape *g = &t->g;
    const real(*x)[g->x.h * g->x.w][g->x.c] = (const void *)t->t.x;
    const real(*w)[g->x.c][g->y.c] = (const void *)t->t.w;
    float sum = t->t.b ? t->t.b[k] : 0;
    size_t pixel;
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++)
            for (size_t c = 0; c < g->x.c; c++)
                if (inside(g, p, q, r, s, &pixel))
                    sum = fmaf(x[n][pixel][c], w[r * g->s + s][c][k], sum);
    return sum;
}

static float dx_in_order(const op_case *t, size_t n, size_t target, size_t c) {
    const layer_shape *g = &t->g;
    const real(*dy)[g->y.h][g->y.w][g->y.c] = (const void *)t->t.dy;
    const real(*w)[g->x.c][g->y.c] = (const void *)t->t.w;
    float sum = 0;
    size_t pixel;
    for (size_t position = 0; position < g->r * g->s; position++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                if (inside(g, p, q, position / g->s, position % g->s, &pixel) && pixel == target)
                    for (size_t k = 0; k < g->y.c; k++)
                        sum = fmaf(dy[n][p][q][k], w[position][c][k], sum);
    return sum;
}

static float dw_in_order(const op_case *t, size_t position, size_t c, size_t k) {
    const layer_shape *g = &t->g;
    const real(*x)[g->x.h * g->x.w][g->x.c] = (const void *)t->t.x;
    const real(*dy)[g->y.h][g->y.w][g->y.c] = (const void *)t->t.dy;
    float sum = 0;
    size_t pixel;
    for (size_t n = 0; n < t->t.n; n++)
        for (size_t p = 0; p < g->y.h; p++)
            for (size_t q = 0; q < g->y.w; q++)
                if (inside(g, p, q, position / g->s, position % g->s, &pixel))
                    sum = fmaf(x[n][pixel][c], dy[n][p][q][k], sum);
    return sum;
}

static void assert_bits(const char *what, const real *got, size_t i, float expected) {
    if (memcmp(&got[i], &expected, sizeof expected) != 0)
        fail_msg("%s[%zu] is %.9g, not %.9g", what, i, got[i], expected);
}

static void assert_order(const op_case *t) {
    const layer_shape *g = &t->g;
    const size_t C = g->x.c, K = g->y.c, P = g->y.h, Q = g->y.w, pixels = g->x.h * g->x.w;
    for (size_t i = 0; i < t->ys; i++)
        assert_bits("y", t->t.y, i, y_in_order(t, i / K / Q / P, i / K / Q % P, i / K % Q, i % K));
    for (size_t i = 0; i < t->xs; i++)
        assert_bits("dx", t->t.dx, i, dx_in_order(t, i / C / pixels, i / C % pixels, i % C));
    for (size_t i = 0; i < t->ws; i++)
        assert_bits("dw", t->t.dw, i, dw_in_order(t, i / K / C, i / K % C, i % K));
    for (size_t k = 0; k < t->bs; k++) {
        float sum = 0;
        for (size_t i = k; i < t->ys; i += K)
            sum += t->t.dy[i];
        assert_bits("db", t->t.db, k, sum);
    }
}

static op_case run_real_valued(const book *book, shape shape, random_state random) {
    op_case t = conv_case(book, shape, 2, true);
    const sums a = sums_new(&random, &t);
    fill_uniform(&random, a.x, t.xs + t.ws + t.bs + t.ys);
    numbers_set(book, t.t.x, a.x, t.xs);
    numbers_set(book, t.t.w, a.w, t.ws);
    numbers_set(book, t.t.b, a.b, t.bs);
    numbers_set(book, t.t.dy, a.dy, t.ys);
    free(a.x);
    op_case_forward(&t, (range){0, 2});
    op_case_backward(&t, (range){0, 2}, (range){0, 2});
    return t;
}

/* The order is kept to the bit, so all float back ends agree to the bit. */
static void order_of_summation(void **state) {
    (void)state;
    random_state random = random_seeded(2, 100);
    const book best = best_book();
    for (size_t i = 0; i < 60; i++) {
        const shape shape = random_shape(&random);
        op_case plain = run_real_valued(&plain_book, shape, random);
        op_case fast = run_real_valued(&best, shape, random);
        assert_order(&plain);
        assert_memory_equal(plain.t.y, fast.t.y, plain.ys * sizeof(float));
        assert_memory_equal(plain.t.dx, fast.t.dx, plain.xs * sizeof(float));
        assert_memory_equal(plain.t.dw, fast.t.dw, plain.ws * sizeof(float));
        assert_memory_equal(plain.t.db, fast.t.db, plain.bs * sizeof(float));
        op_case_free(&plain);
        op_case_free(&fast);
    }
}

/* window.h, against looking at each row of the padded image. */
static void assert_window(size_t size, size_t pad, size_t window, size_t stride) {
    size_t outputs = 0;
    for (size_t begin = 0; begin + window <= size + 2 * pad; begin += stride, outputs++) {
        const range inside = window_inside(size, pad, window, stride, outputs);
        for (size_t i = 0; i < window; i++) {
            const bool in_image = begin + i >= pad && begin + i < pad + size;
            assert_int_equal(in_image, i >= inside.first && i < inside.last);
        }
        assert_true(inside.last <= window && inside.first <= inside.last);
    }
    assert_int_equal(outputs, window_outputs(size, pad, window, stride));
}

static void windows_by_looking(void **state) {
    (void)state;
    for (size_t size = 1; size < 7; size++)
        for (size_t pad = 0; pad < 9; pad++)
            for (size_t window = 1; window < 9; window++)
                for (size_t stride = 1; stride < 5; stride++)
                    assert_window(size, pad, window, stride);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_with_padding),
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(example_with_stride_and_padding),
        cmocka_unit_test(strides),
        cmocka_unit_test(more_padding_than_kernel),
        cmocka_unit_test(kernel_larger_than_image),
        cmocka_unit_test(one_pixel_mixes_channels),
        cmocka_unit_test(not_square),
        cmocka_unit_test(random_shapes_against_naive_loops),
        cmocka_unit_test(order_of_summation),
        cmocka_unit_test(windows_by_looking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
