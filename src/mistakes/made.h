/* The functions that the table of mistaken pages has (write.awk): each calls the one copy of its
 * page and says which mistakes to make there. */
#ifndef MISTAKES_MADE_H
#define MISTAKES_MADE_H

#include "mistaken.h"

/* The copies have all functions of their pages, also those that no mistake is made in. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MADE_PASS(name, page, made)                                                                \
    static void name(const layer_shape *g, const op_args *t, range part) {                         \
        page(made, g, t, part);                                                                    \
    }
#define MADE_SOFTMAX_FORWARD(name, page, made)                                                     \
    static void name(size_t k, const real *x, const uint32_t *labels, real *p, real *losses,       \
                     range images) {                                                               \
        page(made, k, x, labels, p, losses, images);                                               \
    }
#define MADE_SOFTMAX_BACKWARD(name, page, made)                                                    \
    static void name(size_t k, size_t n, const real *p, const uint32_t *labels, real *dx,          \
                     range images) {                                                               \
        page(made, k, n, p, labels, dx, images);                                                   \
    }
#define MADE_SGD(name, page, made)                                                                 \
    static void name(const sgd_rates *rates, real *w, const real *dw, real *velocity,              \
                     range elements) {                                                             \
        page(made, rates, w, dw, velocity, elements);                                              \
    }
#define MADE_ADAM(name, page, made)                                                                \
    static void name(const adam_rates *rates, real *w, const real *dw, real *m, real *v,           \
                     range elements) {                                                             \
        page(made, rates, w, dw, m, v, elements);                                                  \
    }

#endif
