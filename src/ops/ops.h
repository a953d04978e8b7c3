/* The contract of every operation. The book (book.c and its pages) fulfils it in plain loops; a
 * faster back end must give the same bits. One may differ: `base` where the processor has no fused
 * multiply-add (SSE2, WebAssembly) rounds each product before it is added, since a call of fmaf()
 * for each would take many times as long. Its numbers are near the book's, and the same on all such
 * machines.
 *
 * The rule behind every order below: a sum is a chain of fused multiply-adds in the order
 * written, or, where it is long, of such chains added one after the other; vector lanes may run
 * along anything that is not summed over. A batch is cut into shards by its size alone, never by
 * the number of threads. */
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

/* What an operation needs to know of its layer. */
typedef struct layer_shape {
    extent x, y;         /* H W C in, P Q K out */
    size_t r, s;         /* kernel or window */
    size_t u, v;         /* stride */
    size_t pad_h, pad_w; /* rows and columns of zeros on each side */
    double value;        /* the layer's real-valued argument, as of leakyrelu 0.01 */
    /* For layers fused into one: the shape of the last of them if it has a window, or NULL. */
    const struct layer_shape *pool;
} layer_shape;

/* From first to last - 1. */
typedef struct range {
    size_t first, last;
} range;

static inline size_t range_size(range range) {
    return range.last - range.first;
}

/* A batch is cut into this many shards, or one an image if it is smaller. More would only cost
 * memory for partial sums. Never the number of threads: the cut decides how sums are rounded, and
 * results must not depend on the machine. */
enum { SHARDS_MAX = 8 };

/* The arrays of one call. Whole batches: an operation indexes them with its range itself. Arrays an
 * operation does not name may be NULL. No two overlap. */
typedef struct op_args {
    size_t n;         /* images in the batch */
    const real *x;    /* [n][h][w][c] */
    const real *w;    /* convolution [r][s][c][k], dense [h w c][k] */
    const real *b;    /* [k], or NULL: no bias */
    real *y;          /* [n][p][q][k] */
    int32_t *indices; /* [n][p][q][k]: h * W + w of each maximum */
    const real *dy;
    real *dz; /* [n][k]: see operation.backward_output; NULL: the operation has none */
    real *dx, *dw;
    real *db;            /* NULL where b is */
    real *scratch;       /* as many numbers as the operation's `scratch` says, one block per call */
    bool training;       /* or evaluation */
    uint64_t seed, step; /* of the model, and how many steps its training has taken */
    /* Where operation.can_split: this call does only part `split` of `splits` of each image;
     * another one does the others, perhaps at the same time. splits 0: all of it. */
    size_t split, splits;
    real *partial_sums; /* of the batch, shared by all splits: see operation.partial_sums */
} op_args;

typedef void (*operation_pass)(const layer_shape *g, const op_args *t, range range);

typedef enum sum_axis {
    SUM_IMAGES, /* range: images; dw and db are sums over them, to be added in order of shards */
    SUM_ROWS    /* range: rows h w c of w; whole sums over the batch, db with row 0 */
} sum_axis;

/* Inputs of a dense layer whose products are summed apart, as one partial sum of an output. */
enum { DENSE_PARTIAL = 32 };

/* conv2d     y[k]     = b, then + x w over r, s, c rising; positions in the padding are left out
 *            dx[c]    = 0, then + dy w over r, s, k rising
 *            dw, db   = 0, then + x dy over n, p, q rising, for the range of images
 * relu       y = x <= 0 ? 0 : x;  dx = x <= 0 ? 0 : dy   (NaN goes through, as in PyTorch)
 * maxpool2d  the first maximum in row-major order wins; NaN wins over all
 *            dx = 0, then + dy of each window won, over p, q rising
 * dense      y[k]     = b, then + (0, then + x w over c rising) of DENSE_PARTIAL c at a time
 *            dx[c]    = 0, then + dy w over k rising
 *            dw, db   = 0, then + x dy over n rising
 * others    as their pages say
 * Where a zero is one factor, a back end may add the product or leave it out. */
