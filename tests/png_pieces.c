/* Builds PNGs from chunks with the right checksums or wrong ones. */
#include "png_pieces.h"

#include <string.h>
#include <zlib.h>

static void put(blob *png, const void *bytes, size_t size) {
    assert_true(png->size + size <= CAPACITY);
    if (size)
        memcpy(png->data + png->size, bytes, size);
    png->size += size;
}

void png_chunk(blob *png, const char *type, const void *data, size_t size) {
    put32(png, (uint32_t)size);
    const size_t begin = png->size;
    put(png, type, 4);
    put(png, data, size);
    put32(png, (uint32_t)crc32(0, png->data + begin, (uInt)(4 + size)));
}

void png_chunk_damaged(blob *png, const char *type, const void *data, size_t size) {
    png_chunk(png, type, data, size);
    png->data[png->size - 1] ^= 1;
}

blob png_head(uint32_t width, uint32_t height, uint8_t type, uint8_t depth) {
    blob png = {.size = 0}, head = {.size = 0};
    put(&png, "\x89PNG\r\n\x1a\n", 8);
    put32(&head, width);
    put32(&head, height);
    put(&head, (uint8_t[]){depth, type, 0, 0, 0}, 5);
    png_chunk(&png, "IHDR", head.data, head.size);
    return png;
}

blob png_packed(const void *rows, size_t size) {
    blob packed;
    uLongf length = sizeof packed.data;
    assert_int_equal(compress2(packed.data, &length, rows, size, 9), Z_OK);
    packed.size = length;
    return packed;
}

size_t png_pixels_end(const uint8_t *bytes, size_t size) {
    size_t end = 0;
    for (size_t at = 8; at + 12 <= size;) {
        const size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (!memcmp(bytes + at + 4, "IDAT", 4))
            end = at + 12 + length;
        at += 12 + length;
    }
    return end;
}
