/* The fastest back end against plain loops over double, with a threshold of zero. Every number is a
 * small whole one and many are zero, so that every partial sum is a whole number below 2^24, which
 * float holds exactly: any right order of summation gives this value and no other. */
#include "books.h"
#include "conv_grid.h"
#include "naive.h"
#include "pairs.h"

#include <math.h>
#include <stdlib.h>

/* If the sums of a shape take more than this many multiply-adds, only some rows are checked, always
 * including the first and the last. */
enum { SHAPES = 700, PRODUCTS_MOST = 60000000, DRAWS_MOST = 8 };

/* Sums with at least one term, and those of them that are not zero. */
typedef struct tally {
    size_t sums, nonzero;
} tally;

/* One call of each pass, of a convolution or of a block. */
typedef struct exact_case_run {
    const operation *op;
    layer_shape g;
    arrays arrays;
    sizes sizes;
    op_args t;
    range images;
    random_state *random;
    double *conv, *d; /* [n][p][q][k]: the convolution's output, and its gradient */
    double *row;
    tally y, dx, dw;
} exact_case_run;

static double largest(const float *values, size_t count) {
    double most = 0;
    for (size_t i = 0; values && i < count; i++) {
        assert_true(values[i] == floorf(values[i]));
        most = fmax(most, fabs((double)values[i]));
    }
    return most;
}

/* Whole numbers, and no partial sum can reach 2^24, in any order. */
static void assert_exact(const op_args *t, sizes sizes, size_t outputs, size_t y_terms,
                         size_t dx_terms, size_t dw_terms) {
    const double x = largest(t->x, t->n * sizes.x), dy = largest(t->dy, t->n * sizes.y);
    const double w = largest(t->w, sizes.w), b = largest(t->b, outputs);
    assert_true((double)y_terms * x * w + b < 1 << 24);
    assert_true((double)dx_terms * dy * w < 1 << 24);
    assert_true((double)dw_terms * fmax(x, 1) * dy < 1 << 24);
}

static void assert_number(const layer_shape *g, const char *what, double got, double expected,
                          tally *tally) {
    if (got != expected)
        fail_shape(g, what);
    tally->sums++;
    tally->nonzero += expected != 0;
}

/* Is this row checked, if each row takes that many multiply-adds? */
static bool chosen(exact_case_run *run, size_t row, size_t rows, size_t products) {
    const size_t step = (size_t)((double)rows * (double)products / PRODUCTS_MOST) + 1;
    return step == 1 || row == 0 || row == rows - 1 ||
           random_below(run->random, (uint32_t)step) == 0;
}

/* `thin`: with many zeros. */
static void draw_run(exact_case_run *run, size_t n, bool thin) {
    static const uint32_t zeros[] = {20, 50, 70, 85}, mosts[] = {2, 5, 20};
    const layer_shape *g = &run->g;
    const uint32_t most = mosts[random_below(run->random, COUNT(mosts))];
    const size_t positions = g->y.h * g->y.w, kernel = g->r * g->s;
    const draw x = {thin ? 40 : 10, most};
    const draw dy = {thin ? zeros[random_below(run->random, COUNT(zeros))] : 0, most};
    run->sizes = conv_sizes(g);
    run->images = range_drawn(run->random, n);
    run->t = inputs_drawn(&run->arrays, run->random, run->sizes, g, n, x, dy);
    outputs_made(&run->arrays, run->sizes, g, run->op, &run->t);
    assert_exact(&run->t, run->sizes, g->y.c, kernel * g->x.c, kernel * g->y.c, n * positions);
    run->conv = calloc(n * positions * g->y.c, sizeof *run->conv);
    run->d = calloc(n * positions * g->y.c, sizeof *run->d);
    run->row = calloc(g->x.c + 2 * g->y.c, sizeof *run->row);
    assert_true(run->conv && run->d && run->row);
}

static void free_run(exact_case_run *run) {
    assert_fences(&run->arrays);
    arrays_free(&run->arrays);
    free(run->conv);
    free(run->d);
    free(run->row);
}

