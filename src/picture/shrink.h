/* A picture too large to be kept, made smaller by a whole number while its pixels come in: each
 * square of pixels becomes one, their mean. */
#ifndef PICTURE_SHRINK_H
#define PICTURE_SHRINK_H

#include "error.h"

typedef struct shrinking {
    size_t height, width, channels; /* of what comes in; the last of 2 or 4 channels is alpha */
    size_t side;                    /* of a square; those at the far edges may have less */
    size_t rows, columns;           /* squares */
    uint32_t *sums;                 /* [rows][columns][channels] */
} shrinking;

/* Takes memory for the sums, 128 MB at most, to be freed by shrink_end() or with free(). The
 * squares are the smallest for which that is enough. */
bool shrink_begin(shrinking *s, size_t height, size_t width, size_t channels, cnn_error *error);

/* Adds pixels[count][channels] of row y: those in columns x, x + step, ... Each pixel of the
 * picture must come exactly once. */
void shrink_take(shrinking *s, size_t y, size_t x, size_t step, const uint8_t *pixels,
                 size_t count);

/* The means, [*height][*width][channels], in the memory of the sums; to be freed with free().
 * Transparent pixels count in the color of a square as much as they are opaque. */
uint8_t *shrink_end(shrinking *s, size_t *height, size_t *width);

#endif
