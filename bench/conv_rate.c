/* conv_rate N C H W K R STRIDE PAD THREADS: times a single convolution, forward, dx, dw and db, in
 * shards and with partial sums like a model's program. Calls the operation directly: through cnn.h,
 * the time would include a softmax over the convolution's outputs. serve.h describes requests. */
#include "serve.h"

#include "memory.h"
#include "ops.h"
#include "pool.h"
#include "window.h"

#include <stdio.h>
#include <stdlib.h>

enum { PARTS = 8 };

typedef struct work {
    const operation *conv;
    layer_shape shape;
    op_args args;
    pool *pool;
    size_t shards, splits, scratch_size, weights;
    real *scratch, *partials; /* one block per shard; a shard's partials are dw, then db */
} work;

static size_t extent_size(extent e) {
    return e.h * e.w * e.c;
}

static real *numbers(size_t count) {
    real *block = serve_need(memory_new(count, sizeof *block, NULL), "no memory");
    unsigned state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        block[i] = (real)(int)(state >> 8) / (real)(1 << 23) - 1;
    }
    return block;
}

static op_args split(const work *w, size_t task) {
    op_args t = w->args;
    t.scratch = w->scratch + task * w->scratch_size;
    t.split = task % w->splits;
    t.splits = w->splits;
    return t;
}

static void forward(void *context, size_t task, size_t worker) {
    (void)worker;
    const work *w = context;
    const op_args t = split(w, task);
    w->conv->forward(&w->shape, &t, range_part(t.n, w->shards, task / w->splits));
}

static void backward(void *context, size_t task, size_t worker) {
    (void)worker;
    const work *w = context;
    const size_t shard = task / w->splits;
    const range images = range_part(w->args.n, w->shards, shard);
    op_args t = split(w, task);
    w->conv->backward_input(&w->shape, &t, images);
    if (w->shards > 1) {
        t.dw = w->partials + shard * (w->weights + w->shape.y.c);
        t.db = t.dw + w->weights;
    }
    w->conv->backward_weights(&w->shape, &t, images);
}

static void add_part(void *context, size_t part, size_t worker) {
    (void)worker;
    const work *w = context;
    const size_t stride = w->weights + w->shape.y.c;
    const range elements = range_part(stride, PARTS, part);
    for (size_t i = elements.first; i < elements.last; i++) {
        real sum = w->partials[i];
        for (size_t shard = 1; shard < w->shards; shard++)
            sum += w->partials[shard * stride + i];
        if (i < w->weights)
            w->args.dw[i] = sum;
        else
            w->args.db[i - w->weights] = sum;
    }
}

static void step(void *context) {
    work *w = context;
    pool_run(w->pool, w->shards * w->splits, forward, w);
    pool_run(w->pool, w->shards * w->splits, backward, w);
    if (w->shards > 1)
        pool_run(w->pool, PARTS, add_part, w);
}

static layer_shape shape_of(char **argument) {
    const size_t r = serve_count(argument[6]), stride = serve_count(argument[7]);
    const size_t pad = (size_t)atoi(argument[8]);
    layer_shape g = {
        .x = {serve_count(argument[3]), serve_count(argument[4]), serve_count(argument[2])},
        .r = r,
        .s = r,
        .u = stride,
        .v = stride,
        .pad_h = pad,
        .pad_w = pad};
    g.y = (extent){window_outputs(g.x.h, pad, r, stride), window_outputs(g.x.w, pad, r, stride),
                   serve_count(argument[5])};
    return g;
}

/* The memory is never freed, as it is needed until the program ends. */
static void take_memory(work *w, size_t n, size_t threads) {
    const layer_shape *g = &w->shape;
    w->weights = g->r * g->s * g->x.c * g->y.c;
    w->shards = n < SHARDS_MAX ? n : SHARDS_MAX;
    w->splits = w->conv->can_split && threads > w->shards ? threads / w->shards : 1;
    w->scratch_size = w->conv->scratch ? w->conv->scratch(g) : 0;
    w->scratch = numbers(w->shards * w->splits * w->scratch_size);
    w->partials = numbers(w->shards * (w->weights + g->y.c));
    w->args = (op_args){.n = n,
                        .x = numbers(n * extent_size(g->x)),
                        .w = numbers(w->weights),
                        .b = numbers(g->y.c),
                        .y = numbers(n * extent_size(g->y)),
                        .dy = numbers(n * extent_size(g->y)),
                        .dx = numbers(n * extent_size(g->x)),
                        .dw = numbers(w->weights),
                        .db = numbers(g->y.c)};
}

int main(int arguments, char **argument) {
    if (arguments != 10) {
        fprintf(stderr, "usage: conv_rate N C H W K R STRIDE PAD THREADS\n");
        return 2;
    }
    work w = {.conv = ops_operation(ops_best(), "conv2d"), .shape = shape_of(argument)};
    const size_t threads = serve_count(argument[9]);
    take_memory(&w, serve_count(argument[1]), threads);
    w.pool = serve_need(pool_create(threads, NULL), "no threads");
    return serve(step, &w, 0);
}