typedef struct operation {
    operation_pass forward;
    /* Of a block whose outputs go through something: fills dz, the gradient of its sums, from y and
     * dy. To be done before the other two, which then read dz for dy. NULL: they read dy. */
    operation_pass backward_output;
    operation_pass backward_input;
    operation_pass backward_weights; /* NULL: no weights */
    sum_axis axis;                   /* of backward_weights */
    bool can_split;                  /* knows op_args.splits */
    /* Numbers of scratch that a call wants, forward or backward; NULL: none. */
    size_t (*scratch)(const layer_shape *g);
    /* forward in two steps, for threads that each keep to rows of w, those that they also sum dw
     * for: first partial sums over part of the inputs, all splits, then y from all partial sums,
     * part of the outputs. `partial_sums`: numbers for an image. NULL: there are no such steps.
     */
    size_t (*partial_sums)(const layer_shape *g);
    operation_pass forward_partial, forward_combine;
    /* For layers fused into one: may these be? NULL: always. */
    bool (*fits)(const layer_shape *g);
} operation;

/* An operation and what it computes: the word of a layer, "conv2d", or the words of layers that
 * follow each other and are fused into one, "conv2d relu maxpool2d". Such an operation has the bits
 * of its parts; y, indices and dy are those of the last part. indices count where y is above 0. */
typedef struct kernel {
    const char *layers;
    const operation *operation;
} kernel;

/* Softmax with cross-entropy over logits x[n][k] with labels[n] below k. Inside in double: max,
 * then the sum of exp(x - max) over k rising. Never overflows. p = exp(x - max) / sum;  loss =
 * log(sum) - (x[label] - max);  dx = (p - [k = label]) / n */
typedef void (*softmax_forward)(size_t k, const real *x, const uint32_t *labels, real *p,
                                real *losses, range images);
typedef void (*softmax_backward)(size_t k, size_t n, const real *p, const uint32_t *labels,
                                 real *dx, range images);

/* w and its gradient, element by element in the range. See docs/math/optimizers.md. */
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
    real lr;         /* the rate alone; a page without the corrections would take it */
    real step;       /* lr / (1 - beta1^t) */
    real root;       /* 1 / sqrt(1 - beta2^t) */
    real epsilon;
} adam_rates;
typedef void (*adam_update)(const adam_rates *rates, real *w, const real *dw, real *m, real *v,
                            range elements);

/* One back end. */
typedef struct ops {
    const char *name, *instructions; /* what it asks of the processor, in words */
    int roundings;         /* of a multiply-add: 1, the same bits as the book; 2, near them */
    const kernel *kernels; /* its own, ended by one of layers NULL, or NULL: it has none */
    const kernel *pages;   /* of the book, built for the same instruction set; ended likewise */
    softmax_forward softmax_forward;
    softmax_backward softmax_backward;
    sgd_update sgd;
    adam_update adam;
} ops;

/* The operation for these words, its own before the book's; NULL: there is none. */
const operation *ops_operation(const ops *ops, const char *layers);

/* Part `part` of `parts` nearly equal pieces of `size` things. */
static inline range range_part(size_t size, size_t parts, size_t part) {
    const size_t each = size / parts, more = size % parts;
    const size_t first = part * each + (part < more ? part : more);
    return (range){first, first + each + (part < more)};
}

/* The part of `size` things that is this call's split. */
static inline range split_range(const op_args *t, size_t size) {
    return range_part(size, t->splits ? t->splits : 1, t->split);
}

/* The back ends built for this family of processors, in order of preference, the book last; *runs:
 * this processor can. NULL beyond the last. */
const ops *ops_at(size_t index, bool *runs);
/* The first that runs here. */
const ops *ops_best(void);
/* The book itself ("ref"), in the fastest build this processor runs. */
const ops *ops_book(void);
/* The one of that name, or the best if NULL. NULL if there is none or not here. */
const ops *ops_named(const char *name);
/* The same in double; to be called only where real is double. */
const ops *ops_best_double(void);

/* The book, compiled for any processor of the family, and for those with FMA. */
extern const ops book_float, book_float_fma, book_double, book_double_fma;

/* The vector kernels of src/simd: in what every processor of the family has, and in more. */
extern const ops simd_base, simd_avx2, simd_avx512;

#endif
