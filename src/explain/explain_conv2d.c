/* Where the numbers of a convolution come from: each loop of src/ops/conv2d.c for one number. */
#include "explained.h"

/* The weight [r][s][c][k]. */
static size_t weight_index(const layer_shape *g, size_t r, size_t s, size_t c, size_t k) {
    return ((r * g->s + s) * g->x.c + c) * g->y.c + k;
}

/* The input under weight r, s of the kernel for output `y`. False: the padding. */
static bool input_at(const layer_shape *g, position y, size_t r, size_t s, position *x) {
    *x = (position){y.n, y.h * g->u + r - g->pad_h, y.w * g->v + s - g->pad_w, 0};
    return x->h < g->x.h && x->w < g->x.w; /* above or left of the image they wrap around */
}

/* The output along one side whose kernel has input `x` under its weight `tap`. False: none. */
static bool output_along(size_t x, size_t tap, size_t pad, size_t stride, size_t outputs,
                         size_t *y) {
    *y = (x + pad - tap) / stride;
    return x + pad >= tap && (x + pad - tap) % stride == 0 && *y < outputs;
}

static void conv2d_y_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position y = position_of(g->y, index);
    position x;
    walk_start(w, y.c);
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            const bool inside = input_at(g, y, r, s, &x);
            for (x.c = 0; x.c < g->x.c; x.c++) {
                const size_t weight = weight_index(g, r, s, x.c, y.c);
                if (inside)
                    walk_multiply(w, position_index(g->x, x), weight);
                else
                    walk_leave_out(w, CNN_TERM_PADDING, CNN_NO_INDEX, weight);
            }
        }
}

static void conv2d_dx_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position x = position_of(g->x, index);
    position y = {.n = x.n};
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            const bool there = output_along(x.h, r, g->pad_h, g->u, g->y.h, &y.h) &&
                               output_along(x.w, s, g->pad_w, g->v, g->y.w, &y.w);
            for (y.c = 0; y.c < g->y.c; y.c++) {
                const size_t weight = weight_index(g, r, s, x.c, y.c);
                if (there)
                    walk_multiply(w, position_index(g->y, y), weight);
                else
                    walk_leave_out(w, CNN_TERM_NO_OUTPUT, CNN_NO_INDEX, weight);
            }
        }
}

/* One image's share of the gradient of weight r, s, c, k. */
static void dw_of_image(walk *w, size_t n, position weight, size_t k) {
    const layer_shape *g = w->shape;
    position y = {.n = n, .c = k}, x;
    for (y.h = 0; y.h < g->y.h; y.h++)
        for (y.w = 0; y.w < g->y.w; y.w++) {
            const size_t dy = position_index(g->y, y);
            if (!input_at(g, y, weight.h, weight.w, &x)) {
                walk_leave_out(w, CNN_TERM_PADDING, CNN_NO_INDEX, dy);
                continue;
            }
            x.c = weight.c;
            walk_multiply(w, position_index(g->x, x), dy);
        }
}

static void conv2d_dw_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position weight = position_of((extent){g->r, g->s, g->x.c}, index / g->y.c);
    walk_in_shards(w);
    for (size_t shard = 0; shard < walk_shards(w); shard++) {
        const range images = walk_shard(w, shard);
        for (size_t n = images.first; n < images.last; n++)
            dw_of_image(w, n, weight, index % g->y.c);
        walk_end_part(w);
    }
}

static void conv2d_db_terms(walk *w, size_t k) {
    const layer_shape *g = w->shape;
    const size_t plane = g->y.h * g->y.w;
    walk_in_shards(w);
    for (size_t shard = 0; shard < walk_shards(w); shard++) {
        const range images = walk_shard(w, shard);
        for (size_t at = images.first * plane; at < images.last * plane; at++)
            walk_add(w, at * g->y.c + k);
        walk_end_part(w);
    }
}

const explanation conv2d_explanation = {
    .output = {.kind = CNN_SUM_PRODUCTS,
               .a = offsetof(op_args, x),
               .b = offsetof(op_args, w),
               .start = offsetof(op_args, b),
               .formula = "y[n,p,q,k] = bias[k] + sum over r, s, c of x[n,h,w,c] weight[r,s,c,k]",
               .function = "conv2d_y",
               .terms = conv2d_y_terms},
    .input_gradient = {.kind = CNN_SUM_PRODUCTS,
                       .a = offsetof(op_args, dy),
                       .b = offsetof(op_args, w),
                       .formula = "dx[n,h,w,c] = sum over r, s, k of dy[n,p,q,k] weight[r,s,c,k]",
                       .function = "conv2d_dx",
                       .terms = conv2d_dx_terms},
    .buffers = {{.kind = CNN_SUM_PRODUCTS,
                 .a = offsetof(op_args, x),
                 .b = offsetof(op_args, dy),
                 .formula = "dweight[r,s,c,k] = sum over n, p, q of dy[n,p,q,k] x[n,h,w,c]",
                 .function = "conv2d_dw",
                 .terms = conv2d_dw_terms},
                {.kind = CNN_SUM_ADDED,
                 .a = offsetof(op_args, dy),
                 .formula = "dbias[k] = sum over n, p, q of dy[n,p,q,k]",
                 .function = "conv2d_dw",
                 .terms = conv2d_db_terms}},
};
