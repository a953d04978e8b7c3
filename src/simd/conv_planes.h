/* dx of a convolution whose gradient has few zeros and whose input has few channels, with lanes
 * along positions, since lanes along channels would be mostly idle.
 *
 * dy is transposed into one plane per output channel k, surrounded by zeros. The contribution of
 * one kernel tap to all positions of dx is then one matrix product; the next tap's is the same with
 * shifted planes. With stride > 1, input positions fall into u v phases (classes); all positions of
 * a class use the same taps. */
#ifndef SIMD_CONV_PLANES_H
#define SIMD_CONV_PLANES_H

#include "conv_mask.h"
#include "matrix_product.h"
#include "memory.h"

typedef struct conv_planes {
    size_t above, left; /* zeros around dy: rows above and below; columns between two rows */
    size_t row, plane;  /* size of a row and of a plane of dy or dx, in numbers */
    float *dy, *dx;     /* [k][plane], [c][plane] */
} conv_planes;

static conv_planes planes_cut(const layer_shape *g, arena *arena) {
    conv_planes planes = {.above = (g->r - 1) / g->u, .left = (g->s - 1) / g->v};
    planes.row = g->y.w + planes.left;
    planes.plane = size_product(g->y.h + 2 * planes.above, planes.row) + planes.left + 2 * LANES;
    planes.dy = arena_take(arena, size_product(g->y.c, planes.plane), sizeof(float));
    planes.dx = arena_take(arena, size_product(g->x.c, planes.plane), sizeof(float));
    return planes;
}

/* Whether planes take fewer vectors than lanes along channels. They are also used up to one vector
 * of channels, where the sums of the other path are short. */
static bool planes_suit(const layer_shape *g) {
    const size_t C = g->x.c, channels = (C + LANES - 1) / LANES * LANES;
    return C <= LANES || C * (g->y.w + (g->s - 1) / g->v) < channels * g->y.w;
}

/* The planes follow the rest of a convolution's scratch. */
static size_t conv_scratch(const layer_shape *g) {
    const size_t space = conv_space_size(g);
    arena counted = {.used = space * sizeof(float)};
    if (space == SIZE_MAX || !planes_suit(g))
        return space;
    planes_cut(g, &counted);
    return counted.overflow ? SIZE_MAX : counted.used / sizeof(float);
}

/* The zeros around the planes, which all images leave unchanged, are written here. */
static conv_planes planes_in(const layer_shape *g, const op_args *t) {
    arena real = {.base = (unsigned char *)t->scratch, .used = conv_space_size(g) * sizeof(float)};
    const conv_planes planes = planes_cut(g, &real);
    memset(planes.dy, 0, g->y.c * planes.plane * sizeof *planes.dy);
    return planes;
}

/* Number of non-zero elements of the gradient. */
KERNEL size_t count_nonzero(const gradient *d) {
    const size_t numbers = d->pool.y.h * d->pool.y.w * d->pool.y.c;
    size_t nonzero = 0;
    for (size_t i = 0; i < numbers; i += LANES)
        nonzero += (size_t)__builtin_popcount(bits_of(gradient_vector(d, i, numbers - i) != 0));
    return nonzero;
}

/* Like sparse_for_input(), compared with the cost of planes. */
static bool planes_for_input(const layer_shape *g, const gradient *d, const conv_space *s) {
    const size_t numbers = g->y.h * g->y.w * g->y.c;
    return 2 * count_nonzero(d) * s->vectors * LANES > numbers * s->run;
}

enum { PLANES_PANEL = 16 * LANES };

/* Adds all taps of kernel row `r` with the columns `first`, `first` + v, ... to the positions `at`
 * of dx whose dy is `up` rows above. */
static void planes_taps(const layer_shape *g, const float *w, const conv_planes *planes, size_t r,
                        size_t first, size_t up, range at) {
    const size_t C = g->x.c, K = g->y.c, taps = (g->s - first + g->v - 1) / g->v;
    const matrix a = {.first = w + (r * g->s + first) * C * K,
                      .rows = C,
                      .row = K,
                      .count = K,
                      .step = 1,
                      .more = taps - 1,
                      .run = g->v * C * K};
    const product p = {.a = a,
                       .m = planes->dy + at.first + (planes->above - up) * planes->row +
                            planes->left,
                       .width = at.last - at.first,
                       .m_row = planes->plane,
                       .y = planes->dx + at.first,
                       .y_row = planes->plane,
                       .m_run = -(ptrdiff_t)(K * planes->plane) - 1};
    if (up)
        add_products(p);
    else
        set_products(p);
}

/* Copies `count` positions of a class to dx, from x on with stride v. */
static void planes_take(const layer_shape *g, const conv_planes *planes, size_t at, size_t count,
                        float *x) {
    if (g->x.c == 1 && g->v == 1)
        copy_numbers(x, planes->dx + at, count);
    else
        transpose(planes->dx + at, planes->plane, g->x.c, count, x, g->v * g->x.c);
}

/* Computes one class: the positions of the padded image that are r, i modulo the stride. */
static void planes_class(const layer_shape *g, const float *w, const conv_space *s,
                         const conv_planes *planes, size_t r, size_t i, float *dx) {
    const size_t H = g->y.h + planes->above, W = planes->row;
    const range rows = positions_within(s->rows, r, g->u);
    const range columns = positions_within((range){g->pad_w, g->pad_w + g->x.w}, i, g->v);
    const range met = {rows.first, rows.last < H ? rows.last : H};
    const size_t end = met.first < met.last ? met.last * W : 0;
    for (size_t at = met.first * W; at < end && i < g->s; at += PLANES_PANEL) {
        const size_t left = (end - at + LANES - 1) / LANES * LANES;
        const range panel = {at, at + (left < PLANES_PANEL ? left : PLANES_PANEL)};
        for (size_t up = 0; r + up * g->u < g->r; up++)
            planes_taps(g, w, planes, r + up * g->u, i, up, panel);
    }
    for (size_t row = met.first; row < met.last; row++)
        planes_take(
            g, planes, row * W + columns.first,
            (columns.last < W ? columns.last : W) - columns.first,
            dx + ((row * g->u + r - g->pad_h) * g->x.w + columns.first * g->v + i - g->pad_w) *
                     g->x.c);
}

/* Transposes dy of an image into its planes. */
static void planes_set(const layer_shape *g, const float *dy, const conv_planes *planes) {
    const size_t K = g->y.c;
    float *to = planes->dy + planes->above * planes->row + planes->left;
    for (size_t p = 0; p < g->y.h; p++)
        transpose(dy + p * g->y.w * K, K, g->y.w, K, to + p * planes->row, planes->plane);
}

static void planes_input(const layer_shape *g, const float *dy, const float *w, const conv_space *s,
                         const conv_planes *planes, float *dx) {
    const size_t row = g->x.w * g->x.c;
    memset(dx + (s->rows.first - g->pad_h) * row, 0,
           (s->rows.last - s->rows.first) * row * sizeof *dx);
    planes_set(g, dy, planes);
    for (size_t r = 0; r < g->u && r < g->r; r++)
        for (size_t i = 0; i < g->v && i < g->s; i++)
            planes_class(g, w, s, planes, r, i, dx);
}

#endif
