/* The blocks of the fastest back end, convolution, ReLU and pool in one, and dense and ReLU,
 * against their parts computed one after the other by the book, bit by bit. A back end without
 * blocks passes trivially. */
#include "books.h"
#include "conv_grid.h"
#include "pairs.h"
#include "same_bits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES = 2500 };

/* Zeros per 100 numbers of dy. */
static const uint32_t zeros[] = {0, 30, 60, 80, 95, 100};

/* The arrays of a block, and those of its parts: outputs of the convolution and the ReLU, and the
 * gradients of these. */
typedef struct twin {
    arrays arrays;
    sizes sizes;
    op_args block, parts;
    float *conv, *relu, *dconv, *drelu;
    size_t above; /* outputs above 0 */
} twin;

static layer_shape relu_of(const layer_shape *g) {
    return (layer_shape){.x = g->y, .y = g->y};
}

static void parts_forward(const layer_shape *g, const twin *r, range images) {
    const layer_shape relu = relu_of(g);
    op_args conv = r->parts, act = {.n = conv.n, .x = r->conv}, pool = {.n = conv.n, .x = r->relu};
    conv.y = r->conv;
    act.y = g->pool ? r->relu : r->parts.y;
    pool.y = r->parts.y;
    pool.indices = r->parts.indices;
    ops_operation(ops_book(), "conv2d")->forward(g, &conv, images);
    ops_operation(ops_book(), "relu")->forward(&relu, &act, images);
    if (g->pool)
        ops_operation(ops_book(), "maxpool2d")->forward(g->pool, &pool, images);
}

static void parts_backward(const layer_shape *g, const twin *r, range images) {
    const layer_shape relu = relu_of(g);
    op_args conv = r->parts, act = {.n = conv.n, .x = r->conv}, pool = r->parts;
    pool.dx = r->drelu;
    act.dy = g->pool ? r->drelu : r->parts.dy;
    act.dx = r->dconv;
    conv.dy = r->dconv;
    if (g->pool)
        ops_operation(ops_book(), "maxpool2d")->backward_input(g->pool, &pool, images);
    ops_operation(ops_book(), "relu")->backward_input(&relu, &act, images);
    backward_once(ops_operation(ops_book(), "conv2d"), g, &conv, images, images);
}

/* Indices count where y is above 0. Elsewhere the block may leave any value, so they are
 * overwritten: the backward pass must not read them. */
static void compare_indices(const layer_shape *g, twin *r, range images) {
    for (size_t i = images.first * r->sizes.y; i < images.last * r->sizes.y; i++)
        if (!(r->parts.y[i] <= 0)) {
            if (g->pool && r->block.indices[i] != r->parts.indices[i])
                fail_shape(g, "indices");
            r->above++;
        } else {
            r->block.indices[i] = INT32_MIN;
        }
}

static void make_twin(twin *r, const layer_shape *g, op_args inputs) {
    const size_t conv = inputs.n * g->y.h * g->y.w * g->y.c;
    r->block = r->parts = inputs;
    outputs_made(&r->arrays, r->sizes, g, ops_operation(exact_best(), "conv2d relu maxpool2d"),
                 &r->block);
    r->block.splits = r->sizes.x % 5; /* any number, by the shape */
    outputs_made(&r->arrays, r->sizes, g, ops_operation(ops_book(), "conv2d"), &r->parts);
    r->conv = numbers_guarded(&r->arrays, conv);
    r->relu = numbers_guarded(&r->arrays, conv);
    r->dconv = numbers_guarded(&r->arrays, conv);
    r->drelu = numbers_guarded(&r->arrays, conv);
}

/* Values outside of the images keep the initial ones, the same in both. */
static void compare_gradients(const layer_shape *g, const twin *r) {
    assert_same_bits(g, "dx", r->parts.dx, r->block.dx, r->sizes.x * r->parts.n);
    assert_same_bits(g, "dw", r->parts.dw, r->block.dw, r->sizes.w);
    if (r->parts.db)
        assert_same_bits(g, "db", r->parts.db, r->block.db, g->y.c);
}

static void compare_forward(const layer_shape *g, twin *r, range images) {
    parts_forward(g, r, images);
    forward_once(ops_operation(exact_best(), "conv2d relu maxpool2d"), g, &r->block, images);
    assert_same_bits(g, "y", r->parts.y, r->block.y, r->sizes.y * r->parts.n);
    compare_indices(g, r, images);
}

/* Draws values and gradients by these rules; adds to two counts: of outputs, and of those above
 * 0. */
static void compare_block(random_state *random, const layer_shape *g, size_t n, draw x, draw dy,
                          size_t counts[2]) {
    twin r = {.sizes = conv_sizes(g)};
    const range images = range_drawn(random, n);
    make_twin(&r, g, inputs_drawn(&r.arrays, random, r.sizes, g, n, x, dy));
    compare_forward(g, &r, images);
    parts_backward(g, &r, images);
    backward_once(ops_operation(exact_best(), "conv2d relu maxpool2d"), g, &r.block, images,
                  images);
    compare_gradients(g, &r);
    assert_fences(&r.arrays);
    arrays_free(&r.arrays);
    counts[0] += (images.last - images.first) * r.sizes.y;
    counts[1] += r.above;
}

