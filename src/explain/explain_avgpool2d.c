/* Where the numbers of an average pool come from: the mean of a window, and shares of gradients. */
#include "explained.h"
#include "windows.h"

static void avgpool2d_y_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position y = position_of(g->y, index);
    const float size = (float)(g->r * g->s);
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++)
            walk_add(w, position_index(g->x, (position){y.n, y.h * g->u + r, y.w * g->v + s, y.c}));
    w->sum->divisor = (double)size;
    w->total /= size;
}

static void avgpool2d_dx_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position x = position_of(g->x, index);
    const range p = windows_over(x.h, g->r, g->u, g->y.h),
                q = windows_over(x.w, g->s, g->v, g->y.w);
    w->sum->divisor = (double)(g->r * g->s);
    for (size_t h = p.first; h < p.last; h++)
        for (size_t v = q.first; v < q.last; v++)
            walk_add_share(w, position_index(g->y, (position){x.n, h, v, x.c}));
}

const explanation avgpool2d_explanation = {
    .output = {.kind = CNN_SUM_MEAN,
               .a = offsetof(op_args, x),
               .formula = "y[n,p,q,c] = (sum over r, s of x[n,h,w,c]) / (R S)",
               .function = "avgpool2d_y",
               .terms = avgpool2d_y_terms},
    .input_gradient = {.kind = CNN_SUM_SHARES,
                       .a = offsetof(op_args, dy),
                       .formula = "dx[n,h,w,c] = sum over p, q of dy[n,p,q,c] / (R S)",
                       .function = "avgpool2d_dx",
                       .terms = avgpool2d_dx_terms},
};
