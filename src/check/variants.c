/* The table of variants. */
#include "variants.h"

#include <string.h>

static real *gradient_of(const worked *w, size_t gradient) {
    return (real *)worked_last(w, gradient);
}

static void clear(const worked *w, size_t gradient) {
    const size_t count = case_count(w->given, gradient);
    if (count > 0)
        memset(gradient_of(w, gradient), 0, count * sizeof(real));
}

/* -------------------------------------------------------------------------- convolution */

/* Where a kernel is wrongly seen, and how its terms are stored. */
enum {
    DOWN = 1, /* by a row and a column */
    UP = 2,   /* the other way */
    PAD_FORGOTTEN = 4,
    STRIDE_IGNORED = 8,
    ALSO_INSIDE = 16,  /* terms of the padding are left out by the right position, too */
    LAST_K = 32,       /* assigned: the last channel, */
    BY_KERNEL = 64,    /* in the order of the kernel, */
    BY_POSITION = 128, /* in that of the positions */
    BY_IMAGE = 256     /* assigned: each image's sum */
};

/* One term of a convolution: output p, q under the weight r, s. */
typedef struct term {
    size_t n, p, q, r, s, h, w;
} term;

/* The position that the variant takes; false: no term. */
static bool place(const layer_shape *g, unsigned how, term *t) {
    const size_t u = how & STRIDE_IGNORED ? 1 : g->u, v = how & STRIDE_IGNORED ? 1 : g->v;
    const size_t h = t->p * g->u + t->r - g->pad_h, w = t->q * g->v + t->s - g->pad_w;
    const size_t pad_h = how & PAD_FORGOTTEN ? 0 : g->pad_h;
    const size_t pad_w = how & PAD_FORGOTTEN ? 0 : g->pad_w;
    const size_t shift = how & DOWN ? 1 : how & UP ? (size_t)-1 : 0;
    if (how & ALSO_INSIDE && (h >= g->x.h || w >= g->x.w))
        return false;
    t->h = t->p * u + t->r - pad_h + shift;
    t->w = t->q * v + t->s - pad_w + shift;
    return t->h < g->x.h && t->w < g->x.w;
}

/* Unfolds a number over n, p, q, r, s, or n, r, s, p, q. */
static term term_at(const layer_shape *g, unsigned how, size_t i) {
    term t = {0};
    if (how & BY_KERNEL) {
        t.q = i % g->y.w, i /= g->y.w;
        t.p = i % g->y.h, i /= g->y.h;
    }
    t.s = i % g->s, i /= g->s;
    t.r = i % g->r, i /= g->r;
    if (!(how & BY_KERNEL)) {
        t.q = i % g->y.w, i /= g->y.w;
        t.p = i % g->y.h, i /= g->y.h;
    }
    t.n = i;
    return t;
}

static size_t term_count(const worked *w) {
    const layer_shape *g = &w->given->shape;
    return w->t.n * g->y.h * g->y.w * g->r * g->s;
}

static void add_dx(const worked *w, const term *t, unsigned how) {
    const layer_shape *g = &w->given->shape;
    const size_t C = g->x.c, K = g->y.c;
    real *dx = gradient_of(w, GRADIENT_DX) + ((t->n * g->x.h + t->h) * g->x.w + t->w) * C;
    const real *dy = w->t.dy + ((t->n * g->y.h + t->p) * g->y.w + t->q) * K;
    const real *weight = w->t.w + (t->r * g->s + t->s) * C * K;
    for (size_t c = 0; c < C; c++) {
        real sum = 0;
        for (size_t k = how & LAST_K ? K - 1 : 0; k < K; k++)
            sum += dy[k] * weight[c * K + k];
        dx[c] = how & (LAST_K | BY_KERNEL | BY_POSITION) ? sum : dx[c] + sum;
    }
}

static void conv_dx(worked *w, unsigned how) {
    clear(w, GRADIENT_DX);
    for (size_t i = 0; i < term_count(w); i++) {
        term t = term_at(&w->given->shape, how, i);
        if (place(&w->given->shape, how, &t))
            add_dx(w, &t, how);
    }
}

static void add_dw(const worked *w, const term *t) {
    const layer_shape *g = &w->given->shape;
    const size_t C = g->x.c, K = g->y.c;
    const real *x = w->t.x + ((t->n * g->x.h + t->h) * g->x.w + t->w) * C;
    const real *dy = w->t.dy + ((t->n * g->y.h + t->p) * g->y.w + t->q) * K;
    real *dw = gradient_of(w, GRADIENT_DW) + (t->r * g->s + t->s) * C * K;
    for (size_t c = 0; c < C; c++)
        for (size_t k = 0; k < K; k++)
            dw[c * K + k] += x[c] * dy[k];
}

static void conv_dw(worked *w, unsigned how) {
    size_t image = SIZE_MAX;
    clear(w, GRADIENT_DW);
    for (size_t i = 0; i < term_count(w); i++) {
        term t = term_at(&w->given->shape, how, i);
        if (how & BY_IMAGE && t.n != image)
            clear(w, GRADIENT_DW);
        image = t.n;
        if (place(&w->given->shape, how, &t))
            add_dw(w, &t);
    }
}

