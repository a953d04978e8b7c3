/* Where the numbers of a gain come from: one product, and a sum of products for the factor. */
#include "explained.h"

/* The factor of a channel is the same in all places. */
static void gain_product(walk *w, size_t index) {
    const size_t c = index % w->shape->y.c;
    walk_take(w, CNN_TERM_COUNTS, index, c, walk_x(w, index) * w->arrays->w[c]);
}

static void gain_dw_terms(walk *w, size_t c) {
    const layer_shape *g = w->shape;
    const size_t places = g->y.h * g->y.w;
    walk_in_shards(w);
    for (size_t shard = 0; shard < walk_shards(w); shard++) {
        const range images = walk_shard(w, shard);
        for (size_t at = images.first * places; at < images.last * places; at++)
            walk_multiply(w, at * g->y.c + c, at * g->y.c + c);
        walk_end_part(w);
    }
}

const explanation gain_explanation = {
    .output = {.kind = CNN_SUM_PRODUCTS,
               .a = offsetof(op_args, x),
               .b = offsetof(op_args, w),
               .formula = "y[n,h,w,c] = x[n,h,w,c] weight[c]",
               .function = "gain_times",
               .terms = gain_product},
    .input_gradient = {.kind = CNN_SUM_PRODUCTS,
                       .a = offsetof(op_args, dy),
                       .b = offsetof(op_args, w),
                       .formula = "dx[n,h,w,c] = dy[n,h,w,c] weight[c]",
                       .function = "gain_times",
                       .terms = gain_product},
    .buffers = {{.kind = CNN_SUM_PRODUCTS,
                 .a = offsetof(op_args, x),
                 .b = offsetof(op_args, dy),
                 .formula = "dweight[c] = sum over n, h, w of dy[n,h,w,c] x[n,h,w,c]",
                 .function = "gain_dw",
                 .terms = gain_dw_terms}},
};
