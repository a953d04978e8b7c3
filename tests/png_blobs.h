/* PNGs made by libpng's own writer, in memory. */
#ifndef TESTS_PNG_BLOBS_H
#define TESTS_PNG_BLOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Contents of a PNG; the rest of the fields may be zero. */
typedef struct png_plan {
    uint32_t width, height;
    int type, depth;         /* PNG_COLOR_TYPE_...; bits of a sample */
    bool interlaced;         /* Adam7 */
    const uint8_t *rows;     /* as PNG stores them, each row in whole bytes */
    const uint8_t *palette;  /* of RGB, or NULL */
    size_t colors;           /* in the palette */
    const uint8_t *opacity;  /* of the first palette entries, or NULL */
    size_t opacities;        /* how many */
    const uint16_t *missing; /* the one gray or RGB that is transparent, or NULL */
    bool quick;              /* to make: no filters */
    const char *comment;     /* a text chunk after the pixels, or NULL */
} png_plan;

/* A block of exactly *size bytes, to be freed. */
uint8_t *png_made(const png_plan *plan, size_t *size);

/* A gray one of 8 bits, the usual. */
uint8_t *png_gray(const uint8_t *pixels, size_t height, size_t width, size_t *size);

/* A PNG with a bit of everything: RGBA, interlaced, a comment after the pixels. */
uint8_t *png_rich(size_t *size);

#endif
