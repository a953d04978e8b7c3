/* Draws shapes and compares two back ends bit by bit. */
#include "same_bits.h"

#include "cnn.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = 40, IMAGES = 3 };

/* The arrays of one convolution, block or dense layer, and of both ways to compute it. */
typedef struct shape {
    layer_shape g, pool;
    size_t n, x, y, w, pooled; /* pooled: outputs of an image after the pool */
    const float *dy;           /* of the last part */
    op_args book, other;
    void *arrays[ARRAYS];
    size_t used;
} shape;

static char problem[200];

const ops *exact_best(void) {
    const ops *best;
    bool runs;
    for (size_t i = 0; (best = ops_at(i, &runs)); i++)
        if (runs && best->roundings == 1)
            return best;
    return ops_book();
}

/* Room for `count` numbers, each 7; for the length of the shape. */
static void *allocate(shape *s, size_t count) {
    float *numbers = malloc((count + 1) * sizeof *numbers);
    if (!numbers || s->used == ARRAYS)
        abort();
    for (size_t i = 0; i <= count; i++)
        numbers[i] = 7;
    return s->arrays[s->used++] = numbers;
}

/* In [-1, 1); `zeros` of 100 are zero. */
static float *drawn(shape *s, random_state *random, size_t count, uint32_t zeros) {
    float *numbers = allocate(s, count);
    for (size_t i = 0; i < count; i++)
        numbers[i] =
            random_below(random, 100) < zeros ? 0 : (float)(2 * random_uniform(random) - 1);
    return numbers;
}

static void release(shape *s) {
    for (size_t i = 0; i < s->used; i++)
        free(s->arrays[i]);
}

static size_t one_of(random_state *random, size_t low, size_t high) {
    return low + random_below(random, (uint32_t)(high - low + 1));
}

static size_t channels(random_state *random) {
    static const size_t some[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 65};
    return some[random_below(random, sizeof some / sizeof *some)];
}

static const char *compare(const shape *s, const char *what, const float *book, const float *other,
                           size_t count, double tolerance) {
    const layer_shape *g = &s->g;
    double most = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        most = fabs((double)book[i]) > most ? fabs((double)book[i]) : most;
    if (tolerance > 0)
        while (at < count && fabs((double)book[at] - (double)other[at]) <= tolerance * most)
            at++;
    else
        while (at < count && !memcmp(book + at, other + at, sizeof *book))
            at++;
    if (at == count)
        return NULL;
    snprintf(problem, sizeof problem,
             "%s[%zu] is %.9g and not %.9g: %zux%zux%zu, kernel %zux%zu, stride %zux%zu, pad "
             "%zux%zu, %zu out%s",
             what, at, (double)other[at], (double)book[at], g->x.h, g->x.w, g->x.c, g->r, g->s,
             g->u, g->v, g->pad_h, g->pad_w, g->y.c, g->pool ? ", pooled" : "");
    return problem;
}

/* Results of one side; x, w, b and dy are shared. */
static op_args results(shape *s, const op_args *shared, size_t outputs, size_t scratch) {
    op_args t = *shared;
    t.y = allocate(s, outputs * s->n);
    t.indices = allocate(s, outputs * s->n);
    t.dx = allocate(s, s->x * s->n);
    t.dw = allocate(s, s->w);
    t.db = t.b ? allocate(s, s->g.y.c) : NULL;
    t.scratch = allocate(s, scratch);
    return t;
}

/* `x_zeros` and `zeros` of 100 numbers are zero, of x and of dy. */
static void make(shape *s, random_state *random, uint32_t x_zeros, uint32_t zeros,
                 const operation *book, const operation *other) {
    const op_args shared = {.n = s->n,
                            .x = drawn(s, random, s->x * s->n, x_zeros),
                            .w = drawn(s, random, s->w, 0),
                            .b = random_below(random, 4) ? drawn(s, random, s->g.y.c, 0) : NULL,
                            .dy = drawn(s, random, s->pooled * s->n, zeros)};
    s->dy = shared.dy;
    s->book = results(s, &shared, s->y, book->scratch ? book->scratch(&s->g) : 0);
    s->other = results(s, &shared, s->pooled, other->scratch ? other->scratch(&s->g) : 0);
}

