/* Reading bytes that came from outside: a cursor that cannot leave its buffer. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "error.h"

typedef struct bytes {
    const uint8_t *data; /* borrowed; never written */
    size_t size, at;     /* at: the next byte to be read, never beyond size */
} bytes;

/* The next count bytes, or NULL if fewer are left; the cursor then stays. */
const uint8_t *bytes_take(bytes *bytes, size_t count);
/* A number in the byte order of its format: IDX is big-endian, safetensors little. False if it is
 * cut short; *value and the cursor then are as before. */
bool bytes_u32_big(bytes *bytes, uint32_t *value);
bool bytes_u64_little(bytes *bytes, uint64_t *value);

#endif
