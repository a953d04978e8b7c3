/* gzip (RFC 1952) in memory, the inflating done by zlib. */
#ifndef DATA_GUNZIP_H
#define DATA_GUNZIP_H

#include "error.h"

/* True if the bytes begin as gzip does: 1f 8b. */
bool gunzip_begins(const uint8_t *data, size_t size);

/* Decompresses all members, one after the other, into a block to be freed with free(); zeros behind
 * the last are passed over. Refused, with the byte of the compressed data: more output of all
 * members than `limit` (at least 1), data that is damaged or ends too early, and anything else
 * after the last. Memory grows with what was really decompressed, never with what a header says. */
bool gunzip(const uint8_t *data, size_t size, size_t limit, uint8_t **out, size_t *out_size,
            cnn_error *error);

/* The first bytes of what it decompresses to, at most *count: *count says how many there are. Takes
 * no memory that grows. Refused: data that is damaged or ends before them. */
bool gunzip_head(const uint8_t *data, size_t size, uint8_t *head, size_t *count, cnn_error *error);

#endif
