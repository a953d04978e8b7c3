/* The product of two matrices, the one loop in which the book spends its time. */
#ifndef OPS_PRODUCTS_H
#define OPS_PRODUCTS_H

#include "ops.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Numbers a(i, j) = first[i row + j step] for i below rows, j below count. */
typedef struct matrix {
    const real *first;
    size_t rows, row, count, step;
} matrix;

/* Where a sum begins: with what stands in y, or apart from it with 0, to be added to it whole. */
enum start { FROM_Y, APART };

/* Both lengths are known where this is called, so that all the sums stay in registers and none
 * waits for another. */
ALWAYS_INLINE void add_products_block(enum start start, size_t rows, size_t lanes, matrix a,
                                      const real *m, size_t width, real *y, size_t y_row) {
    real sum[4][16];
    for (size_t i = 0; i < rows; i++)
        for (size_t l = 0; l < lanes; l++)
            sum[i][l] = start == APART ? 0 : y[i * y_row + l];
    for (size_t j = 0; j < a.count; j++)
        for (size_t i = 0; i < rows; i++)
            for (size_t l = 0; l < lanes; l++)
                sum[i][l] = fused(a.first[i * a.row + j * a.step], m[j * width + l], sum[i][l]);
    for (size_t i = 0; i < rows; i++)
        for (size_t l = 0; l < lanes; l++)
            y[i * y_row + l] = start == APART ? y[i * y_row + l] + sum[i][l] : sum[i][l];
}

ALWAYS_INLINE void add_products_rows(enum start start, size_t rows, matrix a, const real *m,
                                     size_t width, real *y, size_t y_row) {
    size_t l = 0;
    for (; width - l >= 16; l += 16)
        add_products_block(start, rows, 16, a, m + l, width, y + l, y_row);
    for (; width - l >= 8; l += 8)
        add_products_block(start, rows, 8, a, m + l, width, y + l, y_row);
    for (; l < width; l++)
        add_products_block(start, rows, 1, a, m + l, width, y + l, y_row);
}

ALWAYS_INLINE void add_products_from(enum start start, matrix a, const real *m, size_t width,
                                     real *y, size_t y_row) {
    for (; a.rows >= 4; a.rows -= 4, a.first += 4 * a.row, y += 4 * y_row)
        add_products_rows(start, 4, a, m, width, y, y_row);
    for (; a.rows; a.rows--, a.first += a.row, y += y_row)
        add_products_rows(start, 1, a, m, width, y, y_row);
}

/* y(i, l) = y(i, l), then + a(i, j) m[j][l] over j rising, for l below width. The rows of y stand
 * y_row apart. */
static void add_products(matrix a, const real *m, size_t width, real *y, size_t y_row) {
    add_products_from(FROM_Y, a, m, width, y, y_row);
}

/* y(i, l) = y(i, l) + (0, then + a(i, j) m[j][l] over j rising): a piece of a long sum, whose
 * roundings are then as small as the piece. */
static void add_piece(matrix a, const real *m, size_t width, real *y, size_t y_row) {
    add_products_from(APART, a, m, width, y, y_row);
}

#endif
