/* What the pixels of a PNG are made of, found among its chunks and checked to be whole. All else is
 * passed over, whatever its state: text, profiles, times, and all that stands behind the pixels. */
#ifndef PICTURE_PNG_CHUNKS_H
#define PICTURE_PNG_CHUNKS_H

#include "error.h"

/* Goes through the chunks of a PNG from the first on. Begin with {bytes, size}. */
typedef struct png_chunks {
    const uint8_t *bytes;
    size_t size;
    size_t begin, end; /* of the chunk found, length and checksum included */
    bool image;        /* it holds image data (IDAT) */
} png_chunks;

/* Finds the next chunk that is of use: the signature and the head, a palette if pixels point into
 * it, transparency, image data. It is whole, and its checksum right. False, with the byte: there is
 * none, the file ends, or a chunk that changes what pixels mean is damaged or not known. */
bool png_chunks_next(png_chunks *chunks, cnn_error *error);

/* The data of the chunk found. */
const uint8_t *png_chunks_data(const png_chunks *chunks, size_t *size);

#endif
