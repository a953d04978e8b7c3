/* The product of two matrices in registers: the vector twin of src/ops/products.h, with the same
 * sums in the same order. Two multiply-add units of latency four want eight sums side by side; six
 * rows by two vectors are twelve, and with two vectors of m and one broadcast they just fit the
 * sixteen registers of AVX2. Fewer rows take more vectors, one vector more rows. */
#ifndef SIMD_MATRIX_PRODUCT_H
#define SIMD_MATRIX_PRODUCT_H

#include "vector.h"

#include <stdbool.h>

enum { ROWS = 6, ROWS_NARROW = 12, PANEL = 4 * LANES };

/* Numbers a(i, j) = first[i row + j step] for i below rows, j below count; then, for each of
 * `more` further runs of j, the same from `run` numbers on. */
typedef struct matrix {
    const float *first;
    size_t rows, row, count, step, more, run;
} matrix;

/* Where a sum begins: with what stands in y; with b[l]; or apart with 0, to be added to y whole. */
enum start { FROM_Y, FROM_B, APART };

/* y(i, l) of a product a m, for l below width; the rows of m and of y stand m_row and y_row apart.
 * b NULL: zeros. */
typedef struct product {
    matrix a;
    const float *b, *m;
    size_t width, m_row;
    float *y;
    size_t y_row;
} product;

/* rows x vectors sums from column l on, or the first `part` lanes of one vector. Start, rows,
 * vectors and partial are known where this is called. */
ALWAYS_INLINE void product_block(const product *p, enum start start, size_t rows, size_t vectors,
                                 size_t l, bool partial, lanes_mask part) {
    vector sum[ROWS_NARROW];
    const matrix a = p->a;
    const size_t m_row = p->m_row, y_row = p->y_row;
    const float *m = p->m + l, *b = p->b;
    float *y = p->y + l;
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            const float *from = start == FROM_B && b ? b + l : y + i * y_row;
            if (start == APART || (start == FROM_B && !b))
                sum[i * vectors + v] = (vector){0};
            else
                sum[i * vectors + v] = partial ? load_part(from, part) : load(from + v * LANES);
        }
    const float *first = a.first;
    for (size_t run = 0; run <= a.more; run++, first += a.run) {
        const float *at = first;
        for (size_t j = 0; j < a.count; j++, m += m_row, at += a.step) {
            vector in[8];
            for (size_t v = 0; v < vectors; v++)
                in[v] = partial ? load_part(m, part) : load(m + v * LANES);
            for (size_t i = 0; i < rows; i++)
                for (size_t v = 0; v < vectors; v++)
                    sum[i * vectors + v] = multiply_add(at[i * a.row], in[v], sum[i * vectors + v]);
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            vector s = sum[i * vectors + v];
            float *to = y + i * y_row + v * LANES;
            if (start == APART)
                s = (partial ? load_part(to, part) : load(to)) + s;
            if (partial)
                store_part(to, s, part);
            else
                store(to, s);
        }
}

/* All columns from l on in steps of `vectors`; returns the first not done. */
ALWAYS_INLINE size_t product_columns(const product *p, enum start start, size_t rows,
                                     size_t vectors, size_t l) {
    for (; p->width - l >= vectors * LANES; l += vectors * LANES)
        product_block(p, start, rows, vectors, l, false, (lanes_mask){0});
    return l;
}

/* Up to ROWS rows, all columns. */
ALWAYS_INLINE void product_rows(const product *p, enum start start, size_t rows) {
    size_t l = 0;
    if (rows == 1)
        l = product_columns(p, start, rows, 8, l);
    if (rows <= 3)
        l = product_columns(p, start, rows, 4, l);
    l = product_columns(p, start, rows, 2, l);
    l = product_columns(p, start, rows, 1, l);
    if (l < p->width)
        product_block(p, start, rows, 1, l, true, first_lanes(p->width - l));
}

/* At most one vector wide. */
ALWAYS_INLINE void product_narrow(const product *p, enum start start, size_t rows) {
    if (p->width == LANES)
        product_block(p, start, rows, 1, 0, false, (lanes_mask){0});
    else
        product_block(p, start, rows, 1, 0, true, first_lanes(p->width));
}

/* `rows` in the fewest groups of at most `most`, as equal as can be: of the first group. */
ALWAYS_INLINE size_t first_group(size_t rows, size_t most) {
    const size_t groups = (rows + most - 1) / most;
    return (rows + groups - 1) / groups;
}

ALWAYS_INLINE void product_group(const product *p, enum start start, size_t rows) {
    switch (rows) {
    case 1:
        product_rows(p, start, 1);
        break;
    case 2:
        product_rows(p, start, 2);
        break;
    case 3:
        product_rows(p, start, 3);
        break;
    case 4:
        product_rows(p, start, 4);
        break;
    case 5:
        product_rows(p, start, 5);
        break;
    default:
        product_rows(p, start, 6);
        break;
    }
}

ALWAYS_INLINE void product_group_narrow(const product *p, enum start start, size_t rows) {
    switch (rows) {
    case 1:
        product_narrow(p, start, 1);
        break;
    case 2:
        product_narrow(p, start, 2);
        break;
    case 3:
        product_narrow(p, start, 3);
        break;
    case 4:
        product_narrow(p, start, 4);
        break;
    case 5:
        product_narrow(p, start, 5);
        break;
    case 6:
        product_narrow(p, start, 6);
        break;
    case 7:
        product_narrow(p, start, 7);
        break;
    case 8:
        product_narrow(p, start, 8);
        break;
    case 9:
        product_narrow(p, start, 9);
        break;
    case 10:
        product_narrow(p, start, 10);
        break;
    case 11:
        product_narrow(p, start, 11);
        break;
    default:
        product_narrow(p, start, 12);
        break;
    }
}

ALWAYS_INLINE void product_from(product p, enum start start) {
    const bool narrow = p.width <= LANES;
    while (p.a.rows) {
        const size_t rows = first_group(p.a.rows, narrow ? ROWS_NARROW : ROWS);
        if (narrow)
            product_group_narrow(&p, start, rows);
        else
            product_group(&p, start, rows);
        p.a.rows -= rows;
        p.a.first += rows * p.a.row;
        p.y += rows * p.y_row;
    }
}

/* y(i, l) = y(i, l), then + a(i, j) m(j, l) over j rising. */
static void add_products(product p) {
    product_from(p, FROM_Y);
}

/* y(i, l) = b[l], then the same. */
static void set_products(product p) {
    product_from(p, FROM_B);
}

/* y(i, l) = y(i, l) + (0, then + a(i, j) m(j, l) over j rising). */
static void add_piece(product p) {
    product_from(p, APART);
}

#endif
