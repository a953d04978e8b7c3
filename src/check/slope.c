/* Moves one number of a model by h up and down and runs its batch through the network by the book
 * in double: three forward passes, one backward pass, and a search for kinks between the ends in
 * each layer. This unit is built with real = double. */
#include "gradcheck.h"
#include "memory.h"
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number as it is, plus h, minus h. */
enum { MIDDLE, HIGH, LOW, PASSES };

/* The network's numbers in double. Arrays are cut from one block. */
typedef struct study {
    const cnn_model *model;
    const cnn_network *network;
    op_args *layers;  /* [layers + 1], owned: arguments of each except x, y, dx */
    real **y[PASSES]; /* [layers + 1] of each pass; y[0] is the input; y[MIDDLE] is owned and
                         followed by the others */
    real **dy;        /* [layers + 1] */
    real *probabilities, *losses, *scratch;
    real *probe, *ends[2]; /* a dy, and the dx that it gives at both ends */
    size_t n;
    void *block; /* owned */
} study;

static size_t batch_of(const study *s, size_t layer) {
    return size_product(s->n, extent_size(s->network->layers[layer].shape.y));
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static void plan_layer(study *s, arena *arena, size_t index) {
    const layer *layer = &s->network->layers[index];
    op_args *t = &s->layers[index];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        const size_t images = buffer->per_image ? s->n : 1;
        const size_t size = size_product(images, layer_buffer_size(layer, b));
        if (!size)
            continue;
        bind(t, buffer->argument, arena_take(arena, size, sizeof(real)));
        if (buffer->role == BUFFER_PARAMETER)
            bind(t, buffer->gradient, arena_take(arena, size, sizeof(real)));
    }
}

static void plan(study *s, arena *arena) {
    size_t widest = 0, scratch = 0;
    for (size_t i = 0; i <= s->network->count; i++) {
        const layer *layer = &s->network->layers[i];
        const operation *op = i ? operation_in_double(ops_best_double(), layer) : NULL;
        for (size_t pass = 0; pass < PASSES; pass++)
            s->y[pass][i] = arena_take(arena, batch_of(s, i), sizeof(real));
        s->dy[i] = arena_take(arena, batch_of(s, i), sizeof(real));
        widest = larger(widest, batch_of(s, i));
        if (op && op->scratch)
            scratch = larger(scratch, op->scratch(&layer->shape));
        if (i)
            plan_layer(s, arena, i);
    }
    s->scratch = arena_take(arena, scratch, sizeof(real));
    s->probe = arena_take(arena, widest, sizeof(real));
    s->ends[0] = arena_take(arena, widest, sizeof(real));
    s->ends[1] = arena_take(arena, widest, sizeof(real));
    s->probabilities = arena_take(arena, batch_of(s, s->network->count), sizeof(real));
    s->losses = arena_take(arena, s->n, sizeof(real));
}

static void copy_numbers(real *to, const float *from, size_t count) {
    for (size_t i = 0; i < count; i++)
        to[i] = (real)from[i];
}

/* The model's parameters and state, and the batch. */
static void take_numbers(study *s) {
    for (size_t i = 1; i <= s->network->count; i++) {
        const layer *layer = &s->network->layers[i];
        for (size_t b = 0; b < layer_buffers(layer); b++)
            if (layer->kind->buffers[b].role != BUFFER_FOR_BACKWARD && layer_buffer_size(layer, b))
                copy_numbers(bound(&s->layers[i], layer->kind->buffers[b].argument),
                             s->model->layers[i].buffers[b], layer_buffer_size(layer, b));
    }
    for (size_t pass = 0; pass < PASSES; pass++)
        copy_numbers(s->y[pass][0], s->model->layers[0].y, batch_of(s, 0));
}

static void close_study(study *s) {
    free(s->layers);
    free(s->y[MIDDLE]);
    free(s->block);
}

/* On failure nothing needs closing. */
static bool open_study(study *s, const cnn_model *model, cnn_error *error) {
    const size_t layers = model->network->count + 1;
    *s = (study){.model = model, .network = model->network, .n = model->n};
    s->layers = memory_new(layers, sizeof *s->layers, error);
    s->y[MIDDLE] = memory_new(size_product(PASSES + 1, layers), sizeof *s->y[MIDDLE], error);
    if (s->layers && s->y[MIDDLE]) {
        arena counted = {0};
        s->y[HIGH] = s->y[MIDDLE] + layers;
        s->y[LOW] = s->y[HIGH] + layers;
        s->dy = s->y[LOW] + layers;
        plan(s, &counted);
        s->block = counted.overflow ? NULL : memory_new(counted.used, 1, error);
        if (counted.overflow)
            error_no_memory(error, SIZE_MAX);
    }
    if (!s->block) {
        close_study(s);
        return false;
    }
    arena taken = {.base = s->block};
    plan(s, &taken);
    take_numbers(s);
    return true;
}

