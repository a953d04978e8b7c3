/* Image data of a PNG, decompressed by zlib once, checked, and repacked into chunks of stored
 * blocks. libpng takes these for the PNG's own and only has to copy. Reading the PNG directly, it
 * ignores a zlib checksum in a chunk of its own, which it cannot distinguish from bytes after the
 * last row. */
#ifndef PICTURE_PNG_ROWS_H
#define PICTURE_PNG_ROWS_H

#include "png_chunks.h"

#include <zlib.h>

/* Bytes of a block, and of a chunk around it: length, type, zlib header, block header, bytes, and
 * the checksum, which libpng is set to ignore. */
enum { PNG_ROWS_BLOCK = 1 << 15, PNG_ROWS_PIECE = 8 + 2 + 5 + PNG_ROWS_BLOCK + 4 };

typedef struct png_rows {
    png_chunks *chunks; /* borrowed; its current chunk is the first with image data */
    size_t need;        /* bytes of all rows */
    size_t count;       /* bytes decompressed so far */
    bool begun, ended;
    z_stream stream;
    uint8_t piece[PNG_ROWS_PIECE];
    size_t size; /* of the piece */
} png_rows;

/* Makes the next chunk; the last one has zlib's checksum. Refused, with the byte of the PNG: data
 * that is damaged, truncated, less than needed, or more than twice as much. */
bool png_rows_next(png_rows *rows, cnn_error *error);

/* After the last row: checks the rest, including the checksum. */
bool png_rows_end(png_rows *rows, cnn_error *error);

void png_rows_release(png_rows *rows);

#endif
