/* Finds the chunks that define the pixels of a PNG and checks that they are complete. All others
 * are skipped, whatever their state: text, profiles, times, and everything after the pixels. */
#ifndef PICTURE_PNG_CHUNKS_H
#define PICTURE_PNG_CHUNKS_H

#include "error.h"

/* Iterates over the chunks of a PNG. Begin with {bytes, size}. */
typedef struct png_chunks {
    const uint8_t *bytes;
    size_t size;
    size_t begin, end; /* of the current chunk, including length and checksum */
    bool image;        /* it holds image data (IDAT) */
} png_chunks;

/* Finds the next needed chunk: signature, header, palette if pixels are indices into it,
 * transparency, image data. Checks that it is complete and its checksum correct. False, with the
 * byte, if there is no such chunk, the file ends, or a chunk that changes the meaning of pixels is
 * damaged or unknown. */
bool png_chunks_next(png_chunks *chunks, cnn_error *error);

/* The data of the current chunk. */
const uint8_t *png_chunks_data(const png_chunks *chunks, size_t *size);

#endif