/* The arguments of a layer in one pass. */
static op_args arguments(const study *s, size_t index, int pass) {
    const size_t input = s->network->layers[index].input;
    op_args t = s->layers[index];
    t.n = s->n;
    t.x = s->y[pass][input];
    t.y = s->y[pass][index];
    t.dy = s->dy[index];
    t.dx = s->dy[input];
    t.scratch = s->scratch;
    return t;
}

static range all_images(const study *s) {
    return (range){0, s->n};
}

static void forward_layer(const study *s, size_t index, int pass) {
    const layer *layer = &s->network->layers[index];
    const op_args t = arguments(s, index, pass);
    operation_in_double(ops_best_double(), layer)->forward(&layer->shape, &t, all_images(s));
}

/* The mean loss. */
static double forward(const study *s, int pass) {
    const size_t last = s->network->count;
    double sum = 0;
    for (size_t i = 1; i <= last; i++)
        forward_layer(s, i, pass);
    ops_best_double()->softmax_forward(s->network->layers[last].shape.y.c, s->y[pass][last],
                                       s->model->labels, s->probabilities, s->losses,
                                       all_images(s));
    for (size_t i = 0; i < s->n; i++)
        sum += s->losses[i];
    return sum / (double)s->n;
}

/* For MIDDLE, whose forward pass was the last. */
static void backward(const study *s) {
    const size_t last = s->network->count;
    ops_best_double()->softmax_backward(s->network->layers[last].shape.y.c, s->n, s->probabilities,
                                        s->model->labels, s->dy[last], all_images(s));
    for (size_t i = last; i > 0; i--) {
        const layer *layer = &s->network->layers[i];
        const operation *op = operation_in_double(ops_best_double(), layer);
        const op_args t = arguments(s, i, MIDDLE);
        op->backward_input(&layer->shape, &t, all_images(s));
        if (op->backward_weights)
            op->backward_weights(&layer->shape, &t,
                                 op->axis == SUM_IMAGES ? all_images(s)
                                                        : (range){0, layer_fan_in(layer)});
    }
}

/* ---------------------------------------------------------------------------------------- kinks */

/* The layer's dx at one end for the same dy. */
static void pass_probe(const study *s, size_t index, int pass, real *dx) {
    const layer *layer = &s->network->layers[index];
    op_args t = arguments(s, index, pass);
    forward_layer(s, index, pass); /* stores what backward needs */
    t.dy = s->probe;
    t.dx = dx;
    operation_in_double(ops_best_double(), layer)->backward_input(&layer->shape, &t, all_images(s));
}

/* Layers without a kernel are linear except at their kinks: without one between the ends, dx is the
 * same at both. Layers with a kernel are linear everywhere. */
static void find_kinks(const study *s, size_t index, cnn_slope *slope) {
    const layer *layer = &s->network->layers[index];
    const size_t inputs = batch_of(s, layer->input);
    if (layer->kind->view || layer_kernel_size(layer))
        return;
    pass_probe(s, index, HIGH, s->ends[0]);
    pass_probe(s, index, LOW, s->ends[1]);
    for (size_t i = 0; i < inputs; i++) {
        if (s->ends[0][i] == s->ends[1][i])
            continue;
        if (!slope->kinks++) {
            snprintf(slope->kink_layer, sizeof slope->kink_layer, "%s", layer->name);
            slope->kink_index = i;
        }
    }
}

/* 1 everywhere: where the maximum of a window changes, the 1 goes to another input. */
static void fill_probe(const study *s) {
    for (size_t i = 0; i <= s->network->count; i++)
        for (size_t at = 0; at < batch_of(s, i); at++)
            s->probe[at] = 1;
}

/* ----------------------------------------------------------------------------------- one number */

/* The number in each pass, and its gradient. A parameter is the same in all passes. */
typedef struct moved_number {
    real *value[PASSES];
    const real *gradient;
} moved_number;

