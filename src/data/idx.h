/* IDX, the format of MNIST: a number that says what it is, the sizes, all big-endian with 32 bits,
 * then one byte per pixel or label.
 *
 *     images  00000803  number  height  width  pixels, row by row
 *     labels  00000801  number  labels */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "error.h"

/* The most that a file may hold, compressed or not: 4 GB, where MNIST has 47 MB. */
#define IDX_LIMIT ((size_t)UINT32_MAX)
/* The most that gzip may hold, which can be a thousand times its own size: the largest set of
 * MNIST's kind (EMNIST) has 547 MB. */
#define IDX_UNPACKED_LIMIT ((size_t)1 << 30)

/* The bytes of one file, plain or gzip, and the name that errors give it. All borrowed. */
typedef struct idx_source {
    const void *data;
    size_t size;
    const char *name;
} idx_source;

/* A data set with one channel; classes 0 means the largest label and one. Every size in a header is
 * checked against the bytes that are there before memory is taken. Errors name the source at fault;
 * if it is gzip and what is inside is wrong, the byte is counted decompressed and the message says
 * so. */
cnn_dataset *idx_dataset(const idx_source *images, const idx_source *labels, size_t classes,
                         cnn_error *error);

#endif
