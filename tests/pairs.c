/* Draws shapes and numbers, and compares arrays and the fences around them. */
#include "pairs.h"

#include "books.h"

#include <stdlib.h>
#include <string.h>

enum { FENCE = 16, NUMBERS_MOST = 4 << 20 };
/* A quiet NaN that no computation produces. */
static const uint32_t unwritten = 0x7fc0dead;

static size_t share(void) {
    const char *text = getenv("CNN_TEST_SHARE");
    const long n = text ? strtol(text, NULL, 10) : 1;
    return n > 1 ? (size_t)n : 1;
}

size_t rounds_of(size_t count) {
    const size_t part = count / share();
    return part ? part : 1;
}

size_t products_in(const layer_shape *g) {
    return g->y.h * g->y.w * g->y.c * g->r * g->s * g->x.c;
}

bool grid_allows(const layer_shape *g) {
    return products_in(g) <= 210000000 / share();
}

static uint32_t *array_new(arrays *a, size_t count, bool guarded) {
    const size_t fence = guarded ? FENCE : 0, all = count + 2 * fence;
    uint32_t *block = malloc(all ? all * sizeof *block : 1);
    assert_non_null(block);
    assert_true(a->used < ARRAYS_MOST);
    a->all[a->used].block = block;
    a->all[a->used].count = count;
    a->all[a->used++].guarded = guarded;
    forget(block, all);
    return block + fence;
}

void forget(void *array, size_t count) {
    uint32_t *words = array;
    for (size_t i = 0; i < count; i++)
        words[i] = unwritten;
}

float *numbers_guarded(arrays *a, size_t count) {
    return (float *)(void *)array_new(a, count, true);
}

int32_t *places_guarded(arrays *a, size_t count) {
    return (int32_t *)array_new(a, count, true);
}

void assert_fences(const arrays *a) {
    for (size_t i = 0; i < a->used; i++)
        for (size_t j = 0; a->all[i].guarded && j < FENCE; j++) {
            assert_int_equal(a->all[i].block[j], unwritten);
            assert_int_equal(a->all[i].block[FENCE + a->all[i].count + j], unwritten);
        }
}

void arrays_free(arrays *a) {
    for (size_t i = 0; i < a->used; i++)
        free(a->all[i].block);
    a->used = 0;
}

static float number_drawn(random_state *random, draw how) {
    if (how.zeros && random_below(random, 100) < how.zeros)
        return random_below(random, 2) ? -0.0f : 0;
    if (how.most)
        return (float)between(random, 0, 2 * how.most) - (float)how.most;
    return (float)(2 * random_uniform(random) - 1);
}

const float *numbers_drawn(arrays *a, random_state *random, size_t count, draw how) {
    float *values = (float *)(void *)array_new(a, count, false);
    for (size_t i = 0; i < count; i++)
        values[i] = number_drawn(random, how);
    return values;
}

sizes conv_sizes(const layer_shape *g) {
    const extent y = g->pool ? g->pool->y : g->y;
    return (sizes){g->x.h * g->x.w * g->x.c, y.h * y.w * y.c, g->r * g->s * g->x.c * g->y.c};
}

op_args inputs_drawn(arrays *a, random_state *random, sizes sizes, const layer_shape *g, size_t n,
                     draw x, draw dy) {
    const draw w = {x.most ? 20 : 0, x.most};
    return (op_args){.n = n,
                     .x = numbers_drawn(a, random, sizes.x * n, x),
                     .w = numbers_drawn(a, random, sizes.w, w),
                     .b = random_below(random, 4) ? numbers_drawn(a, random, g->y.c, w) : NULL,
                     .dy = numbers_drawn(a, random, sizes.y * n, dy)};
}

static size_t scratch_of(const operation *op, const layer_shape *g) {
    return op->scratch ? op->scratch(g) : 0;
}

void outputs_made(arrays *a, sizes sizes, const layer_shape *g, const operation *op, op_args *t) {
    t->y = numbers_guarded(a, sizes.y * t->n);
    t->indices = places_guarded(a, sizes.y * t->n);
    t->dz = op->backward_output ? numbers_guarded(a, sizes.y * t->n) : NULL;
    t->dx = numbers_guarded(a, sizes.x * t->n);
    t->dw = numbers_guarded(a, sizes.w);
    t->db = t->b ? numbers_guarded(a, g->y.c) : NULL;
    t->scratch = numbers_guarded(a, scratch_of(op, g));
}

/* One pass, split by split; even numbers of splits run backwards, so that neither the splits after
 * one nor those before it may lose results. */
