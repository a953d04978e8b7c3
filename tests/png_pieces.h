/* PNGs put together chunk by chunk, right or wrong. */
#ifndef TESTS_PNG_PIECES_H
#define TESTS_PNG_PIECES_H

#include "idx_blobs.h"

/* The signature and a head: color type and bits of a sample as in PNG; not interlaced. */
blob png_head(uint32_t width, uint32_t height, uint8_t type, uint8_t depth);
/* A chunk: its length, type, data and checksum. */
void png_chunk(blob *png, const char *type, const void *data, size_t size);
/* The same with a checksum that is wrong. */
void png_chunk_damaged(blob *png, const char *type, const void *data, size_t size);
/* Packs rows, each after its filter byte, with zlib. */
blob png_packed(const void *rows, size_t size);
/* Returns the end of the last chunk of image data. */
size_t png_pixels_end(const uint8_t *bytes, size_t size);

#endif
