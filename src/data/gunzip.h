/* Decompresses gzip (RFC 1952) in memory with zlib. */
#ifndef DATA_GUNZIP_H
#define DATA_GUNZIP_H

#include "error.h"

/* True if the bytes begin like gzip: 1f 8b. */
bool gunzip_begins(const uint8_t *data, size_t size);

/* Decompresses all members, one after the other, into a block to be freed with free(); zeros after
 * the last are ignored. Refused, with the byte of the compressed data: a total output above `limit`
 * (at least 1), data that is damaged or truncated, and anything else after the last member. Memory
 * grows with the decompressed bytes, never with a size in a header. */
bool gunzip(const uint8_t *data, size_t size, size_t limit, uint8_t **out, size_t *out_size,
            cnn_error *error);

/* The first *count bytes of the decompressed data; *count becomes the number found. Uses bounded
 * memory. Refused: data that is damaged or truncated before that. */
bool gunzip_head(const uint8_t *data, size_t size, uint8_t *head, size_t *count, cnn_error *error);

#endif
