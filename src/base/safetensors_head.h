/* How a safetensors file begins, for its reader and for identifying kinds of files. */
#ifndef BASE_SAFETENSORS_HEAD_H
#define BASE_SAFETENSORS_HEAD_H

#include <stddef.h>

/* The length of the header, a little-endian number of this many bytes; then the header, a JSON
 * object. */
#define SAFETENSORS_LENGTH_BYTES 8
/* A longer header is refused, so no valid file begins with a larger length. */
#define SAFETENSORS_HEADER_MAX ((size_t)100000000)

#endif