static const char *compare_gradients(const shape *s, double tolerance) {
    const char *wrong = compare(s, "dx", s->book.dx, s->other.dx, s->x * s->book.n, tolerance);
    if (!wrong)
        wrong = compare(s, "dw", s->book.dw, s->other.dw, s->w, tolerance);
    if (!wrong && s->book.db)
        wrong = compare(s, "db", s->book.db, s->other.db, s->g.y.c, tolerance);
    return wrong;
}

static void backward(const operation *op, const layer_shape *g, const op_args *t, size_t sums) {
    op->backward_input(g, t, (range){0, t->n});
    op->backward_weights(g, t, (range){0, sums});
}

/* Compares a layer by itself. */
static const char *layer_differs(shape *s, const operation *book, const operation *other,
                                 size_t sums, double tolerance) {
    book->forward(&s->g, &s->book, (range){0, s->n});
    other->forward(&s->g, &s->other, (range){0, s->n});
    backward(book, &s->g, &s->book, sums);
    backward(other, &s->g, &s->other, sums);
    const char *wrong = compare(s, "y", s->book.y, s->other.y, s->y * s->n, tolerance);
    return wrong ? wrong : compare_gradients(s, tolerance);
}

/* Compares a block with its parts. Indices count only where y is above 0; where numbers differ in
 * the last bits, so may they. Both backward passes start from the same y and indices. */
static const char *block_differs(shape *s, const ops *book, const operation *other,
                                 double tolerance) {
    const range all = {0, s->n};
    const layer_shape relu = {.x = s->g.y, .y = s->g.y}, *pool = s->g.pool;
    layer_shape alone = s->g;
    op_args positive = {.n = s->n, .x = s->book.y, .y = allocate(s, s->y * s->n)};
    op_args last = {.n = s->n, .x = positive.y, .y = positive.y, .indices = NULL};
    alone.pool = NULL;
    ops_operation(book, "conv2d")->forward(&alone, &s->book, all);
    ops_operation(book, "relu")->forward(&relu, &positive, all);
    positive.dy = s->dy;
    positive.dx = allocate(s, s->y * s->n);
    if (pool) {
        last = (op_args){.n = s->n, .x = positive.y, .dy = s->dy};
        last.y = allocate(s, s->pooled * s->n);
        last.indices = allocate(s, s->pooled * s->n);
        last.dx = allocate(s, s->y * s->n);
        ops_operation(book, "maxpool2d")->forward(pool, &last, all);
        ops_operation(book, "maxpool2d")->backward_input(pool, &last, all);
        positive.dy = last.dx;
    }
    ops_operation(book, "relu")->backward_input(&relu, &positive, all);
    s->book.dy = positive.dx;
    backward(ops_operation(book, "conv2d"), &alone, &s->book, s->n);

    other->forward(&s->g, &s->other, all);
    const char *wrong = compare(s, "y", last.y, s->other.y, s->pooled * s->n, tolerance);
    for (size_t i = 0; pool && !tolerance && !wrong && i < s->pooled * s->n; i++)
        if (last.y[i] > 0 && last.indices[i] != s->other.indices[i])
            wrong = "a winner differs";
    memcpy(s->other.y, last.y, s->pooled * s->n * sizeof *last.y);
    if (pool)
        memcpy(s->other.indices, last.indices, s->pooled * s->n * sizeof *last.indices);
    backward(other, &s->g, &s->other, s->n);
    return wrong ? wrong : compare_gradients(s, tolerance);
}

/* Compares a dense layer and its ReLU with their block. */
static const char *dense_block_differs(shape *s, const ops *book, const operation *other,
                                       double tolerance) {
    const range all = {0, s->n};
    const layer_shape relu = {.x = s->g.y, .y = s->g.y};
    const op_args act = {.n = s->n,
                         .x = s->book.y,
                         .y = allocate(s, s->y * s->n),
                         .dy = s->dy,
                         .dx = allocate(s, s->y * s->n)};
    s->other.dz = allocate(s, s->y * s->n);
    ops_operation(book, "dense")->forward(&s->g, &s->book, all);
    ops_operation(book, "relu")->forward(&relu, &act, all);
    ops_operation(book, "relu")->backward_input(&relu, &act, all);
    s->book.dy = act.dx;
    backward(ops_operation(book, "dense"), &s->g, &s->book, s->x);
    other->forward(&s->g, &s->other, all);
    const char *wrong = compare(s, "y", act.y, s->other.y, s->y * s->n, tolerance);
    memcpy(s->other.y, act.y, s->y * s->n * sizeof *act.y);
    other->backward_output(&s->g, &s->other, all);
    backward(other, &s->g, &s->other, s->x);
    return wrong ? wrong : compare_gradients(s, tolerance);
}