static bool no_blocks(void) {
    return !ops_operation(exact_best(), "conv2d relu maxpool2d");
}

/* Every second round is in whole numbers, so that places of a window tie. */
static void test_random_shapes(void **state) {
    random_state random = random_seeded(9, 0);
    size_t counts[2] = {0, 0};
    (void)state;
    if (no_blocks())
        skip();
    for (size_t i = 0; i < rounds_of(SHAPES); i++) {
        layer_shape g = convolution_drawn(&random);
        const layer_shape pool = pool_drawn(&random, &g);
        g.pool = random_below(&random, 4) ? &pool : NULL;
        compare_block(&random, &g, between(&random, 1, 4), (draw){30, i % 2 ? 2 : 0},
                      (draw){zeros[i / 2 % COUNT(zeros)], 0}, counts);
    }
    assert_true(counts[1] > counts[0] / 3);
}

static void compare_grid(random_state *random, size_t index, size_t counts[2]) {
    layer_shape g = conv_grid_shape(index);
    const bool small = products_in(&g)<1000000, pooled = g.y.h> 1 && g.y.w > 1;
    const layer_shape pool = pool_drawn(random, &g);
    for (size_t i = 0; i < (small ? COUNT(zeros) : 1) && grid_allows(&g); i++) {
        const draw dy = {zeros[(index + i) % COUNT(zeros)], 0};
        g.pool = NULL;
        compare_block(random, &g, small ? 3 : 1, (draw){30, 0}, dy, counts);
        g.pool = &pool;
        if (pooled)
            compare_block(random, &g, small ? 3 : 1, (draw){30, 2}, (draw){0, 0}, counts);
    }
}

static void test_grid(void **state) {
    random_state random = random_seeded(10, 0);
    size_t counts[2] = {0, 0};
    (void)state;
    if (no_blocks())
        skip();
    for (size_t i = 0; i < CONV_GRID_SHAPES; i++)
        compare_grid(&random, i, counts);
    assert_true(counts[1] > counts[0] / 3);
}

/* A NaN passes through ReLU and pool as it does in the book. (In the backward pass it may be
 * multiplied by a zero that one adds and the other leaves out.) */
static void test_nan_forward(void **state) {
    random_state random = random_seeded(11, 0);
    (void)state;
    if (no_blocks())
        skip();
    for (size_t i = 0; i < rounds_of(SHAPES / 5); i++) {
        layer_shape g = convolution_drawn(&random);
        const layer_shape pool = pool_drawn(&random, &g);
        g.pool = i % 4 ? &pool : NULL;
        twin r = {.sizes = conv_sizes(&g)};
        float *x = numbers_guarded(&r.arrays, 2 * r.sizes.x);
        op_args inputs =
            inputs_drawn(&r.arrays, &random, r.sizes, &g, 2, (draw){30, 0}, (draw){0, 0});
        memcpy(x, inputs.x, 2 * r.sizes.x * sizeof *x);
        x[random_below(&random, (uint32_t)(2 * r.sizes.x))] = NAN;
        inputs.x = x;
        make_twin(&r, &g, inputs);
        compare_forward(&g, &r, (range){0, 2});
        assert_fences(&r.arrays);
        arrays_free(&r.arrays);
    }
}

static void assert_numbers(const float *expected, const float *found, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (expected[i] != found[i])
            fail_msg("number %zu is %g, not %g", i, (double)found[i], (double)expected[i]);
}

/* docs/math/conv_block.md: a tie, and a window that the ReLU stops */
static void example_of_the_page(void **state) {
    const float x[] = {1, 0, 2, 0, 3, 1, 2, 1, 0}, w[] = {1, -1, -1, -1, 2, -1, 0, -1},
                b[] = {-1, 0};
    const float dy[] = {2, 5};
    float y[2], dx[9], dw[8], db[2];
    int32_t indices[2];
    const layer_shape pool = {.x = {2, 2, 2}, .y = {1, 1, 2}, .r = 2, .s = 2, .u = 2, .v = 2};
    const layer_shape g = {
        .x = {3, 3, 1}, .y = {2, 2, 2}, .r = 2, .s = 2, .u = 1, .v = 1, .pool = &pool};
    const operation *block = ops_operation(exact_best(), "conv2d relu maxpool2d");
    (void)state;
    if (no_blocks())
        skip();
    float *scratch = calloc(block->scratch(&g), sizeof *scratch);
    const op_args t = {.n = 1,
                       .x = x,
                       .w = w,
                       .b = b,
                       .y = y,
                       .indices = indices,
                       .dy = dy,
                       .dx = dx,
                       .dw = dw,
                       .db = db,
                       .scratch = scratch};
    const range image = {0, 1};
    assert_non_null(scratch);
    block->forward(&g, &t, image);
    block->backward_input(&g, &t, image);
    block->backward_weights(&g, &t, image);
    assert_numbers((float[]){3, 0}, y, 2);
    assert_int_equal(indices[0], 1);
    assert_numbers((float[]){0, 2, -2, 0, 4, 0, 0, 0, 0}, dx, 9);
    assert_numbers((float[]){0, 0, 4, 0, 6, 0, 2, 0}, dw, 8);
    assert_numbers((float[]){2, 0}, db, 2);
    free(scratch);
}

