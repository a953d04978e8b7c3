/* Creates the ladder's problem in one block of memory, and compares results with the book's. */
#include "ladder_problem.h"

#include "memory.h"
#include "random.h"
#include "window.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 16, INPUTS = 16, OUTPUTS = 32, KERNEL = 3 };

static const rungs *const tables[] = {
#if defined(__x86_64__)
    &rungs_avx512,
#endif
#if defined(__x86_64__) || defined(__i386__)
    &rungs_avx2,
#endif
    &rungs_base};

const rungs *ladder_rungs_at(size_t index) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (ops_named(tables[i]->name) && index-- == 0)
            return tables[i];
    return NULL;
}

static size_t extent_size(extent e) {
    return e.h * e.w * e.c;
}

static size_t weights_size(const layer_shape *g) {
    return g->r * g->s * g->x.c * g->y.c;
}

/* Transposes each of `blocks` matrices: to[column][row] = from[row][column]. */
static void transpose_all(size_t blocks, size_t rows, size_t columns, const float *from,
                          float *to) {
    for (size_t b = 0; b < blocks; b++)
        for (size_t row = 0; row < rows; row++)
            for (size_t column = 0; column < columns; column++)
                to[(b * columns + column) * rows + row] = from[(b * rows + row) * columns + column];
}

/* w[r][s][c][k] to [k][c][r][s], with `between` as intermediate storage. */
static void weights_first(const layer_shape *g, const float *from, float *between, float *to) {
    transpose_all(1, g->r * g->s * g->x.c, g->y.c, from, between);
    transpose_all(g->y.c, g->r * g->s, g->x.c, between, to);
}

static void weights_last(const layer_shape *g, const float *from, float *between, float *to) {
    transpose_all(g->y.c, g->x.c, g->r * g->s, from, between);
    transpose_all(1, g->y.c, g->r * g->s * g->x.c, between, to);
}

static float number(random_state *random) {
    return (float)random_below(random, 1u << 20) / (1 << 19) - 1;
}

/* In half of the windows of each channel, one of the four positions has a non-zero gradient. */
static void draw_gradient(random_state *random, const ladder_problem *p) {
    const size_t K = p->shape.y.c, Q = p->shape.y.w, windows = extent_size(p->pool.y) / K;
    float(*dy)[K] = (void *)p->last.dy;
    for (size_t n = 0; n < p->last.n; n++, dy += 4 * windows)
        for (size_t window = 0; window < windows; window++)
            for (size_t k = 0; k < K; k++) {
                const uint32_t drawn = random_below(random, 8), position = drawn % 4;
                const size_t row = window / p->pool.y.w * 2 + position / 2;
                const size_t column = window % p->pool.y.w * 2 + position % 2;
                if (drawn < 4)
                    dy[row * Q + column][k] = number(random);
            }
}

static void draw(ladder_problem *p) {
    random_state random = random_seeded(1, 0);
    const layer_shape *g = &p->shape;
    for (size_t i = 0; i < p->last.n * extent_size(g->x); i++)
        ((float *)p->last.x)[i] = number(&random);
    for (size_t i = 0; i < weights_size(g); i++)
        ((float *)p->last.w)[i] = number(&random) / 8;
    for (size_t k = 0; k < g->y.c; k++)
        ((float *)p->last.b)[k] = number(&random);
    draw_gradient(&random, p);
    transpose_all(p->last.n, g->x.h * g->x.w, g->x.c, p->last.x, (float *)p->first.x);
    transpose_all(p->last.n, g->y.h * g->y.w, g->y.c, p->last.dy, (float *)p->first.dy);
    weights_first(g, p->last.w, p->last.scratch, (float *)p->first.w);
}

static op_args cut(const layer_shape *g, size_t n, arena *arena) {
    const size_t X = extent_size(g->x), Y = extent_size(g->y), W = weights_size(g);
    const size_t padded = (g->x.h + 2 * g->pad_h) * (g->x.w + 2 * g->pad_w) * g->x.c;
    return (op_args){.n = n,
                     .x = arena_take(arena, n * X, sizeof(float)),
                     .w = arena_take(arena, W, sizeof(float)),
                     .b = arena_take(arena, g->y.c, sizeof(float)),
                     .y = arena_take(arena, n * Y, sizeof(float)),
                     .indices = arena_take(arena, n * Y, sizeof(int32_t)),
                     .dy = arena_take(arena, n * Y, sizeof(float)),
                     .dw = arena_take(arena, W, sizeof(float)),
                     .scratch = arena_take(arena, padded + 2 * (Y > W ? Y : W), sizeof(float))};
}

