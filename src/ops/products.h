/* A vector times a matrix, the one loop in which the book spends its time. */
#ifndef OPS_PRODUCTS_H
#define OPS_PRODUCTS_H

#include "ops.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A column of numbers that stand `stride` apart. */
typedef struct spaced {
    const real *first;
    size_t stride, count;
} spaced;

/* `lanes` sums that do not wait for each other; a length the compiler knows stays in registers. */
ALWAYS_INLINE void add_products_block(size_t lanes, spaced a, const real *m, size_t width,
                                      real *y) {
    real sum[32];
    for (size_t j = 0; j < lanes; j++)
        sum[j] = y[j];
    for (size_t i = 0; i < a.count; i++)
        for (size_t j = 0; j < lanes; j++)
            sum[j] = fused(a.first[i * a.stride], m[i * width + j], sum[j]);
    for (size_t j = 0; j < lanes; j++)
        y[j] = sum[j];
}

/* y[j] = y[j], then + a[i] m[i][j] over i rising, for each j below `width`. */
static void add_products(spaced a, const real *m, size_t width, real *y) {
    size_t j = 0;
    for (; width - j >= 32; j += 32)
        add_products_block(32, a, m + j, width, y + j);
    for (; width - j >= 16; j += 16)
        add_products_block(16, a, m + j, width, y + j);
    for (; width - j >= 8; j += 8)
        add_products_block(8, a, m + j, width, y + j);
    for (; j < width; j++)
        add_products_block(1, a, m + j, width, y + j);
}

#endif