/* The results of a dense block's parts by the book; its z are the layer's outputs. */
static void dense_parts(const layer_shape *g, const op_args *dense, float *y, const float *dy,
                        range images, range rows) {
    const layer_shape relu = relu_of(g);
    const range all = {0, dense->n};
    const op_args act = {.n = dense->n, .x = dense->y, .y = y, .dy = dy, .dx = dense->dz};
    forward_once(ops_operation(ops_book(), "dense"), g, dense, images);
    ops_operation(ops_book(), "relu")->forward(&relu, &act, images);
    ops_operation(ops_book(), "relu")->backward_input(&relu, &act, all);
    op_args back = *dense;
    back.dy = dense->dz;
    backward_once(ops_operation(ops_book(), "dense"), g, &back, images, rows);
}

/* Forward at once and in pieces; the backward pass from either. */
static void compare_dense(random_state *random, size_t round) {
    const operation *block = ops_operation(exact_best(), "dense relu");
    const layer_shape g = dense_drawn(random, round % 3 == 0);
    const sizes sizes = dense_sizes(&g);
    const size_t n = between(random, 1, round % 4 ? 20 : 80), ys = n * sizes.y;
    const range images = range_drawn(random, n), rows = range_drawn(random, sizes.x);
    arrays a = {.used = 0};
    op_args fast = inputs_drawn(&a, random, sizes, &g, n, (draw){30, 0}, (draw){20, 0});
    op_args book = fast;
    outputs_made(&a, sizes, &g, block, &fast);
    fast.splits = round % 5;
    outputs_made(&a, sizes, &g, ops_operation(ops_book(), "dense"), &book);
    float *y = numbers_guarded(&a, ys);
    book.dz = numbers_guarded(&a, ys);
    dense_parts(&g, &book, y, book.dy, images, rows);
    fast.partial_sums = numbers_guarded(&a, n * block->partial_sums(&g));
    forward_once(block, &g, &fast, images);
    assert_same_bits(&g, "y", y, fast.y, ys);
    forget(fast.y, ys);
    forward_by_partial_sums(block, &g, fast, images, between(random, 1, 5));
    assert_same_bits(&g, "y in pieces", y, fast.y, ys);
    backward_once(block, &g, &fast, images, rows);
    assert_same_bits(&g, "dz", book.dz, fast.dz, ys);
    assert_same_bits(&g, "dx", book.dx, fast.dx, n * sizes.x);
    assert_same_bits(&g, "dw", book.dw, fast.dw, sizes.w);
    if (book.db)
        assert_same_bits(&g, "db", book.db, fast.db, g.y.c);
    assert_fences(&a);
    arrays_free(&a);
}

static void test_dense_block(void **state) {
    random_state random = random_seeded(12, 0);
    (void)state;
    if (no_blocks())
        skip();
    for (size_t i = 0; i < rounds_of(SHAPES); i++)
        compare_dense(&random, i);
}

/* docs/math/dense_block.md: one output that the ReLU lets through and one that it stops. */
static void example_of_the_dense_page(void **state) {
    const float x[] = {1, 2}, w[] = {3, 1, -1, -1}, b[] = {0, 0.5f}, dy[] = {2, 5};
    float y[2], dz[2], dx[2], dw[4], db[2];
    const layer_shape g = {.x = {1, 1, 2}, .y = {1, 1, 2}};
    const operation *block = ops_operation(exact_best(), "dense relu");
    (void)state;
    if (no_blocks())
        skip();
    float *scratch = calloc(block->scratch(&g), sizeof *scratch);
    const op_args t = {.n = 1,
                       .x = x,
                       .w = w,
                       .b = b,
                       .y = y,
                       .dy = dy,
                       .dz = dz,
                       .dx = dx,
                       .dw = dw,
                       .db = db,
                       .scratch = scratch};
    assert_non_null(scratch);
    block->forward(&g, &t, (range){0, 1});
    backward_once(block, &g, &t, (range){0, 1}, (range){0, 2});
    assert_numbers((float[]){1, 0}, y, 2);
    assert_numbers((float[]){2, 0}, dz, 2);
    assert_numbers((float[]){6, -2}, dx, 2);
    assert_numbers((float[]){2, 0, 4, 0}, dw, 4);
    assert_numbers((float[]){2, 0}, db, 2);
    free(scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_nan_forward),
        cmocka_unit_test(example_of_the_dense_page),
        cmocka_unit_test(test_dense_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