/* Row `at` of the convolution's output, with the bias. */
static void convolve(const exact_case_run *run, size_t at, double *y) {
    const layer_shape *g = &run->g;
    const size_t q = at % g->y.w, p = at / g->y.w % g->y.h, n = at / g->y.w / g->y.h;
    naive_y(g, run->t.x, run->t.w, n, p, q, y);
    for (size_t k = 0; run->t.b && k < g->y.c; k++)
        y[k] += run->t.b[k];
}

/* Each place keeps the gradient that reaches it. */
static void check_conv_forward(exact_case_run *run) {
    const size_t K = run->g.y.c, positions = run->g.y.h * run->g.y.w;
    const size_t first = run->images.first * positions, last = run->images.last * positions;
    for (size_t at = first; at < last; at++) {
        for (size_t k = 0; k < K; k++)
            run->d[at * K + k] = run->t.dy[at * K + k];
        if (!chosen(run, at - first, last - first, run->sizes.w))
            continue;
        convolve(run, at, run->row);
        for (size_t k = 0; k < K; k++)
            assert_number(&run->g, "y", run->t.y[at * K + k], run->row[k], &run->y);
    }
}

/* One number of the block's output; its gradient flows to the maximum, if that is above 0. */
static void check_window(exact_case_run *run, const layer_shape *pool, size_t n, size_t p, size_t q,
                         size_t k) {
    const size_t image = n * pool->x.h * pool->x.w * pool->x.c;
    const size_t position = naive_argmax(pool, run->conv + image, p, q, k);
    const size_t from = image + position * pool->x.c + k;
    const size_t to = ((n * pool->y.h + p) * pool->y.w + q) * pool->y.c + k;
    assert_number(&run->g, "y", run->t.y[to], fmax(run->conv[from], 0), &run->y);
    if (run->conv[from] <= 0)
        return;
    run->d[from] = run->t.dy[to];
    if (run->g.pool && run->t.indices[to] != (int32_t)position)
        fail_shape(&run->g, "indices");
}

/* Without a pool each place is a window. */
static void check_block_forward(exact_case_run *run) {
    const layer_shape *g = &run->g;
    const layer_shape each = {.x = g->y, .y = g->y, .r = 1, .s = 1, .u = 1, .v = 1};
    const layer_shape *pool = g->pool ? g->pool : &each;
    const size_t positions = g->y.h * g->y.w;
    for (size_t at = run->images.first * positions; at < run->images.last * positions; at++)
        convolve(run, at, run->conv + at * g->y.c);
    for (size_t n = run->images.first; n < run->images.last; n++)
        for (size_t p = 0; p < pool->y.h; p++)
            for (size_t q = 0; q < pool->y.w; q++)
                for (size_t k = 0; k < g->y.c; k++)
                    check_window(run, pool, n, p, q, k);
}

static void check_dx(exact_case_run *run) {
    const size_t C = run->g.x.c, positions = run->g.x.h * run->g.x.w;
    const size_t first = run->images.first * positions, last = run->images.last * positions;
    tally ignored = {0, 0};
    for (size_t at = first; at < last; at++) {
        if (!chosen(run, at - first, last - first, run->sizes.w))
            continue;
        const size_t w = at % run->g.x.w, h = at / run->g.x.w % run->g.x.h;
        const bool met = naive_dx(&run->g, run->d, run->t.w, at / positions, h, w, run->row);
        for (size_t c = 0; c < C; c++)
            assert_number(&run->g, "dx", run->t.dx[at * C + c], run->row[c],
                          met ? &run->dx : &ignored);
    }
}

static void check_db(const exact_case_run *run) {
    const size_t K = run->g.y.c, positions = run->g.y.h * run->g.y.w;
    tally ignored = {0, 0};
    for (size_t k = 0; run->t.db && k < K; k++) {
        double sum = 0;
        for (size_t at = run->images.first * positions; at < run->images.last * positions; at++)
            sum += run->d[at * K + k];
        assert_number(&run->g, "db", run->t.db[k], sum, &ignored);
    }
}