static void cut_all(ladder_problem *p, size_t images, arena *arena) {
    p->last = cut(&p->shape, images, arena);
    p->first = cut(&p->shape, images, arena);
    p->book = cut(&p->shape, images, arena);
    p->pooled = cut(&p->shape, images, arena);
    p->first.b = p->book.b = p->last.b;
    p->book.x = p->last.x, p->book.w = p->last.w, p->book.dy = p->last.dy;
}

ladder_problem *ladder_problem_create(size_t images) {
    ladder_problem *p = calloc(1, sizeof *p);
    arena counted = {0};
    if (!p)
        return NULL;
    p->shape = (layer_shape){.x = {SIDE, SIDE, INPUTS},
                             .y = {SIDE, SIDE, OUTPUTS},
                             .r = KERNEL,
                             .s = KERNEL,
                             .u = 1,
                             .v = 1,
                             .pad_h = KERNEL / 2,
                             .pad_w = KERNEL / 2,
                             .pool = &p->pool};
    p->pool = (layer_shape){
        .x = p->shape.y, .y = {SIDE / 2, SIDE / 2, OUTPUTS}, .r = 2, .s = 2, .u = 2, .v = 2};
    cut_all(p, images, &counted);
    p->memory = memory_new(counted.used, 1, NULL);
    if (!p->memory) {
        free(p);
        return NULL;
    }
    cut_all(p, images, &(arena){.base = p->memory});
    draw(p);
    return p;
}

void ladder_problem_free(ladder_problem *p) {
    if (p)
        free(p->memory);
    free(p);
}

double ladder_multiply_adds(const ladder_problem *p) {
    const layer_shape *g = &p->shape;
    double rows = 0; /* kernel rows over all output rows; columns are the same */
    for (size_t at = 0; at < g->y.h; at++) {
        const range r = window_inside(g->x.h, g->pad_h, g->r, g->u, at);
        rows += (double)(r.last - r.first);
    }
    return rows * rows * (double)(g->x.c * g->y.c * p->last.n);
}

void ladder_run(const ladder_problem *p, const rung *rung) {
    rung->run(&p->shape, rung->channels_first ? &p->first : &p->last, (range){0, p->last.n});
}

/* Computes the expected results, book and pooled. */
static void run_book(ladder_problem *p, const rungs *rungs) {
    const ops *book = rungs->roundings == ops_book()->roundings ? ops_book() : rungs->book;
    const layer_shape *g = &p->shape, relu = {.x = g->y, .y = g->y};
    const range all = {0, p->book.n};
    ops_operation(book, "conv2d")->forward(g, &p->book, all);
    ops_operation(book, "conv2d")->backward_weights(g, &p->book, all);
    const op_args rectify = {.n = p->book.n, .x = p->book.y, .y = (float *)p->pooled.dy};
    ops_operation(book, "relu")->forward(&relu, &rectify, all);
    p->pooled.x = rectify.y;
    ops_operation(book, "maxpool2d")->forward(&p->pool, &p->pooled, all);
}

static bool same_pooled(const ladder_problem *p) {
    const size_t count = p->last.n * extent_size(p->pool.y);
    for (size_t i = 0; i < count; i++)
        if (p->pooled.y[i] > 0 && p->pooled.indices[i] != p->last.indices[i])
            return false;
    return !memcmp(p->pooled.y, p->last.y, count * sizeof(float));
}

/* Transposes y and dw of `first` into those of `last`. */
static void results_last(ladder_problem *p) {
    const layer_shape *g = &p->shape;
    transpose_all(p->last.n, g->y.c, g->y.h * g->y.w, p->first.y, p->last.y);
    weights_last(g, p->first.dw, p->first.scratch, p->last.dw);
}

bool ladder_same_bits(ladder_problem *p, const rungs *rungs, const rung *rung) {
    const layer_shape *g = &p->shape;
    const op_args *t = rung->channels_first ? &p->first : &p->last;
    const size_t y = p->last.n * extent_size(g->y) * sizeof(float);
    const size_t dw = weights_size(g) * sizeof(float);
    run_book(p, rungs);
    memset(t->y, -1, y); /* NaN, which a rung has to overwrite */
    memset(t->dw, -1, dw);
    ladder_run(p, rung);
    if (rung->channels_first)
        results_last(p);
    switch (rung->result) {
    case RUNG_Y:
        return !memcmp(p->book.y, p->last.y, y);
    case RUNG_POOLED:
        return same_pooled(p);
    default:
        return !memcmp(p->book.dw, p->last.dw, dw);
    }
}
