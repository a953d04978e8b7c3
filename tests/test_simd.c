/* The fastest back end against the book, bit by bit, on random shapes and on the grid: every
 * kernel, stride, padding and channel count, and gradients with few and with many zeros, which take
 * different paths through the vector convolution. Blocks are in test_blocks.c. On a machine without
 * vector kernels both are the book. */
#include "books.h"
#include "conv_grid.h"
#include "pairs.h"
#include "same_bits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES = 2000 };

/* Zeros per 100 numbers of dy. */
static const uint32_t zeros[] = {0, 40, 60, 80, 95, 100};

/* The same inputs to two operations. */
typedef struct pair {
    arrays arrays;
    sizes sizes;
    op_args book, fast;
} pair;

static void compare(pair *p, const layer_shape *g, const operation *book, const operation *fast,
                    range images, range weights) {
    p->fast = p->book;
    outputs_made(&p->arrays, p->sizes, g, book, &p->book);
    outputs_made(&p->arrays, p->sizes, g, fast, &p->fast);
    p->fast.splits = p->sizes.y % 5; /* any number, by the shape */
    forward_once(book, g, &p->book, images);
    forward_once(fast, g, &p->fast, images);
    backward_once(book, g, &p->book, images, weights);
    backward_once(fast, g, &p->fast, images, weights);
    assert_same_bits(g, "y", p->book.y, p->fast.y, p->sizes.y * p->book.n);
    assert_same_bits(g, "dx", p->book.dx, p->fast.dx, p->sizes.x * p->book.n);
    assert_same_bits(g, "dw", p->book.dw, p->fast.dw, p->sizes.w);
    if (p->book.db)
        assert_same_bits(g, "db", p->book.db, p->fast.db, g->y.c);
    assert_fences(&p->arrays);
    arrays_free(&p->arrays);
}

static void compare_convolution(random_state *random, const layer_shape *g, size_t n,
                                size_t round) {
    pair p = {.sizes = conv_sizes(g)};
    const range images = range_drawn(random, n);
    p.book = inputs_drawn(&p.arrays, random, p.sizes, g, n, (draw){30, 0},
                          (draw){zeros[round % COUNT(zeros)], 0});
    compare(&p, g, ops_operation(ops_book(), "conv2d"), ops_operation(exact_best(), "conv2d"),
            images, images);
}

static void test_convolutions(void **state) {
    random_state random = random_seeded(4, 0);
    (void)state;
    for (size_t i = 0; i < rounds_of(SHAPES); i++) {
        const layer_shape g = convolution_drawn(&random);
        compare_convolution(&random, &g, between(&random, 1, 4), i);
    }
}

static void test_grid(void **state) {
    random_state random = random_seeded(6, 0);
    (void)state;
    for (size_t i = 0; i < CONV_GRID_SHAPES; i++) {
        const layer_shape g = conv_grid_shape(i);
        const size_t n = products_in(&g) < 1000000 ? 3 : 1;
        /* Small ones with every share of zeros, large ones with one. */
        for (size_t j = 0; j < (n == 1 ? 1 : COUNT(zeros)) && grid_allows(&g); j++)
            compare_convolution(&random, &g, n, i + j);
    }
}

/* More images than the backward pass processes together, and lengths near those of the pieces. */
static void test_dense_layers(void **state) {
    random_state random = random_seeded(5, 0);
    (void)state;
    for (size_t i = 0; i < rounds_of(SHAPES); i++) {
        const layer_shape g = dense_drawn(&random, i % 3 == 0);
        pair p = {.sizes = dense_sizes(&g)};
        const draw x = {zeros[random_below(&random, COUNT(zeros))], 0};
        const size_t n = between(&random, 1, i % 4 ? 20 : 80);
        p.book = inputs_drawn(&p.arrays, &random, p.sizes, &g, n, x, (draw){20, 0});
        compare(&p, &g, ops_operation(ops_book(), "dense"), ops_operation(exact_best(), "dense"),
                range_drawn(&random, n),
                i % 2 ? range_drawn(&random, p.sizes.x) : (range){0, p.sizes.x});
    }
}

/* Numbers that tie, and a few NaNs. */
static const float *tying(arrays *a, random_state *random, size_t count, draw how) {
    float *x = numbers_guarded(a, count);
    memcpy(x, numbers_drawn(a, random, count, how), count * sizeof *x);
    for (size_t i = 0; i < count; i++)
        if (random_below(random, 50) == 0)
            x[i] = NAN;
    return x;
}

/* An operation without weights, forward and back. */
static void compare_plain(random_state *random, const layer_shape *g, const operation *book,
                          const operation *fast) {
    arrays a = {.used = 0};
    const size_t n = between(random, 1, 4), x = g->x.h * g->x.w * g->x.c;
    const sizes sizes = {x, g->y.h * g->y.w * g->y.c, 0};
    const range images = range_drawn(random, n);
    op_args t[2] = {{.n = n,
                     .x = tying(&a, random, n * sizes.x, (draw){20, 2}),
                     .dy = numbers_drawn(&a, random, n * sizes.y, (draw){20, 0})}};
    t[1] = t[0];
    for (int i = 0; i < 2; i++) {
        const operation *op = i ? fast : book;
        outputs_made(&a, sizes, g, op, &t[i]);
        op->forward(g, &t[i], images);
        op->backward_input(g, &t[i], images);
    }
    assert_same_bits(g, "y", t[0].y, t[1].y, n * sizes.y);
    assert_same_bits(g, "dx", t[0].dx, t[1].dx, n * sizes.x);
    assert_memory_equal(t[0].indices, t[1].indices, n * sizes.y * sizeof *t[0].indices);
    assert_fences(&a);
    arrays_free(&a);
}

static void test_relus(void **state) {
    random_state random = random_seeded(7, 0);
    (void)state;
    for (size_t i = 0; i < rounds_of(SHAPES); i++) {
        layer_shape g = {
            .x = {between(&random, 1, 9), between(&random, 1, 9), channels_drawn(&random)}};
        g.y = g.x;
        compare_plain(&random, &g, ops_operation(ops_book(), "relu"),
                      ops_operation(exact_best(), "relu"));
    }
}

/* Windows that overlap, too. */
static void test_pools(void **state) {
    random_state random = random_seeded(8, 0);
    (void)state;
    for (size_t i = 0; i < rounds_of(SHAPES); i++) {
        const layer_shape conv = convolution_drawn(&random);
        layer_shape g = pool_drawn(&random, &conv);
        if (i % 3 == 0) {
            g.u = g.v = 1;
            g.y.h = g.x.h - g.r + 1;
            g.y.w = g.x.w - g.s + 1;
        }
        compare_plain(&random, &g, ops_operation(ops_book(), "maxpool2d"),
                      ops_operation(exact_best(), "maxpool2d"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolutions), cmocka_unit_test(test_grid),
        cmocka_unit_test(test_dense_layers), cmocka_unit_test(test_relus),
        cmocka_unit_test(test_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
