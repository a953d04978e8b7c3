/* The image data of a PNG: unpacked by zlib once, checked, and put into chunks again as it came
 * out, in blocks that are stored. libpng, which takes them for a PNG's own, has little more to do
 * then than to copy. By itself it passes over a checksum of zlib's that stands in a chunk of its
 * own, and cannot tell it from bytes behind the last row. */
#ifndef PICTURE_PNG_ROWS_H
#define PICTURE_PNG_ROWS_H

#include "png_chunks.h"

#include <zlib.h>

/* Bytes of a block; of a chunk with it: length, type, zlib's head, the block's, its bytes, and the
 * checksum, which libpng is told not to look at. */
enum { PNG_ROWS_BLOCK = 1 << 15, PNG_ROWS_PIECE = 8 + 2 + 5 + PNG_ROWS_BLOCK + 4 };

typedef struct png_rows {
    png_chunks *chunks; /* borrowed; at the first with image data */
    size_t need;        /* bytes of all rows */
    size_t count;       /* bytes that came out */
    bool begun, ended;
    z_stream stream;
    uint8_t piece[PNG_ROWS_PIECE];
    size_t size; /* of the piece */
} png_rows;

/* Makes the next chunk, at the end one with zlib's checksum. Refused, with the byte of the PNG:
 * data that is damaged, ends too early or is less than needed, or exceeds it more than twice. */
bool png_rows_next(png_rows *rows, cnn_error *error);

/* Behind the last row: what is left, up to the checksum. */
bool png_rows_end(png_rows *rows, cnn_error *error);

void png_rows_release(png_rows *rows);

#endif
