/* Times the book's pages on a case. */
#include "book_time.h"

#include "cases.h"
#include "clock.h"
#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5 };

typedef struct timed {
    const cnn_case *given;
    const operation *op; /* NULL: softmax */
    op_args t;
    void *block;
} timed;

static void cut(timed *w, arena *arena) {
    const cnn_case_info *a = &w->given->about;
    const size_t outputs = size_product(a->images, extent_size(w->given->shape.y));
    w->t.y = arena_take(arena, outputs, sizeof(float));
    w->t.indices = arena_take(arena, outputs, sizeof *w->t.indices);
    w->t.scratch = arena_take(
        arena, w->op && w->op->scratch ? w->op->scratch(&w->given->shape) + 1 : 1, sizeof(float));
    w->t.dx = arena_take(arena, a->x_count, sizeof(float));
    w->t.dw = arena_take(arena, a->weight_count + 1, sizeof(float));
    w->t.db = a->bias_count ? arena_take(arena, a->bias_count, sizeof(float)) : NULL;
}

static void run(timed *w) {
    const cnn_case_info *a = &w->given->about;
    const layer_shape *g = &w->given->shape;
    const range images = {0, a->images};
    if (!w->op) {
        ops_book()->softmax_forward(a->outputs, a->x, a->labels, w->t.y, w->t.dx, images);
        ops_book()->softmax_backward(a->outputs, a->images, w->t.y, a->labels, w->t.dx, images);
        return;
    }
    w->op->forward(g, &w->t, images);
    w->op->backward_input(g, &w->t, images);
    if (w->op->backward_weights)
        w->op->backward_weights(g, &w->t,
                                w->op->axis == SUM_IMAGES ? images : (range){0, extent_size(g->x)});
}

static double best_of(double best, double begun) {
    return fmin(best, clock_seconds() - begun);
}

double book_time_of_case(const cnn_case *given) {
    timed w = {.given = given};
    arena counted = {0};
    double best = NAN;
    if (given->network)
        w.op = ops_operation(ops_book(), given->about.layer);
    cut(&w, &counted);
    w.block = counted.overflow ? NULL : memory_new(counted.used, 1, NULL);
    if (!w.block)
        return NAN;
    arena real_arena = {.base = w.block};
    cut(&w, &real_arena);
    w.t.n = given->about.images;
    w.t.x = given->about.x;
    w.t.w = given->about.weight;
    w.t.b = given->about.bias;
    w.t.dy = given->about.dy;
    for (size_t i = 0; i < ROUNDS; i++) {
        const double begun = clock_seconds();
        run(&w);
        best = best_of(best, begun);
    }
    free(w.block);
    return best;
}

double book_time_of_update(bool adam, size_t count) {
    const sgd_rates sgd = {.lr = 0.5f, .momentum = 0.5f};
    const adam_rates rates = {.shrink = 1,
                              .beta2 = 0.75f,
                              .new1 = 0.5f,
                              .new2 = 0.25f,
                              .step = 0.5f,
                              .root = 1,
                              .epsilon = 0.125f,
                              .lr = 0.5f};
    float *arrays = memory_new(size_product(4, count), sizeof *arrays, NULL);
    double best = NAN;
    for (size_t i = 0; arrays && i < ROUNDS; i++) {
        const double begun = clock_seconds();
        if (adam)
            ops_book()->adam(&rates, arrays, arrays + count, arrays + 2 * count, arrays + 3 * count,
                             (range){0, count});
        else
            ops_book()->sgd(&sgd, arrays, arrays + count, arrays + 2 * count, (range){0, count});
        best = best_of(best, begun);
    }
    free(arrays);
    return best;
}
