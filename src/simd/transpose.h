/* Transposes matrices, so that lanes can run along a dimension that is not summed over. */
#ifndef SIMD_TRANSPOSE_H
#define SIMD_TRANSPOSE_H

#include "vector.h"

/* Transposes a square of at most LANES x LANES numbers; `row` and `width` are the distances between
 * rows of `from` and `to`. Lanes past the edges are zero; nothing is written past `columns`. */
ALWAYS_INLINE void transpose_square(const float *from, size_t row, size_t rows, size_t columns,
                                    float *to, size_t width) {
    vector v[LANES];
    for (size_t i = 0; i < LANES; i++)
        v[i] = i < rows ? load_some(from + i * row, columns) : (vector){0};
    transpose_lanes(v);
    for (size_t i = 0; i < LANES && i < columns; i++)
        store_some(to + i * width, v[i], rows);
}

KERNEL void transpose(const float *from, size_t row, size_t rows, size_t columns, float *to,
                      size_t width) {
    for (size_t i = 0; i < rows; i += LANES)
        for (size_t j = 0; j < columns; j += LANES)
            transpose_square(from + i * row + j, row, rows - i, columns - j, to + j * width + i,
                             width);
}

#endif
