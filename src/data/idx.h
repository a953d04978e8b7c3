/* Reads IDX, the format of MNIST: a magic number and the sizes, all 32-bit big-endian, then one
 * byte per pixel or label.
 *
 *     images  00000803  number  height  width  pixels, row by row
 *     labels  00000801  number  labels */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "error.h"

/* The maximum size of a file, compressed or not: 4 GB; MNIST has 47 MB. */
#define IDX_LIMIT ((size_t)UINT32_MAX)
/* The maximum decompressed size of gzip, which can be a thousand times its own: the largest set of
 * MNIST's kind (EMNIST) has 547 MB. */
#define IDX_UNPACKED_LIMIT ((size_t)1 << 30)

/* The bytes of a file, plain or gzip, and its name in errors. All borrowed. */
typedef struct idx_source {
    const void *data;
    size_t size;
    const char *name;
} idx_source;

/* Makes a data set with one channel; classes 0 means the largest label plus one. Every size in a
 * header is checked against the number of bytes before memory is allocated. Errors name the faulty
 * source; if the error is inside gzip, the byte counts decompressed data and the message says
 * so. */
cnn_dataset *idx_dataset(const idx_source *images, const idx_source *labels, size_t classes,
                         cnn_error *error);

#endif
