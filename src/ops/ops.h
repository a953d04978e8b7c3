/* The contract of every operation. The book (book.c and its pages) implements it in plain loops; a
 * faster back end must give the same bits. One exception: `base` on processors without fused
 * multiply-add (SSE2, WebAssembly) rounds each product before adding it, since calling fmaf() for
 * each would take many times as long. Its results are close to the book's, and identical on all
 * such machines.
 *
 * All orders of summation below follow one rule: a sum is one chain of fused multiply-adds in the
 * given order, or, if long, several chains that are added one after the other. Vector lanes may run
 * along any dimension that is not summed over. A batch is cut into shards by its size alone, never
 * by the number of threads. */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include "real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The shape of one image; a vector is 1 x 1 x c. */
typedef struct extent {
    size_t h, w, c;
} extent;

/* The geometry of a layer, as operations need it. */
typedef struct layer_shape {
    extent x, y;         /* H W C in, P Q K out */
    size_t r, s;         /* kernel or window */
    size_t u, v;         /* stride */
    size_t pad_h, pad_w; /* rows and columns of zeros on each side */
    double value;        /* the layer's real-valued argument, e.g. of leakyrelu 0.01 */
    /* For fused layers: the shape of the last one if it has a window, else NULL. */
    const struct layer_shape *pool;
} layer_shape;

/* [first, last). */
typedef struct range {
    size_t first, last;
} range;

static inline size_t range_size(range range) {
    return range.last - range.first;
}

/* A batch is cut into this many shards, or one per image if it is smaller. More shards would only
 * cost memory for partial sums. The number never depends on threads: shards decide how sums are
 * rounded, and results must not depend on the machine. */
enum { SHARDS_MAX = 8 };

/* The arrays of one call. They hold complete batches; an operation applies its range itself. Arrays
 * that an operation does not use may be NULL. No two overlap. */
typedef struct op_args {
    size_t n;         /* images in the batch */
    const real *x;    /* [n][h][w][c] */
    const real *w;    /* convolution [r][s][c][k], dense [h w c][k] */
    const real *b;    /* [k], or NULL: no bias */
    real *y;          /* [n][p][q][k] */
    int32_t *indices; /* [n][p][q][k]: h * W + w of each maximum */
    const real *dy;
    real *dz; /* [n][k]: see operation.backward_output, NULL without one */
    real *dx, *dw;
    real *db;            /* NULL if b is */
    real *scratch;       /* sized by operation.scratch; one block per call */
    bool training;       /* false: evaluation */
    uint64_t seed, step; /* of the model; its completed training steps */
    /* If operation.can_split: compute only split `split` of `splits` of each image; other calls,
     * possibly concurrent, compute the rest. splits 0: compute everything. */
    size_t split, splits;
    real *partial_sums; /* of the batch, shared by all splits; see operation.partial_sums */
} op_args;

typedef void (*operation_pass)(const layer_shape *g, const op_args *t, range range);

typedef enum sum_axis {
    SUM_IMAGES, /* range of images; dw and db are sums over it, added in shard order */
    SUM_ROWS    /* range of rows h w c of w; complete sums over the batch, db with row 0 */
} sum_axis;

/* Number of inputs per partial sum of a dense layer's output. */
enum { DENSE_PARTIAL = 32 };

/* conv2d     y[k]     = b, then + x w over ascending r, s, c; positions in the padding are skipped
 *            dx[c]    = 0, then + dy w over ascending r, s, k
 *            dw, db   = 0, then + x dy over ascending n, p, q, for the range of images
 * relu       y = x <= 0 ? 0 : x;  dx = x <= 0 ? 0 : dy   (NaN is passed on, as in PyTorch)
 * maxpool2d  the first maximum in row-major order wins; NaN wins over everything
 *            dx = 0, then + dy of each window won, over ascending p, q
 * dense      y[k]     = b, then + (0, then + x w over ascending c) for each DENSE_PARTIAL of c
 *            dx[c]    = 0, then + dy w over ascending k
 *            dw, db   = 0, then + x dy over ascending n
 * others     see their pages
 * If one factor is zero, a back end may add the product or skip it. */