static void run_pass(const operation *op, operation_pass pass, const layer_shape *g,
                     const op_args *t, range range) {
    const size_t splits = op->can_split && t->splits ? t->splits : 1;
    op_args part = *t;
    for (size_t i = 0; i < splits; i++) {
        part.split = splits % 2 ? i : splits - 1 - i;
        forget(t->scratch, scratch_of(op, g));
        pass(g, &part, range);
    }
}

void forward_once(const operation *op, const layer_shape *g, const op_args *t, range images) {
    run_pass(op, op->forward, g, t, images);
}

void backward_once(const operation *op, const layer_shape *g, const op_args *t, range images,
                   range weights) {
    if (op->backward_output)
        op->backward_output(g, t, (range){0, t->n});
    run_pass(op, op->backward_input, g, t, images);
    run_pass(op, op->backward_weights, g, t, weights);
}

void forward_by_partial_sums(const operation *op, const layer_shape *g, op_args t, range images,
                             size_t splits) {
    t.splits = splits;
    for (t.split = 0; t.split < splits; t.split++)
        op->forward_partial(g, &t, images);
    for (t.split = 0; t.split < splits; t.split++)
        op->forward_combine(g, &t, images);
}

layer_shape dense_drawn(random_state *random, bool wide) {
    return (layer_shape){
        .x = {between(random, 1, 3), between(random, 1, 3), channels_drawn(random)},
        .y = {1, 1, wide ? 8 * between(random, 8, 18) : channels_drawn(random)}};
}

sizes dense_sizes(const layer_shape *g) {
    const size_t inputs = g->x.h * g->x.w * g->x.c;
    return (sizes){inputs, g->y.c, inputs * g->y.c};
}

void fail_shape(const layer_shape *g, const char *what) {
    const layer_shape none = {.r = 0}, *pool = g->pool ? g->pool : &none;
    fail_msg("%s: %zux%zux%zu, kernel %zux%zu, stride %zux%zu, pad %zux%zu, to %zux%zux%zu, "
             "pool %zux%zu, stride %zux%zu",
             what, g->x.h, g->x.w, g->x.c, g->r, g->s, g->u, g->v, g->pad_h, g->pad_w, g->y.h,
             g->y.w, g->y.c, pool->r, pool->s, pool->u, pool->v);
}

void assert_same_bits(const layer_shape *g, const char *what, const float *book, const float *fast,
                      size_t count) {
    if (memcmp(book, fast, count * sizeof *book))
        fail_shape(g, what);
}

size_t channels_drawn(random_state *random) {
    static const size_t some[] = {1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 24, 32, 33, 40, 48, 65, 130};
    return some[random_below(random, COUNT(some))];
}

static layer_shape any_convolution(random_state *random) {
    const bool wide = random_below(random, 12) == 0;
    layer_shape g = {.x = {between(random, 1, wide ? 5 : 13), between(random, 1, 15), 0},
                     .r = between(random, 1, 7),
                     .s = between(random, 1, 7),
                     .u = between(random, 1, 3),
                     .v = between(random, 1, 3),
                     .pad_h = between(random, 0, 3),
                     .pad_w = between(random, 0, 3)};
    g.x.w += wide ? 100 : 0;
    g.x.c = channels_drawn(random);
    return g;
}

layer_shape convolution_drawn(random_state *random) {
    for (;;) {
        layer_shape g = any_convolution(random);
        const size_t h = g.x.h + 2 * g.pad_h, w = g.x.w + 2 * g.pad_w;
        if (h < g.r || w < g.s)
            continue;
        g.y = (extent){(h - g.r) / g.u + 1, (w - g.s) / g.v + 1, channels_drawn(random)};
        if (products_in(&g) < NUMBERS_MOST)
            return g;
    }
}

layer_shape pool_drawn(random_state *random, const layer_shape *conv) {
    layer_shape pool = {.x = conv->y, .r = 2, .s = 2, .u = 2, .v = 2};
    if (conv->y.h < 2 || conv->y.w < 2 || random_below(random, 3)) {
        pool.r = between(random, 1, conv->y.h < 3 ? conv->y.h : 3);
        pool.s = between(random, 1, conv->y.w < 3 ? conv->y.w : 3);
        pool.u = pool.r + random_below(random, 3);
        pool.v = pool.s + random_below(random, 3);
    }
    pool.y =
        (extent){(conv->y.h - pool.r) / pool.u + 1, (conv->y.w - pool.s) / pool.v + 1, conv->y.c};
    return pool;
}

range range_drawn(random_state *random, size_t n) {
    const size_t first = between(random, 0, n - 1);
    return (range){first, between(random, first + 1, n)};
}