static void check_dw(exact_case_run *run) {
    const layer_shape *g = &run->g;
    const size_t C = g->x.c, K = g->y.c, rows = g->r * g->s * C;
    const size_t products = (run->images.last - run->images.first) * g->y.h * g->y.w * K;
    double *met = run->row + K;
    tally ignored = {0, 0};
    for (size_t at = 0; at < rows; at++) {
        if (!chosen(run, at, rows, products))
            continue;
        naive_dw(g, run->t.x, run->d, run->images, at / C / g->s, at / C % g->s, at % C, run->row,
                 met);
        for (size_t k = 0; k < K; k++)
            assert_number(g, "dw", run->t.dw[at * K + k], run->row[k],
                          met[k] > 0 ? &run->dw : &ignored);
    }
}

/* False if so much of the result is zero that it proves little. A ReLU leaves half. */
static bool counts(const exact_case_run *run, bool block) {
    return run->y.nonzero * (block ? 4 : 2) > run->y.sums && run->dx.nonzero * 2 > run->dx.sums &&
           run->dw.nonzero * 2 > run->dw.sums;
}

static bool run_once(random_state *random, const layer_shape *g, size_t n, bool block, bool thin) {
    exact_case_run run = {.op = block ? ops_operation(ops_best(), "conv2d relu maxpool2d")
                                      : ops_operation(ops_best(), "conv2d"),
                          .g = *g,
                          .random = random};
    draw_run(&run, n, thin);
    forward_once(run.op, g, &run.t, run.images);
    backward_once(run.op, g, &run.t, run.images, run.images);
    if (block)
        check_block_forward(&run);
    else
        check_conv_forward(&run);
    check_dx(&run);
    check_dw(&run);
    check_db(&run);
    free_run(&run);
    return counts(&run, block);
}

/* Shapes with few windows may need more non-zero numbers. False if no draw counted: most windows
 * may lie in the padding. */
static bool run_until_it_counts(random_state *random, const layer_shape *g, size_t n, bool block) {
    for (size_t draws = 0; draws < DRAWS_MOST; draws++)
        if (run_once(random, g, n, block, draws < 3))
            return true;
    return false;
}

static void random_shapes(uint64_t seed, bool block) {
    random_state random = random_seeded(seed, 0);
    size_t shapes = 0;
    for (size_t i = 0; i < rounds_of(SHAPES); shapes++) {
        layer_shape g = convolution_drawn(&random);
        const layer_shape pool = pool_drawn(&random, &g);
        g.pool = block && shapes % 4 ? &pool : NULL;
        i += run_until_it_counts(&random, &g, between(&random, 1, 3), block);
    }
    assert_true(shapes <= rounds_of(SHAPES) * 9 / 8 + 1);
}

static void grid(uint64_t seed, bool block) {
    random_state random = random_seeded(seed, 0);
    for (size_t i = 0; i < CONV_GRID_SHAPES; i++) {
        layer_shape g = conv_grid_shape(i);
        const layer_shape pool = pool_drawn(&random, &g);
        const bool small = products_in(&g) < 1000000;
        if (!grid_allows(&g))
            continue;
        if (!block || small || i % 2)
            assert_true(run_until_it_counts(&random, &g, small ? 3 : 1, block));
        g.pool = &pool;
        if (block && (small || i % 2 == 0))
            assert_true(run_until_it_counts(&random, &g, small ? 3 : 1, block));
    }
}

static void test_conv2d(void **state) {
    (void)state;
    random_shapes(20, false);
}

static void test_conv2d_grid(void **state) {
    (void)state;
    grid(21, false);
}

static void test_conv_block(void **state) {
    (void)state;
    if (!ops_operation(ops_best(), "conv2d relu maxpool2d"))
        skip();
    random_shapes(22, true);
}

