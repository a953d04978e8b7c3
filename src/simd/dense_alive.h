/* A dense layer forward by what is not zero of its inputs. Behind a ReLU half of them are zero: y
 * is a sum of rows of w, and those that would be multiplied by 0 are left out. Inputs go in pieces
 * of 32, one bit each. */
#ifndef SIMD_DENSE_ALIVE_H
#define SIMD_DENSE_ALIVE_H

#include "matrix_product.h"

enum { PIECE = 32 };

/* Up to PIECE numbers side by side: the bits of those that are not zero. */
ALWAYS_INLINE uint32_t piece_alive(const float *x, size_t count) {
    uint32_t bits = 0;
    for (size_t i = 0; i < count; i += LANES)
        bits |= bits_of(load_some(x + i, count - i) != 0) << i;
    return bits;
}

/* `vectors` vectors of y from column k on: y + (0, then + x w over what is alive). */
ALWAYS_INLINE void alive_columns(const float *x, uint32_t alive, const float *w, size_t width,
                                 size_t k, size_t vectors, float *y) {
    vector sum[8] = {0};
    for (; alive; alive &= alive - 1) {
        const size_t i = (size_t)__builtin_ctz(alive);
        const float *row = w + i * width + k;
        for (size_t v = 0; v < vectors; v++)
            sum[v] = multiply_add(x[i], load(row + v * LANES), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++) {
        float *to = y + k + v * LANES;
        store(to, load(to) + sum[v]);
    }
}

/* All columns; w[32][width], width a multiple of LANES. */
ALWAYS_INLINE void add_alive(const float *x, uint32_t alive, const float *w, size_t width,
                             float *y) {
    size_t k = 0;
    for (; width - k >= 8 * LANES; k += 8 * LANES)
        alive_columns(x, alive, w, width, k, 8, y);
    for (; width - k >= 4 * LANES; k += 4 * LANES)
        alive_columns(x, alive, w, width, k, 4, y);
    for (; k < width; k += LANES)
        alive_columns(x, alive, w, width, k, 1, y);
}

/* Worth while where rows are whole vectors, eight sums or more side by side, and enough of what is
 * looked at is zero to pay for products that share no loads. */
static bool alive_pays(size_t width, size_t alive, size_t all) {
    return width % LANES == 0 && width >= 8 * LANES && 8 * alive <= 5 * all;
}

/* How many of rows x count numbers are not zero; rows stand `row` apart. */
KERNEL size_t count_alive(const float *x, size_t rows, size_t row, size_t count) {
    size_t alive = 0;
    for (size_t n = 0; n < rows; n++)
        for (size_t i = 0; i < count; i += PIECE) {
            const size_t left = count - i < PIECE ? count - i : PIECE;
            alive += (size_t)__builtin_popcount(piece_alive(x + n * row + i, left));
        }
    return alive;
}

/* A piece of the inputs of some images, `count` wide, into y[n][width]. */
KERNEL void forward_alive(const float *x, size_t rows, size_t row, size_t count, const float *w,
                          size_t width, float *y) {
    for (size_t n = 0; n < rows; n++, x += row, y += width)
        add_alive(x, piece_alive(x, count), w, width, y);
}

#endif
