/* What the pixels of a PNG are made of, found among its chunks and checked to be whole. All else is
 * passed over, whatever its state: text, profiles, times, and all that stands behind the pixels. */
#ifndef DATA_PNG_CHUNKS_H
#define DATA_PNG_CHUNKS_H

#include "error.h"

/* Goes through the chunks of a PNG from the first on. Begin with {bytes, size}. */
typedef struct png_chunks {
    const uint8_t *bytes;
    size_t size;
    size_t begin, end; /* of the chunk found, length and checksum included; end is within size */
    size_t next;       /* where the one behind it begins */
    bool image;        /* it holds image data (IDAT) */
} png_chunks;

/* Finds the next chunk that is of use: the signature and the head, a palette if pixels point into
 * it, transparency, image data. False, with the byte: there is none, the file ends, or a chunk that
 * changes what pixels mean is not known. */
bool png_chunks_next(png_chunks *chunks, cnn_error *error);

/* Unpacks all image data, and keeps none of it. Refused, with the byte: fewer than `need` bytes,
 * more than twice as many, damage that zlib sees, and an end without zlib's checksum. */
bool png_chunks_whole(const uint8_t *bytes, size_t size, size_t need, cnn_error *error);

#endif