typedef struct operation {
    operation_pass forward;
    /* For fused layers that end in an activation: computes dz, the gradient before the activation,
     * from y and dy. Runs before the other two, which then read dz instead of dy. NULL: they read
     * dy. */
    operation_pass backward_output;
    operation_pass backward_input;
    operation_pass backward_weights; /* NULL: no weights */
    sum_axis axis;                   /* of backward_weights */
    bool can_split;                  /* supports op_args.split */
    /* Size of a call's scratch in numbers, for forward and backward; NULL: none. */
    size_t (*scratch)(const layer_shape *g);
    /* Forward in two steps, so that each thread reads only the rows of w whose dw it computes:
     * first the partial sums over a part of the inputs, for all splits; then y from all partial
     * sums, for a part of the outputs. `partial_sums`: numbers per image. NULL: not supported. */
    size_t (*partial_sums)(const layer_shape *g);
    operation_pass forward_partial, forward_combine;
    /* For fused layers: whether this shape is supported. NULL: always. */
    bool (*fits)(const layer_shape *g);
} operation;

/* An operation and the layers it computes: one word, "conv2d", or the words of consecutive layers
 * fused into one, "conv2d relu maxpool2d". A fusion gives the bits of its parts; y, indices and dy
 * are those of the last layer. indices are valid where y is above 0. */
typedef struct kernel {
    const char *layers;
    const operation *operation;
} kernel;

/* Softmax with cross-entropy over logits x[n][k] with labels[n] below k. Computed in double: the
 * maximum, then the sum of exp(x - max) over ascending k. Never overflows. p = exp(x - max) / sum;
 * loss = log(sum) - (x[label] - max); dx = (p - [k = label]) / n */
typedef void (*softmax_forward)(size_t k, const real *x, const uint32_t *labels, real *p,
                                real *losses, range images);
typedef void (*softmax_backward)(size_t k, size_t n, const real *p, const uint32_t *labels,
                                 real *dx, range images);

/* Updates w from its gradient, element by element in the range. See docs/math/optimizers.md. */
typedef struct sgd_rates {
    real lr, momentum, weight_decay;
    int nesterov;
} sgd_rates;
typedef void (*sgd_update)(const sgd_rates *rates, real *w, const real *dw, real *velocity,
                           range elements);

typedef struct adam_rates {
    real shrink;       /* AdamW: 1 - lr * weight decay, else 1 */
    real weight_decay; /* Adam: added to the gradient; AdamW: 0 */
    real beta2;
    real new1, new2; /* 1 - beta1, 1 - beta2 */
    real step;       /* lr / (1 - beta1^t) */
    real root;       /* 1 / sqrt(1 - beta2^t) */
    real epsilon;
    real lr; /* alone: what a page that forgets the corrections takes */
} adam_rates;
typedef void (*adam_update)(const adam_rates *rates, real *w, const real *dw, real *m, real *v,
                            range elements);

/* One back end. */
typedef struct ops {
    const char *name, *instructions; /* instructions: the sets it needs, in words */
    int roundings;                   /* per multiply-add: 1: the book's bits; 2: close to them */
    const kernel *kernels;           /* its own, ended by layers NULL; or NULL: none */
    const kernel *pages; /* the book's, built for the same instructions; ended likewise */
    softmax_forward softmax_forward;
    softmax_backward softmax_backward;
    sgd_update sgd;
    adam_update adam;
} ops;

/* The operation for these words, preferring the back end's own to the book's; NULL: none. */
const operation *ops_operation(const ops *ops, const char *layers);

/* Part `part` of `parts` nearly equal parts of [0, size). */
static inline range range_part(size_t size, size_t parts, size_t part) {
    const size_t each = size / parts, more = size % parts;
    const size_t first = part * each + (part < more ? part : more);
    return (range){first, first + each + (part < more)};
}

/* The part of [0, size) that belongs to this call's split. */
static inline range split_range(const op_args *t, size_t size) {
    return range_part(size, t->splits ? t->splits : 1, t->split);
}

/* The back ends built for this processor family, in order of preference, the book last. Sets *runs
 * to whether this processor supports it. NULL past the end. */
const ops *ops_at(size_t index, bool *runs);
/* The first one that runs on this processor. */
const ops *ops_best(void);
/* The book ("ref"), in the fastest build this processor runs. */
const ops *ops_book(void);
/* The back end of that name, or the best one for NULL. NULL if it is unknown or does not run. */
const ops *ops_named(const char *name);
/* The same in double; may be called only where real is double. */
const ops *ops_best_double(void);

/* The book, compiled for any processor of the family and for those with FMA. */
extern const ops book_float, book_float_fma, book_double, book_double_fma;

/* The vector kernels of src/simd, for the family's base instruction set and for larger ones. */
extern const ops simd_base, simd_avx2, simd_avx512;

#endif
