/* How a safetensors file begins, for its reader and for what tells kinds of files apart. */
#ifndef BASE_SAFETENSORS_HEAD_H
#define BASE_SAFETENSORS_HEAD_H

#include <stddef.h>

/* First the length of the header, as a little-endian number of so many bytes; then the header, a
 * JSON object. */
#define SAFETENSORS_LENGTH_BYTES 8
/* A longer header is not read, so no file begins with such a length. */
#define SAFETENSORS_HEADER_MAX ((size_t)100000000)

#endif