/* False if the kernel, or a pool, does not fit. */
static bool draw_convolution(shape *s, random_state *random, bool pooled) {
    layer_shape *g = &s->g, *pool = &s->pool;
    *g = (layer_shape){.x = {one_of(random, 1, 12), one_of(random, 1, 12), channels(random)},
                       .r = one_of(random, 1, 5),
                       .s = one_of(random, 1, 5),
                       .u = one_of(random, 1, 2),
                       .v = one_of(random, 1, 2),
                       .pad_h = one_of(random, 0, 2),
                       .pad_w = one_of(random, 0, 2)};
    const size_t h = g->x.h + 2 * g->pad_h, w = g->x.w + 2 * g->pad_w;
    if (h < g->r || w < g->s)
        return false;
    g->y = (extent){(h - g->r) / g->u + 1, (w - g->s) / g->v + 1, channels(random)};
    *pool = (layer_shape){.x = g->y, .r = one_of(random, 1, 3), .s = one_of(random, 1, 3)};
    pool->u = pool->r + random_below(random, 2);
    pool->v = pool->s + random_below(random, 2);
    if (pooled && (g->y.h < pool->r || g->y.w < pool->s))
        return false;
    pool->y = (extent){(g->y.h - pool->r) / pool->u + 1, (g->y.w - pool->s) / pool->v + 1, g->y.c};
    g->pool = pooled ? pool : NULL;
    const extent last = pooled ? pool->y : g->y;
    s->n = one_of(random, 1, IMAGES);
    s->x = g->x.h * g->x.w * g->x.c;
    s->y = g->y.h * g->y.w * g->y.c;
    s->w = g->r * g->s * g->x.c * g->y.c;
    s->pooled = last.h * last.w * last.c;
    return true;
}

static const uint32_t zeros_of[] = {0, 40, 60, 80, 95, 100};

static const char *convolutions_differ(const ops *book, const ops *other, size_t shapes,
                                       double tolerance) {
    random_state random = random_seeded(11, 0);
    const char *wrong = NULL;
    for (size_t i = 0; i < shapes && !wrong;) {
        shape s = {.used = 0};
        if (!draw_convolution(&s, &random, false))
            continue;
        make(&s, &random, 30, zeros_of[i++ % 6], ops_operation(book, "conv2d"),
             ops_operation(other, "conv2d"));
        wrong = layer_differs(&s, ops_operation(book, "conv2d"), ops_operation(other, "conv2d"),
                              s.n, tolerance);
        release(&s);
    }
    return wrong;
}

static const char *blocks_differ(const ops *book, const ops *other, size_t shapes,
                                 double tolerance) {
    random_state random = random_seeded(12, 0);
    const char *wrong = NULL;
    for (size_t i = 0; ops_operation(other, "conv2d relu maxpool2d") && i < shapes && !wrong;) {
        shape s = {.used = 0};
        if (!draw_convolution(&s, &random, i % 4))
            continue;
        make(&s, &random, 30, zeros_of[i++ % 3], ops_operation(book, "conv2d"),
             ops_operation(other, "conv2d relu maxpool2d"));
        wrong = block_differs(&s, book, ops_operation(other, "conv2d relu maxpool2d"), tolerance);
        release(&s);
    }
    return wrong;
}

static const char *dense_differs(const ops *book, const ops *other, size_t shapes,
                                 double tolerance) {
    random_state random = random_seeded(13, 0);
    const char *wrong = NULL;
    for (size_t i = 0; i < shapes && !wrong; i++) {
        const bool block = i % 2 && ops_operation(other, "dense relu");
        shape s = {.n = one_of(&random, 1, 40)};
        s.g.x = (extent){1, 1, channels(&random) * one_of(&random, 1, 4)};
        s.g.y = (extent){1, 1, i % 3 ? channels(&random) : 8 * one_of(&random, 8, 18)};
        s.x = s.g.x.c;
        s.y = s.pooled = s.g.y.c;
        s.w = s.x * s.y;
        make(&s, &random, zeros_of[i % 4], 20, ops_operation(book, "dense"),
             ops_operation(other, "dense"));
        wrong = block ? dense_block_differs(&s, book, ops_operation(other, "dense relu"), tolerance)
                      : layer_differs(&s, ops_operation(book, "dense"),
                                      ops_operation(other, "dense"), s.x, tolerance);
        release(&s);
    }
    return wrong;
}

