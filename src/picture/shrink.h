/* Reduces a picture too large for memory by an integer factor while its pixels arrive: each square
 * of pixels becomes its mean. */
#ifndef PICTURE_SHRINK_H
#define PICTURE_SHRINK_H

#include "error.h"

typedef struct shrinking {
    size_t height, width, channels; /* of the input; the last of 2 or 4 channels is alpha */
    size_t side;          /* of a square; those at the right and bottom edges may be smaller */
    size_t rows, columns; /* number of squares */
    uint32_t *sums;       /* [rows][columns][channels] */
} shrinking;

/* Allocates the sums, at most 128 MB, to be freed by shrink_end() or with free(). The squares are
 * the smallest that fit in that. */
bool shrink_begin(shrinking *s, size_t height, size_t width, size_t channels, cnn_error *error);

/* Adds pixels[count][channels] of row y, at columns x, x + step, ... Each pixel of the picture must
 * be added exactly once. */
void shrink_take(shrinking *s, size_t y, size_t x, size_t step, const uint8_t *pixels,
                 size_t count);

/* The means, [*height][*width][channels], in the memory of the sums; to be freed with free().
 * Pixels are weighted by their opacity. */
uint8_t *shrink_end(shrinking *s, size_t *height, size_t *width);

#endif
