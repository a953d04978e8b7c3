/* conv_rate N C H W K R STRIDE PAD THREADS: times one convolution alone, forward, dx, dw and db, in
 * shards and with partial sums as a model's program does it. Uses the operation itself: through
 * cnn.h a softmax over the convolution's whole output would be timed with it.
 * See serve.h for how it is asked. */
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
    geometry geometry;
    tensors tensors;
    pool *pool;
    size_t shards, slices, scratch_size, weights;
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

static tensors slice(const work *w, size_t task) {
    tensors t = w->tensors;
    t.scratch = w->scratch + task * w->scratch_size;
    t.slice = task % w->slices;
    t.slices = w->slices;
    return t;
}

static void forward(void *context, size_t task, size_t worker) {
    (void)worker;
    const work *w = context;
    const tensors t = slice(w, task);
    w->conv->forward(&w->geometry, &t, range_part(t.n, w->shards, task / w->slices));
}

static void backward(void *context, size_t task, size_t worker) {
    (void)worker;
    const work *w = context;
    const size_t shard = task / w->slices;
    const range images = range_part(w->tensors.n, w->shards, shard);
    tensors t = slice(w, task);
    w->conv->backward_input(&w->geometry, &t, images);
    if (w->shards > 1) {
        t.dw = w->partials + shard * (w->weights + w->geometry.y.c);
        t.db = t.dw + w->weights;
    }
    w->conv->backward_weights(&w->geometry, &t, images);
}

static void add_part(void *context, size_t part, size_t worker) {
    (void)worker;
    const work *w = context;
    const size_t stride = w->weights + w->geometry.y.c;
    const range elements = range_part(stride, PARTS, part);
    for (size_t i = elements.first; i < elements.last; i++) {
        real sum = w->partials[i];
        for (size_t shard = 1; shard < w->shards; shard++)
            sum += w->partials[shard * stride + i];
        if (i < w->weights)
            w->tensors.dw[i] = sum;
        else
            w->tensors.db[i - w->weights] = sum;
    }
}

static void step(void *context) {
    work *w = context;
    pool_run(w->pool, w->shards * w->slices, forward, w);
    pool_run(w->pool, w->shards * w->slices, backward, w);
    if (w->shards > 1)
        pool_run(w->pool, PARTS, add_part, w);
}

static geometry geometry_of(char **argument) {
    const size_t r = serve_count(argument[6]), stride = serve_count(argument[7]);
    const size_t pad = (size_t)atoi(argument[8]);
    geometry g = {
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

/* The memory lives as long as the program. */
static void take_memory(work *w, size_t n, size_t threads) {
    const geometry *g = &w->geometry;
    w->weights = g->r * g->s * g->x.c * g->y.c;
    w->shards = n < SHARDS_MAX ? n : SHARDS_MAX;
    w->slices = w->conv->sliced && threads > w->shards ? threads / w->shards : 1;
    w->scratch_size = w->conv->scratch ? w->conv->scratch(g) : 0;
    w->scratch = numbers(w->shards * w->slices * w->scratch_size);
    w->partials = numbers(w->shards * (w->weights + g->y.c));
    w->tensors = (tensors){.n = n,
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
    work w = {.conv = ops_operation(ops_best(), "conv2d"), .geometry = geometry_of(argument)};
    const size_t threads = serve_count(argument[9]);
    take_memory(&w, serve_count(argument[1]), threads);
    w.pool = serve_need(pool_create(threads, NULL), "no threads");
    return serve(step, &w, 0);
}