static bool find_parameter(const study *s, const char *tensor, size_t index, moved_number *found) {
    for (size_t i = 1; i <= s->network->count; i++) {
        const layer *layer = &s->network->layers[i];
        for (size_t b = 0; b < layer_buffers(layer); b++) {
            const buffer *buffer = &layer->kind->buffers[b];
            char name[CNN_NAME_SIZE];
            snprintf(name, sizeof name, "%s.%s", layer->name, buffer->name);
            if (buffer->role != BUFFER_PARAMETER || strcmp(name, tensor))
                continue;
            for (size_t pass = 0; pass < PASSES; pass++)
                found->value[pass] = (real *)bound(&s->layers[i], buffer->argument) + index;
            found->gradient = (real *)bound(&s->layers[i], buffer->gradient) + index;
            return true;
        }
    }
    return false;
}

static void find_number(const study *s, const char *tensor, size_t index, moved_number *found) {
    if (find_parameter(s, tensor, index, found))
        return;
    for (size_t pass = 0; pass < PASSES; pass++)
        found->value[pass] = s->y[pass][0] + index;
    found->gradient = s->dy[0] + index;
}

/* Restores the parameter: the search for kinks needs its value. */
static double loss_at(const study *s, const moved_number *number, int pass, double value) {
    const real kept = *number->value[MIDDLE];
    *number->value[pass] = value;
    const double loss = forward(s, pass);
    *number->value[MIDDLE] = kept;
    return loss;
}

static double relative(double a, double b) {
    const double size = fmax(fabs(a), fabs(b)), difference = fabs(a - b);
    return difference == 0 ? 0 : difference / size;
}

static void measure(const study *s, const moved_number *number, cnn_slope *slope) {
    const double value = *number->value[MIDDLE], h = slope->h;
    slope->value = value;
    slope->high = loss_at(s, number, HIGH, value + h);
    slope->low = loss_at(s, number, LOW, value - h);
    slope->loss = forward(s, MIDDLE);
    backward(s);
    slope->gradient = *number->gradient;
    /* Divides by the actual step, as both ends are rounded. */
    slope->quotient = (slope->high - slope->low) / ((value + h) - (value - h));
    slope->error = relative(slope->quotient, slope->gradient);
    fill_probe(s);
    for (size_t i = 1; i <= s->network->count; i++)
        find_kinks(s, i, slope);
}

/* --------------------------------------------------------------------------------------- checks */

static bool is_parameter(const cnn_model *model, const char *tensor) {
    const char *dot = strchr(tensor, '.');
    for (size_t i = 1; dot && i <= model->network->count; i++) {
        const layer *layer = &model->network->layers[i];
        if (strlen(layer->name) != (size_t)(dot - tensor) ||
            memcmp(layer->name, tensor, strlen(layer->name)))
            continue;
        for (size_t b = 0; b < layer_buffers(layer); b++)
            if (layer->kind->buffers[b].role == BUFFER_PARAMETER &&
                !strcmp(layer->kind->buffers[b].name, dot + 1))
                return true;
    }
    return false;
}

static bool can_move(const cnn_model *model, const char *tensor, size_t index, cnn_error *error) {
    cnn_tensor t;
    size_t count = 1;
    if (!cnn_model_tensor(model, tensor, &t, error))
        return false;
    for (size_t d = 0; d < t.rank; d++)
        count *= t.shape[d];
    if (strcmp(tensor, "input") && !is_parameter(model, tensor))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "%s is computed: what can be moved is a parameter or the input", tensor);
    if (model->state == BATCH_NONE || !model->labeled)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no batch with labels is set");
    return index < count || error_set(error, CNN_STATUS_BAD_ARGUMENT,
                                      "%s has %zu numbers: there is no %zu", tensor, count, index);
}

bool cnn_model_slope(const cnn_model *model, const char *tensor, size_t index, double h,
                     cnn_slope *slope, cnn_error *error) {
    study s;
    moved_number number;
    if (!given(model, "model", error) || !given(tensor, "tensor", error) ||
        !given(slope, "slope", error) || !can_move(model, tensor, index, error))
        return false;
    if (!(h > 0) || !isfinite(h))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "a step of %g: it must be above 0", h);
    if (!open_study(&s, model, error))
        return false;
    find_number(&s, tensor, index, &number);
    const double value = *number.value[MIDDLE];
    const bool moves = value + h != value - h;
    *slope = (cnn_slope){.h = h};
    if (moves)
        measure(&s, &number, slope);
    else
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "a step of %g does not move %g", h, value);
    close_study(&s);
    return moves;
}
