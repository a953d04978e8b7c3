/* The product of two matrices in registers: the vector twin of src/ops/products.h, with the same
 * sums in the same order. Six rows by two vectors are twelve sums side by side, enough to keep two
 * multiply-add units of latency four busy (8 would do), and with two vectors of m and one broadcast
 * they just fit the sixteen registers of AVX2. */
#ifndef SIMD_MATRIX_PRODUCT_H
#define SIMD_MATRIX_PRODUCT_H

#include "vector.h"

enum { ROWS = 6 };

/* Numbers a(i, j) = first[i row + j step] for i below rows, j below count. */
typedef struct matrix {
    const float *first;
    size_t rows, row, count, step;
} matrix;

/* Where a sum begins: with what stands in y, or apart from it with 0, to be added to it whole. */
enum start { FROM_Y, APART };

/* rows x (vectors * LANES) sums; the last vector has only `lanes` lanes. All three are known where
 * this is called, except a part of a vector. */
ALWAYS_INLINE void product_block(enum start start, size_t rows, size_t vectors, size_t lanes,
                                 matrix a, const float *m, size_t width, float *y, size_t y_row) {
    vector sum[ROWS][2];
    const size_t last = vectors - 1;
    for (size_t i = 0; i < rows; i++) {
        for (size_t l = 0; l < last; l++)
            sum[i][l] = start == APART ? (vector){0} : load(y + i * y_row + l * LANES);
        sum[i][last] =
            start == APART ? (vector){0} : load_part(y + i * y_row + last * LANES, lanes);
    }
    for (size_t j = 0; j < a.count; j++, m += width) {
        vector b[2];
        for (size_t l = 0; l < last; l++)
            b[l] = load(m + l * LANES);
        b[last] = load_part(m + last * LANES, lanes);
        for (size_t i = 0; i < rows; i++)
            for (size_t l = 0; l < vectors; l++)
                sum[i][l] = multiply_add(a.first[i * a.row + j * a.step], b[l], sum[i][l]);
    }
    for (size_t i = 0; start == APART && i < rows; i++) {
        for (size_t l = 0; l < last; l++)
            sum[i][l] = load(y + i * y_row + l * LANES) + sum[i][l];
        sum[i][last] = load_part(y + i * y_row + last * LANES, lanes) + sum[i][last];
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t l = 0; l < last; l++)
            store(y + i * y_row + l * LANES, sum[i][l]);
        store_part(y + i * y_row + last * LANES, sum[i][last], lanes);
    }
}

ALWAYS_INLINE void product_rows(enum start start, size_t rows, matrix a, const float *m,
                                size_t width, float *y, size_t y_row) {
    size_t l = 0;
    for (; width - l >= 2 * LANES; l += 2 * LANES)
        product_block(start, rows, 2, LANES, a, m + l, width, y + l, y_row);
    for (; width - l >= LANES; l += LANES)
        product_block(start, rows, 1, LANES, a, m + l, width, y + l, y_row);
    if (l < width)
        product_block(start, rows, 1, width - l, a, m + l, width, y + l, y_row);
}

ALWAYS_INLINE void add_products_from(enum start start, matrix a, const float *m, size_t width,
                                     float *y, size_t y_row) {
    for (; a.rows >= ROWS; a.rows -= ROWS, a.first += ROWS * a.row, y += ROWS * y_row)
        product_rows(start, ROWS, a, m, width, y, y_row);
    if (a.rows >= 4) {
        product_rows(start, 4, a, m, width, y, y_row);
        a.rows -= 4, a.first += 4 * a.row, y += 4 * y_row;
    }
    if (a.rows >= 2) {
        product_rows(start, 2, a, m, width, y, y_row);
        a.rows -= 2, a.first += 2 * a.row, y += 2 * y_row;
    }
    if (a.rows)
        product_rows(start, 1, a, m, width, y, y_row);
}

/* y(i, l) = y(i, l), then + a(i, j) m[j][l] over j rising, for l below width. The rows of y stand
 * y_row apart. */
static void add_products(matrix a, const float *m, size_t width, float *y, size_t y_row) {
    add_products_from(FROM_Y, a, m, width, y, y_row);
}

/* y(i, l) = y(i, l) + (0, then + a(i, j) m[j][l] over j rising). */
static void add_piece(matrix a, const float *m, size_t width, float *y, size_t y_row) {
    add_products_from(APART, a, m, width, y, y_row);
}

#endif