const char *operations_differ(const ops *book, const ops *other, size_t shapes, double tolerance) {
    const char *wrong = convolutions_differ(book, other, shapes, tolerance);
    wrong = wrong ? wrong : blocks_differ(book, other, shapes, tolerance);
    return wrong ? wrong : dense_differs(book, other, shapes, tolerance);
}

enum { SIDE = 12, BATCH = 10, CLASSES = 5, STEPS = 6 };

/* Two blocks, the first over gray images, and two dense layers. */
static cnn_network *network(void) {
    cnn_network *network = cnn_network_create(SIDE, SIDE, 1, NULL);
    const cnn_conv2d_options first = {.channels = 9, .kernel = {3, 3}, .pad = {1, 1}};
    const cnn_conv2d_options second = {.channels = 20, .kernel = {3, 3}};
    const cnn_maxpool2d_options pool = {.window = {2, 2}};
    if (network && cnn_network_conv2d(network, &first, NULL) && cnn_network_relu(network, NULL) &&
        cnn_network_maxpool2d(network, &pool, NULL) && cnn_network_conv2d(network, &second, NULL) &&
        cnn_network_relu(network, NULL) && cnn_network_maxpool2d(network, &pool, NULL) &&
        cnn_network_flatten(network, NULL) &&
        cnn_network_dense(network, &(cnn_dense_options){.outputs = 33}, NULL) &&
        cnn_network_relu(network, NULL) &&
        cnn_network_dense(network, &(cnn_dense_options){.outputs = CLASSES}, NULL))
        return network;
    abort();
}

/* One back end's model after some steps, and their losses. */
typedef struct course {
    cnn_model *model;
    float losses[STEPS];
} course;

static course taken(const char *backend) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_network *described = network();
    const cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    random_state random = random_seeded(14, 0);
    options.batch_size = BATCH;
    options.threads = 1;
    options.backend = backend;
    course c = {.model = cnn_model_create(described, &options, NULL)};
    cnn_trainer *trainer = c.model ? cnn_trainer_create(c.model, &optimizer, NULL, NULL) : NULL;
    if (!trainer)
        abort();
    for (size_t step = 0; step < STEPS; step++) {
        float images[BATCH * SIDE * SIDE];
        uint32_t labels[BATCH];
        for (size_t i = 0; i < BATCH * SIDE * SIDE; i++)
            images[i] = (float)random_normal(&random);
        for (size_t i = 0; i < BATCH; i++)
            labels[i] = random_below(&random, CLASSES);
        cnn_model_set_input(c.model, images, labels, BATCH, NULL);
        c.losses[step] = (float)cnn_train_step(trainer);
    }
    cnn_trainer_free(trainer);
    cnn_network_free(described);
    return c;
}

const char *steps_differ(const char *book, const char *other, double tolerance) {
    const shape none = {.used = 0};
    const course a = taken(book), b = taken(other);
    const char *wrong = compare(&none, "loss", a.losses, b.losses, STEPS, tolerance);
    cnn_tensor of_a, of_b;
    for (size_t i = 0; !wrong && cnn_model_tensor_at(a.model, i, &of_a); i++) {
        size_t count = 1;
        const bool parameter = strstr(of_a.name, ".weight") || strstr(of_a.name, ".bias");
        for (size_t d = 0; d < of_a.rank; d++)
            count *= of_a.shape[d];
        /* Tolerance is for losses: Adam's first steps amplify the last bits of a gradient. */
        if (parameter && !tolerance && cnn_model_tensor(b.model, of_a.name, &of_b, NULL))
            wrong = compare(&none, of_a.name, of_a.data, of_b.data, count, 0);
    }
    cnn_model_free(a.model);
    cnn_model_free(b.model);
    return wrong;
}
