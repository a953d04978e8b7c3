/* The fastest back end against the book, bit by bit, on random shapes: every kernel, stride,
 * padding and channel count, and gradients with few and with many zeros, which take different ways
 * through the vector convolution. On a machine without vector kernels both are the book. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"
#include "random.h"
#include "same_bits.h"

#define CANARY 12345.0f
enum { SHAPES = 600, GUARD = 16 };

/* One operation's arrays: arguments are shared, results are each back end's own. */
typedef struct arrays {
    geometry g;
    tensors t[2]; /* the book's, the other's */
    size_t x, y, w, scratch[2];
    void *blocks[32];
    size_t used;
} arrays;

static size_t pick(random_state *random, size_t low, size_t high) {
    return low + random_below(random, (uint32_t)(high - low + 1));
}

static size_t channels(random_state *random) {
    static const size_t some[] = {1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 24, 32, 33, 40, 48, 65};
    return some[random_below(random, sizeof some / sizeof *some)];
}

/* Places for count numbers with a guard behind, filled with canaries. */
static float *numbers(arrays *a, size_t count) {
    float *block = malloc((count + GUARD) * sizeof *block);
    assert_non_null(block);
    a->blocks[a->used++] = block;
    for (size_t i = 0; i < count + GUARD; i++)
        block[i] = CANARY;
    return block;
}

/* In (-1, 1); `zeros` of 100 are zero. */
static float *drawn(arrays *a, random_state *random, size_t count, uint32_t zeros) {
    float *values = numbers(a, count);
    for (size_t i = 0; i < count; i++)
        values[i] = random_below(random, 100) < zeros ? 0 : (float)(2 * random_uniform(random) - 1);
    return values;
}

static void assert_same(const arrays *a, const char *what, const float *book, const float *fast,
                        size_t count) {
    const geometry *g = &a->g;
    if (memcmp(book, fast, (count + GUARD) * sizeof *book))
        fail_msg("%s differs: %zux%zux%zu, kernel %zux%zu, stride %zux%zu, pad %zux%zu, %zu out",
                 what, g->x.h, g->x.w, g->x.c, g->r, g->s, g->u, g->v, g->pad_h, g->pad_w, g->y.c);
    for (size_t i = 0; i < GUARD; i++)
        assert_true(fast[count + i] == CANARY);
}

static void release(arrays *a) {
    for (size_t i = 0; i < a->used; i++)
        free(a->blocks[i]);
}

static void make_tensors(arrays *a, random_state *random, size_t images, uint32_t zeros,
                         const operation *book, const operation *fast) {
    const operation *both[] = {book, fast};
    const tensors shared = {.n = images,
                            .x = drawn(a, random, a->x * images, 30),
                            .w = drawn(a, random, a->w, 0),
                            .b = random_below(random, 4) ? drawn(a, random, a->g.y.c, 0) : NULL,
                            .dy = drawn(a, random, a->y * images, zeros)};
    for (int i = 0; i < 2; i++) {
        const size_t scratch = both[i]->scratch ? both[i]->scratch(&a->g) : 0;
        a->t[i] = shared;
        a->t[i].y = numbers(a, a->y * images);
        a->t[i].dx = numbers(a, a->x * images);
        a->t[i].dw = numbers(a, a->w);
        a->t[i].db = shared.b ? numbers(a, a->g.y.c) : NULL;
        a->t[i].scratch = numbers(a, scratch);
        a->scratch[i] = scratch;
    }
}

static void compare(arrays *a, const operation *book, const operation *fast, range images,
                    range weights) {
    const operation *both[] = {book, fast};
    for (int i = 0; i < 2; i++) {
        both[i]->forward(&a->g, &a->t[i], images);
        both[i]->backward_input(&a->g, &a->t[i], images);
        both[i]->backward_weights(&a->g, &a->t[i], weights);
    }
    for (size_t i = 0; i < 2 * GUARD; i++)
        assert_true(a->t[i % 2].scratch[a->scratch[i % 2] + i / 2] == CANARY);
    assert_same(a, "y", a->t[0].y, a->t[1].y, a->y * a->t[0].n);
    assert_same(a, "dx", a->t[0].dx, a->t[1].dx, a->x * a->t[0].n);
    assert_same(a, "dw", a->t[0].dw, a->t[1].dw, a->w);
    if (a->t[0].db)
        assert_same(a, "db", a->t[0].db, a->t[1].db, a->g.y.c);
}

/* False if the kernel does not fit. */
static bool draw_convolution(random_state *random, geometry *g) {
    *g = (geometry){.x = {pick(random, 1, 13), pick(random, 1, 15), channels(random)},
                    .r = pick(random, 1, 7),
                    .s = pick(random, 1, 7),
                    .u = pick(random, 1, 3),
                    .v = pick(random, 1, 3),
                    .pad_h = pick(random, 0, 3),
                    .pad_w = pick(random, 0, 3)};
    const size_t h = g->x.h + 2 * g->pad_h, w = g->x.w + 2 * g->pad_w;
    if (h < g->r || w < g->s)
        return false;
    g->y = (extent){(h - g->r) / g->u + 1, (w - g->s) / g->v + 1, channels(random)};
    return true;
}

static void test_convolutions(void **state) {
    static const uint32_t zeros[] = {0, 40, 60, 80, 95, 100};
    random_state random = random_seeded(4, 0);
    (void)state;
    for (size_t done = 0; done < SHAPES;) {
        arrays a = {.used = 0};
        const operation *book = &ops_book()->conv2d, *fast = &exact_best()->conv2d;
        if (!draw_convolution(&random, &a.g))
            continue;
        const size_t n = pick(&random, 1, 4), first = random_below(&random, (uint32_t)n);
        a.x = a.g.x.h * a.g.x.w * a.g.x.c;
        a.y = a.g.y.h * a.g.y.w * a.g.y.c;
        a.w = a.g.r * a.g.s * a.g.x.c * a.g.y.c;
        make_tensors(&a, &random, n, zeros[done++ % 6], book, fast);
        compare(&a, book, fast, (range){first, n}, (range){first, n});
        release(&a);
    }
}

static void test_dense_layers(void **state) {
    random_state random = random_seeded(5, 0);
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        arrays a = {.g = {.x = {1, 1, channels(&random) * pick(&random, 1, 5)},
                          .y = {1, 1, channels(&random)}}};
        const operation *book = &ops_book()->dense, *fast = &exact_best()->dense;
        const size_t n = pick(&random, 1, 20), first = random_below(&random, (uint32_t)n);
        a.x = a.g.x.c;
        a.y = a.g.y.c;
        a.w = a.x * a.y;
        make_tensors(&a, &random, n, 20, book, fast);
        compare(&a, book, fast, (range){first, n},
                (range){random_below(&random, (uint32_t)a.x), a.x});
        release(&a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_dense_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
