/* Runs the book, or a mistaken page, over a case of the diagnosis. */
#include "worked.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_loss(const worked *w) {
    return !w->given->network;
}

static real *take(arena *arena, size_t count) {
    return count ? arena_take(arena, count, sizeof(real)) : NULL;
}

static size_t outputs_of(const worked *w) {
    return size_product(w->given->about.images, extent_size(w->given->shape.y));
}

/* For softmax, y are the probabilities and dy the losses. */
static void cut(worked *w, arena *arena) {
    const cnn_case_info *about = &w->given->about;
    const size_t scratch = w->op && w->op->scratch ? w->op->scratch(&w->given->shape) : 0;
    w->t.n = about->images;
    w->t.x = take(arena, about->x_count);
    w->t.w = take(arena, about->weight_count);
    w->t.b = take(arena, about->bias_count);
    w->t.y = take(arena, outputs_of(w));
    w->t.dy = take(arena, outputs_of(w));
    w->t.indices = arena_take(arena, outputs_of(w), sizeof *w->t.indices);
    w->t.scratch = take(arena, scratch);
    w->t.dx = take(arena, about->x_count);
    w->t.dw = take(arena, about->weight_count);
    w->t.db = take(arena, about->bias_count);
    for (size_t i = 0; i < GRADIENTS; i++)
        w->right[i] = take(arena, case_count(w->given, i));
}

/* The cast is sound: the arrays are our own memory. */
static void copy_in(const real *to, const float *from, size_t count) {
    for (size_t i = 0; i < count; i++)
        ((real *)to)[i] = from[i];
}

static void load(worked *w) {
    const cnn_case_info *about = &w->given->about;
    copy_in(w->t.x, about->x, about->x_count);
    copy_in(w->t.w, about->weight, about->weight_count);
    copy_in(w->t.b, about->bias, about->bias_count);
    copy_in(w->t.dy, about->dy, about->dy_count);
}

static void forward(worked *w) {
    const range images = {0, w->t.n};
    if (is_loss(w))
        ops_best_double()->softmax_forward(w->given->shape.y.c, w->t.x, w->given->about.labels,
                                           w->t.y, (real *)w->t.dy, images);
    else if (w->op)
        w->op->forward(&w->given->shape, &w->t, images);
}

const real *worked_last(const worked *w, size_t gradient) {
    const real *last[] = {w->t.dx, w->t.dw, w->t.db};
    return last[gradient];
}

static void clear(worked *w) {
    for (size_t i = 0; i < GRADIENTS; i++)
        if (case_count(w->given, i))
            memset((real *)worked_last(w, i), 0, case_count(w->given, i) * sizeof(real));
}

static void run_loss(worked *w, const mistaken_page *page) {
    const softmax_backward back =
        page ? page->softmax_backward : ops_best_double()->softmax_backward;
    back(w->given->shape.y.c, w->t.n, w->t.y, w->given->about.labels, w->t.dx, (range){0, w->t.n});
}

/* The page's passes, or else the book's, which for a view are a copy. */
static void run_layer(worked *w, const mistaken_page *page) {
    const layer_shape *g = &w->given->shape;
    const range images = {0, w->t.n};
    const operation *op = w->op;
    const operation_pass input = page && page->backward_input ? page->backward_input
                                 : op                         ? op->backward_input
                                                              : NULL;
    const operation_pass weights = page && page->backward_weights ? page->backward_weights
                                   : op                           ? op->backward_weights
                                                                  : NULL;
    if (input)
        input(g, &w->t, images);
    else
        memcpy(w->t.dx, w->t.dy, w->given->about.x_count * sizeof(real));
    if (weights)
        weights(g, &w->t, op->axis == SUM_IMAGES ? images : (range){0, extent_size(g->x)});
}

bool worked_run(worked *w, const mistaken_page *page) {
    if (page && is_loss(w) && !page->softmax_backward)
        return false;
    if (page && !is_loss(w) && (!page->word || strcmp(page->word, w->given->about.layer)))
        return false;
    clear(w);
    if (is_loss(w))
        run_loss(w, page);
    else
        run_layer(w, page);
    return true;
}

static double largest(const real *values, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static void keep_right(worked *w) {
    for (size_t i = 0; i < GRADIENTS; i++) {
        const size_t count = case_count(w->given, i);
        if (count)
            memcpy(w->right[i], worked_last(w, i), count * sizeof(real));
        w->scale[i] = largest(w->right[i], count);
    }
}

bool worked_begin(worked *w, const cnn_case *given, cnn_error *error) {
    arena counted = {0};
    *w = (worked){.given = given};
    w->op = given->network ? ops_operation(ops_best_double(), given->about.layer) : NULL;
    cut(w, &counted);
    if (counted.overflow)
        return error_no_memory(error, SIZE_MAX);
    w->block = memory_new(counted.used, 1, error);
    if (!w->block)
        return false;
    arena real_arena = {.base = w->block};
    cut(w, &real_arena);
    load(w);
    forward(w);
    worked_run(w, NULL);
    keep_right(w);
    return true;
}

void worked_end(worked *w) {
    free(w->block);
    w->block = NULL;
}
