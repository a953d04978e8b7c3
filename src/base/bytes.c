/* Reads bytes and numbers from a buffer with bounds checks. Every read goes through bytes_take(),
 * the only place that compares with the size. Numbers are assembled byte by byte, so neither the
 * machine's byte order nor the alignment of the data matters. */
#include "bytes.h"

const uint8_t *bytes_take(bytes *bytes, size_t count) {
    /* Not at + count > size: with a count from a hostile file that sum could wrap around. */
    if (count > bytes->size - bytes->at)
        return NULL;
    const uint8_t *taken = bytes->data + bytes->at;
    bytes->at += count;
    return taken;
}

bool bytes_u32_big(bytes *bytes, uint32_t *value) {
    const uint8_t *b = bytes_take(bytes, 4);
    if (b)
        *value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return b != NULL;
}

bool bytes_u64_little(bytes *bytes, uint64_t *value) {
    const uint8_t *b = bytes_take(bytes, 8);
    if (!b)
        return false;
    *value = 0;
    for (int i = 7; i >= 0; i--)
        *value = *value << 8 | b[i];
    return true;
}
