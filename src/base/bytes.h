/* Reads bytes from outside sources through a cursor that cannot leave its buffer. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "error.h"

typedef struct bytes {
    const uint8_t *data; /* borrowed; never written */
    size_t size, at;     /* at: the next byte to read, never beyond size */
} bytes;

/* The next count bytes; NULL, with the cursor unchanged, if fewer are left. */
const uint8_t *bytes_take(bytes *bytes, size_t count);
/* A number in the byte order of its format: IDX is big-endian, safetensors little-endian. False,
 * with *value and the cursor unchanged, if too few bytes are left. */
bool bytes_u32_big(bytes *bytes, uint32_t *value);
bool bytes_u64_little(bytes *bytes, uint64_t *value);

#endif
