/* Where the numbers of a max pool come from: the first maximum of a window. */
#include "explained.h"
#include "windows.h"

/* A later number wins only if it is greater, or NaN. Returns the winner's position h W + w. */
static size_t window_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position y = position_of(g->y, index);
    size_t chosen = 0, position_in_plane = 0;
    for (size_t r = 0; r < g->r; r++)
        for (size_t s = 0; s < g->s; s++) {
            const position x = {y.n, y.h * g->u + r, y.w * g->v + s, y.c};
            const size_t at = position_index(g->x, x), term = w->sum->count;
            const float value = walk_x(w, at);
            const bool wins = term == 0 || value > w->total || value != value;
            if (wins) {
                chosen = term;
                position_in_plane = x.h * g->x.w + x.w;
            }
            walk_take(w, CNN_TERM_PASSED_OVER, at, CNN_NO_INDEX, wins ? value : w->total);
        }
    walk_choose(w, chosen);
    w->sum->left_out--; /* the chosen one was counted */
    return position_in_plane;
}

static void maxpool2d_y_terms(walk *w, size_t index) {
    window_terms(w, index);
}

static void maxpool2d_winner_terms(walk *w, size_t index) {
    w->sum->value = (double)window_terms(w, index);
}

/* The gradient of an input comes from all windows that it is the maximum of. */
static void maxpool2d_dx_terms(walk *w, size_t index) {
    const layer_shape *g = w->shape;
    const position x = position_of(g->x, index);
    const range p = windows_over(x.h, g->r, g->u, g->y.h),
                q = windows_over(x.w, g->s, g->v, g->y.w);
    for (size_t h = p.first; h < p.last; h++)
        for (size_t v = q.first; v < q.last; v++) {
            const size_t window = position_index(g->y, (position){x.n, h, v, x.c});
            if (w->arrays->indices[window] == (int32_t)(x.h * g->x.w + x.w))
                walk_add(w, window);
            else
                walk_leave_out(w, CNN_TERM_PASSED_OVER, window, CNN_NO_INDEX);
        }
}

const explanation maxpool2d_explanation = {
    .output = {.kind = CNN_SUM_MAXIMUM,
               .a = offsetof(op_args, x),
               .formula = "y[n,p,q,c] = max over r, s of x[n, p u + r, q v + s, c]",
               .function = "maxpool2d_y",
               .terms = maxpool2d_y_terms},
    .input_gradient = {.kind = CNN_SUM_ADDED,
                       .a = offsetof(op_args, dy),
                       .formula = "dx[n,h,w,c] = sum of dy[n,p,q,c] over the windows p, q whose "
                                  "maximum is x[n,h,w,c]",
                       .function = "maxpool2d_dx",
                       .terms = maxpool2d_dx_terms},
    .buffers = {{.kind = CNN_SUM_POSITION,
                 .a = offsetof(op_args, x),
                 .formula = "indices[n,p,q,c] = h W + w of that maximum",
                 .function = "maxpool2d_y",
                 .terms = maxpool2d_winner_terms}},
};