/* The sum of the last image alone. */
static void conv_db(worked *w, unsigned how) {
    const layer_shape *g = &w->given->shape;
    const size_t plane = g->y.h * g->y.w, K = g->y.c;
    (void)how;
    clear(w, GRADIENT_DB);
    for (size_t i = (w->t.n - 1) * plane * K; w->t.db && i < w->t.n * plane * K; i++)
        w->t.db[i % K] += w->t.dy[i];
}

/* ------------------------------------------------------------------------- other layers */

static void divide(const worked *w, size_t gradient) {
    for (size_t i = 0; i < case_count(w->given, gradient); i++)
        gradient_of(w, gradient)[i] /= (real)w->t.n;
}

static void dense_over_images(worked *w, unsigned how) {
    (void)how;
    divide(w, GRADIENT_DW);
    divide(w, GRADIENT_DB);
}

enum { BESIDE_IN_PLANE, BESIDE_IN_ROW, BESIDE_IN_WINDOW, FIRST_OF_ALL, FIRST_OF_IMAGE };

/* The position that gets dy instead of `won`; SIZE_MAX: none. */
static size_t receiver(const layer_shape *g, size_t won, size_t i, unsigned how) {
    const size_t W = g->x.w, q = i / g->y.c % g->y.w, p = i / g->y.c / g->y.w % g->y.h;
    const size_t r = won / W - p * g->u, s = won % W - q * g->v;
    const size_t next = (r * g->s + s + 1) % (g->r * g->s);
    switch (how) {
    case BESIDE_IN_PLANE:
        return won + 1 < g->x.h * W ? won + 1 : SIZE_MAX;
    case BESIDE_IN_ROW:
        return won % W + 1 < W ? won + 1 : SIZE_MAX;
    case BESIDE_IN_WINDOW:
        return (p * g->u + next / g->s) * W + q * g->v + next % g->s;
    case FIRST_OF_ALL:
        return i == 0 ? won : SIZE_MAX;
    default:
        return i % (g->y.h * g->y.w * g->y.c) == 0 ? won : SIZE_MAX;
    }
}

static void pool_dx(worked *w, unsigned how) {
    const layer_shape *g = &w->given->shape;
    const size_t plane = g->x.h * g->x.w, C = g->x.c, outputs = g->y.h * g->y.w * C;
    clear(w, GRADIENT_DX);
    for (size_t i = 0; i < w->t.n * outputs; i++) {
        const size_t at = receiver(g, (size_t)w->t.indices[i], i, how);
        if (at != SIZE_MAX)
            w->t.dx[(i / outputs * plane + at) * C + i % C] += w->t.dy[i];
    }
}

/* The class after the last is none. */
static void label_after(worked *w, unsigned how) {
    const size_t K = w->given->shape.y.c;
    (void)how;
    for (size_t i = 0; i < w->t.n * K; i++)
        w->t.dx[i] = (w->t.y[i] - (i % K == w->given->about.labels[i / K] + 1)) / (real)w->t.n;
}

const variant variants[] = {
    {"conv-dx-pad", "conv2d", DOWN | ALSO_INSIDE, conv_dx},
    {"conv-dx-pad", "conv2d", UP, conv_dx},
    {"conv-dx-pad", "conv2d", UP | ALSO_INSIDE, conv_dx},
    {"conv-dx-pad", "conv2d", PAD_FORGOTTEN, conv_dx},
    {"conv-dx-pad", "conv2d", PAD_FORGOTTEN | ALSO_INSIDE, conv_dx},
    {"conv-dx-stride", "conv2d", STRIDE_IGNORED | ALSO_INSIDE, conv_dx},
    {"conv-dx-overwrites", "conv2d", BY_POSITION, conv_dx},
    {"conv-dx-overwrites", "conv2d", BY_POSITION | LAST_K, conv_dx},
    {"conv-dx-overwrites", "conv2d", BY_KERNEL | LAST_K, conv_dx},
    {"conv-dw-shifted", "conv2d", DOWN | ALSO_INSIDE, conv_dw},
    {"conv-dw-shifted", "conv2d", UP, conv_dw},
    {"conv-dw-shifted", "conv2d", UP | ALSO_INSIDE, conv_dw},
    {"conv-dw-shifted", "conv2d", PAD_FORGOTTEN, conv_dw},
    {"conv-dw-shifted", "conv2d", PAD_FORGOTTEN | ALSO_INSIDE, conv_dw},
    {"conv-dw-stride", "conv2d", STRIDE_IGNORED | ALSO_INSIDE, conv_dw},
    {"conv-dw-overwrites", "conv2d", BY_IMAGE, conv_dw},
    {"conv-db-overwrites", "conv2d", 0, conv_db},
    {"dense-dw-over-n-twice", "dense", 0, dense_over_images},
    {"pool-beside", "maxpool2d", BESIDE_IN_PLANE, pool_dx},
    {"pool-beside", "maxpool2d", BESIDE_IN_ROW, pool_dx},
    {"pool-beside", "maxpool2d", BESIDE_IN_WINDOW, pool_dx},
    {"pool-first-window", "maxpool2d", FIRST_OF_ALL, pool_dx},
    {"pool-first-window", "maxpool2d", FIRST_OF_IMAGE, pool_dx},
    {"label-next", "softmax", 0, label_after},
};
const size_t variant_count = sizeof variants / sizeof *variants;
