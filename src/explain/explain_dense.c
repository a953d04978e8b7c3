/* Where the numbers of a dense layer come from: each loop of src/ops/dense.c for one number. */
#include "explained.h"

static size_t inputs_of(const layer_shape *g) {
    return g->x.h * g->x.w * g->x.c;
}

/* In partial sums over DENSE_PARTIAL inputs. */
static void dense_y_terms(walk *w, size_t index) {
    const size_t K = w->shape->y.c, C = inputs_of(w->shape), n = index / K, k = index % K;
    walk_start(w, k);
    walk_in_partial_sums(w);
    for (size_t c = 0; c < C; c++) {
        walk_multiply(w, n * C + c, c * K + k);
        if ((c + 1) % DENSE_PARTIAL == 0 || c + 1 == C)
            walk_end_part(w);
    }
}

static void dense_dx_terms(walk *w, size_t index) {
    const size_t K = w->shape->y.c, C = inputs_of(w->shape), n = index / C, c = index % C;
    for (size_t k = 0; k < K; k++)
        walk_multiply(w, n * K + k, c * K + k);
}

static void dense_dw_terms(walk *w, size_t index) {
    const size_t K = w->shape->y.c, C = inputs_of(w->shape), c = index / K, k = index % K;
    for (size_t n = 0; n < w->arrays->n; n++)
        walk_multiply(w, n * C + c, n * K + k);
}

static void dense_db_terms(walk *w, size_t k) {
    for (size_t n = 0; n < w->arrays->n; n++)
        walk_add(w, n * w->shape->y.c + k);
}

const explanation dense_explanation = {
    .output = {.kind = CNN_SUM_PRODUCTS,
               .a = offsetof(op_args, x),
               .b = offsetof(op_args, w),
               .start = offsetof(op_args, b),
               .formula = "y[n,k] = bias[k] + sum over c of x[n,c] weight[c,k]",
               .function = "dense_y",
               .terms = dense_y_terms},
    .input_gradient = {.kind = CNN_SUM_PRODUCTS,
                       .a = offsetof(op_args, dy),
                       .b = offsetof(op_args, w),
                       .formula = "dx[n,c] = sum over k of dy[n,k] weight[c,k]",
                       .function = "dense_dx",
                       .terms = dense_dx_terms},
    .buffers = {{.kind = CNN_SUM_PRODUCTS,
                 .a = offsetof(op_args, x),
                 .b = offsetof(op_args, dy),
                 .formula = "dweight[c,k] = sum over n of dy[n,k] x[n,c]",
                 .function = "dense_dw",
                 .terms = dense_dw_terms},
                {.kind = CNN_SUM_ADDED,
                 .a = offsetof(op_args, dy),
                 .formula = "dbias[k] = sum over n of dy[n,k]",
                 .function = "dense_dw",
                 .terms = dense_db_terms}},
};
