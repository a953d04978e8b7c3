/* Fuzzes PNG: reads the bytes unchanged and with corrected checksums, which random bytes would
 * never have, in gray and in color, then resizes to other sizes. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Larger pictures are not used; of the smaller ones, one file in this many is fitted, as that takes
 * a thousand times as long as everything else. */
enum { SIDE_USED = 64, ONE_IN = 256 };

static size_t number_at(const uint8_t *bytes) {
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* A chunk is a length, a name, that many bytes, and the checksum of name and bytes. */
static void set_checksums(uint8_t *bytes, size_t size) {
    for (size_t at = 8; at + 12 <= size;) {
        const size_t length = number_at(bytes + at);
        if (length > size - at - 12)
            return;
        const uLong sum = crc32_z(0, bytes + at + 4, 4 + length);
        for (size_t i = 0; i < 4; i++)
            bytes[at + 8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
        at += 12 + length;
    }
}

static void use(const cnn_picture *picture, size_t channels, bool fits) {
    uint8_t pixels[28 * 28 * 3];
    const size_t height = cnn_picture_height(picture), width = cnn_picture_width(picture);
    DEMAND(height && width && height * width <= CNN_PICTURE_PIXELS_MAX);
    DEMAND(cnn_picture_channels(picture) == channels);
    const uint8_t *seen = cnn_picture_pixels(picture);
    const size_t count = height * width * channels;
    uint8_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= seen[i];
    if (height > SIDE_USED || width > SIDE_USED)
        return;
    DEMAND(cnn_picture_resize(picture, 7, 5, pixels, NULL));
    for (size_t i = 0; i < 7 * 5 * channels; i++)
        DEMAND(!pixels[i] || all);
    cnn_error error;
    DEMAND(!fits || cnn_picture_fit(picture, 28, 28, pixels, &error) ||
           error.status == CNN_STATUS_BAD_ARGUMENT || error.status == CNN_STATUS_NO_MEMORY);
}

static bool read_in(const uint8_t *bytes, size_t size, size_t channels) {
    cnn_error error;
    cnn_picture *picture = cnn_picture_parse(bytes, size, channels, &error);
    if (picture)
        use(picture, channels, crc32_z(0, bytes, size) % ONE_IN == 0);
    else
        harness_refused(&error, size);
    cnn_picture_free(picture);
    return picture != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    harness_begin();
    if (read_in(data, size, 1)) {
        DEMAND(read_in(data, size, 3));
    } else if (size > 8) {
        uint8_t *copy = malloc(size);
        DEMAND(copy);
        memcpy(copy, data, size);
        set_checksums(copy, size);
        read_in(copy, size, size % 2 ? 1 : 3);
        free(copy);
    }
    harness_end();
    return 0;
}
