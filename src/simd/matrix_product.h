/* The product of two matrices in registers, each sum in ascending order. Two multiply-add units of
 * latency four need eight independent sums; more sums need fewer loads per product and start and
 * end less often. Rows by two vectors of sums, two vectors of m and one broadcast number of a just
 * fit the registers: 14 rows, or 6. With fewer rows more vectors fit, with one vector more rows. */
#ifndef SIMD_MATRIX_PRODUCT_H
#define SIMD_MATRIX_PRODUCT_H

#include "vector.h"

#include <stdbool.h>

enum {
    SUMS_MAX = REGISTERS == 32 ? 28 : 12,
    ROWS = SUMS_MAX / 2,
    ROWS_WIDE = REGISTERS == 32 ? 6 : 3, /* by four vectors */
    ROWS_MIN = 6,                        /* at least, for a product to pay off */
    ROWS_NARROW = ROWS > 12 || FEW_BLOCKS ? ROWS : 12,
    PANEL = 4 * LANES
};

/* The compiler's default limits would leave the largest blocks of sums rolled, in memory. */
#ifdef __clang__
#define SPELL_OUT _Pragma("unroll")
#else
#define SPELL_OUT _Pragma("GCC unroll 28")
#endif

/* a(i, j) = first[i row + j step] for i < rows, j < count; then the same for `more` further runs
 * of j, each `run` numbers after the previous one. */
typedef struct matrix {
    const float *first;
    size_t rows, row, count, step, more, run;
} matrix;

/* Initial value of each sum: y; b[l]; 0; or 0 with the result added to y at the end. */
enum start { FROM_Y, FROM_B, FROM_ZERO, APART };

/* y(i, l) of a product a m, for l < width. m_row and y_row are the distances between rows of m and
 * y; after each run of a, m advances by m_run more. b NULL: zeros. */
typedef struct product {
    matrix a;
    const float *b, *m;
    size_t width, m_row;
    float *y;
    size_t y_row;
    ptrdiff_t m_run;
} product;

ALWAYS_INLINE vector load_sum(const float *from, bool partial, lanes_mask part) {
    return partial ? load_part_outside(from, part) : load(from);
}

/* Computes rows x vectors sums from column l on, or the first `part` lanes of one vector. Rows,
 * vectors and partial are compile-time constants. */
ALWAYS_INLINE void product_block(const product *p, enum start start, size_t rows, size_t vectors,
                                 size_t l, bool partial, lanes_mask part) {
    vector sum[SUMS_MAX];
    const matrix a = p->a;
    const size_t m_row = p->m_row, y_row = p->y_row, sums = rows * vectors;
    const float *m = p->m + l, *first = a.first;
    float *y = p->y + l;
    SPELL_OUT
    for (size_t i = 0; i < sums; i++)
        sum[i] = (vector){0};
    if (start <= FROM_B) {
        const float *from = start == FROM_B ? p->b + l : y;
        const size_t from_row = start == FROM_B ? 0 : y_row;
        SPELL_OUT
        for (size_t i = 0; i < sums; i++) {
            sum[i] = load_sum(from + i % vectors * LANES, partial, part);
            from += i % vectors + 1 == vectors ? from_row : 0;
        }
    }
    for (size_t run = 0; run <= a.more; run++, first += a.run, m += p->m_run) {
        const float *at = first;
        for (size_t j = 0; j < a.count; j++, m += m_row, at += a.step) {
            vector in[8];
            SPELL_OUT
            for (size_t v = 0; v < vectors; v++)
                in[v] = partial ? load_part(m, part) : load(m + v * LANES);
            SPELL_OUT
            for (size_t i = 0; i < sums; i++)
                sum[i] = multiply_add(at[i / vectors * a.row], in[i % vectors], sum[i]);
        }
    }
    if (start == APART) {
        const float *from = y;
        SPELL_OUT
        for (size_t i = 0; i < sums; i++) {
            sum[i] += load_sum(from + i % vectors * LANES, partial, part);
            from += i % vectors + 1 == vectors ? y_row : 0;
        }
    }
    SPELL_OUT
    for (size_t i = 0; i < sums; i++) {
        if (partial)
            store_part_outside(y, sum[i], part);
        else
            store(y + i % vectors * LANES, sum[i]);
        y += i % vectors + 1 == vectors ? y_row : 0;
    }
}

/* Computes columns from l on in steps of `vectors`; returns the first one not done. */
ALWAYS_INLINE size_t product_columns(const product *p, enum start start, size_t rows,
                                     size_t vectors, size_t l) {
    for (; p->width - l >= vectors * LANES; l += vectors * LANES)
        product_block(p, start, rows, vectors, l, false, (lanes_mask){0});
    return l;
}

/* Computes all columns of `rows` rows: at most ROWS, or ROWS_NARROW with at most one vector. */
ALWAYS_INLINE void product_rows(const product *p, enum start start, size_t rows) {
    size_t l = 0;
    if (rows > ROWS_NARROW)
        return; /* never happens; nothing is compiled for it */
    if (rows <= SUMS_MAX / 8)
        l = product_columns(p, start, rows, 8, l);
    if (rows <= ROWS_WIDE)
        l = product_columns(p, start, rows, 4, l);
    if (rows <= SUMS_MAX / 2)
        l = product_columns(p, start, rows, 2, l);
    l = product_columns(p, start, rows, 1, l);
    if (l < p->width)
        product_block(p, start, rows, 1, l, true, first_lanes(p->width - l));
}

/* Size of the first group if `rows` are split into the fewest equal groups of at most `most`. */
ALWAYS_INLINE size_t first_group(size_t rows, size_t most) {
    const size_t groups = (rows + most - 1) / most;
    return (rows + groups - 1) / groups;
}

/* One case per number of rows, so that each has its own loop. */
KERNEL void product_group(const product *p, enum start start, size_t rows) {
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
    case 6:
        product_rows(p, start, 6);
        break;
    case 7:
        product_rows(p, start, 7);
        break;
    case 8:
        product_rows(p, start, 8);
        break;
    case 9:
        product_rows(p, start, 9);
        break;
    case 10:
        product_rows(p, start, 10);
        break;
    case 11:
        product_rows(p, start, 11);
        break;
    case 12:
        product_rows(p, start, 12);
        break;
    case 13:
        product_rows(p, start, 13);
        break;
    default:
        product_rows(p, start, 14);
        break;
    }
}

static void sum_products(product p, enum start start) {
    const size_t most = p.width <= LANES ? ROWS_NARROW : ROWS;
    while (p.a.rows) {
        const size_t rows = first_group(p.a.rows, most);
        product_group(&p, start, rows);
        p.a.rows -= rows;
        p.a.first += rows * p.a.row;
        p.y += rows * p.y_row;
    }
}

/* y(i, l) = y(i, l), then + a(i, j) m(j, l) over ascending j. */
static void add_products(product p) {
    sum_products(p, FROM_Y);
}

/* y(i, l) = b[l], then the same. */
static void set_products(product p) {
    sum_products(p, p.b ? FROM_B : FROM_ZERO);
}

/* y(i, l) = y(i, l) + (0, then + a(i, j) m(j, l) over ascending j). */
static void add_partial(product p) {
    sum_products(p, APART);
}

#endif