static void test_conv_block_grid(void **state) {
    (void)state;
    if (!ops_operation(ops_best(), "conv2d relu maxpool2d"))
        skip();
    grid(23, true);
}

static double dense_y(const layer_shape *g, const op_args *t, size_t n, size_t k, bool block) {
    const double z =
        naive_dense_y(g->x.h * g->x.w * g->x.c, g->y.c, t->x, t->w, n, k) + (t->b ? t->b[k] : 0);
    return block && z < 0 ? 0 : z;
}

static void check_dense(const layer_shape *g, const op_args *t, range images, range rows,
                        bool block, tally *sums) {
    const size_t C = g->x.h * g->x.w * g->x.c, K = g->y.c;
    const float *dz = block ? t->dz : t->dy;
    for (size_t n = images.first; n < images.last; n++) {
        for (size_t k = 0; k < K; k++) {
            const double y = dense_y(g, t, n, k, block);
            assert_number(g, "y", t->y[n * K + k], y, sums);
            assert_true(!block || dz[n * K + k] == (y > 0 ? t->dy[n * K + k] : 0));
        }
        for (size_t c = 0; c < C; c++)
            assert_number(g, "dx", t->dx[n * C + c], naive_dense_dx(K, dz, t->w, n, c), sums);
    }
    for (size_t c = rows.first; c < rows.last; c++)
        for (size_t k = 0; k < K; k++)
            assert_number(g, "dw", t->dw[c * K + k], naive_dense_dw(C, K, t->x, dz, t->n, c, k),
                          sums);
    for (size_t k = 0; t->db && rows.first == 0 && k < K; k++) {
        double sum = 0;
        for (size_t n = 0; n < t->n; n++)
            sum += dz[n * K + k];
        assert_number(g, "db", t->db[k], sum, sums);
    }
}

/* With every share of zeros, and wide outputs of whole vectors. */
static bool dense_once(random_state *random, size_t round, bool block) {
    static const uint32_t zeros[] = {10, 35, 50, 70};
    const operation *op =
        block ? ops_operation(ops_best(), "dense relu") : ops_operation(ops_best(), "dense");
    const layer_shape g = dense_drawn(random, round % 3 == 0);
    const sizes sizes = dense_sizes(&g);
    const size_t n = between(random, 1, round % 4 ? 20 : 80), C = sizes.x;
    const range images = range_drawn(random, n);
    const range rows = round % 2 ? range_drawn(random, C) : (range){0, C};
    arrays a = {.used = 0};
    tally sums = {0, 0};
    op_args t = inputs_drawn(&a, random, sizes, &g, n,
                             (draw){zeros[random_below(random, COUNT(zeros))], 5}, (draw){40, 5});
    outputs_made(&a, sizes, &g, op, &t);
    assert_exact(&t, sizes, g.y.c, C, g.y.c, n);
    forward_once(op, &g, &t, images);
    backward_once(op, &g, &t, images, rows);
    check_dense(&g, &t, images, rows, block, &sums);
    assert_fences(&a);
    arrays_free(&a);
    return sums.nonzero * (block ? 4 : 2) > sums.sums;
}

static void dense_shapes(uint64_t seed, bool block) {
    random_state random = random_seeded(seed, 0);
    size_t draws = 0;
    for (size_t i = 0; i < rounds_of(SHAPES); draws++)
        i += dense_once(&random, i, block);
    assert_true(draws < 2 * rounds_of(SHAPES) + 8);
}

static void test_dense(void **state) {
    (void)state;
    dense_shapes(24, false);
}

static void test_dense_block(void **state) {
    (void)state;
    if (!ops_operation(ops_best(), "dense relu"))
        skip();
    dense_shapes(25, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),     cmocka_unit_test(test_conv2d_grid),
        cmocka_unit_test(test_conv_block), cmocka_unit_test(test_conv_block_grid),
        cmocka_unit_test(test_dense),      cmocka_unit_test(test_dense_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
