/* Selects the chunks of a PNG that libpng sees, since libpng refuses a file for a bad profile even
 * if its pixels are perfect. */
#include "png_chunks.h"

#include <string.h>
#include <zlib.h>

/* Bytes around the data of a chunk: length and type before it, also the checksum after it. */
enum { BEFORE = 8, AROUND = 12 };
enum { SIGNATURE = 8, COLOR_AT = 25 };
/* Bits of the color type. */
enum { PALETTE = 1, ALPHA = 4 };
/* One opacity for each color of a palette. */
enum { TRANSPARENCY_MOST = 256 };

static size_t number_at(const uint8_t *bytes) {
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

static bool is(const uint8_t *type, const char *name) {
    return !memcmp(type, name, 4);
}

static bool letters(const uint8_t *type) {
    size_t count = 0;
    while (count < 4 && (type[count] | 32) >= 'a' && (type[count] | 32) <= 'z')
        count++;
    return count == 4;
}

static bool ends_early(const png_chunks *chunks, cnn_error *error) {
    return error_at(error, chunks->size, "the PNG data ends too early");
}

/* Moves to the next chunk, of any type, which must end within the file. */
static bool step(png_chunks *chunks, cnn_error *error) {
    const size_t at = chunks->end, left = chunks->size - at;
    const uint8_t *chunk = chunks->bytes + at;
    if (left < BEFORE)
        return ends_early(chunks, error);
    const size_t length = number_at(chunk);
    if (length > INT32_MAX || !letters(chunk + 4))
        return error_at(error, at, "damaged PNG data: no chunk begins here");
    chunks->begin = at;
    chunks->end = left < AROUND || length > left - AROUND ? chunks->size : at + AROUND + length;
    chunks->image = is(chunk + 4, "IDAT");
    return true;
}

const uint8_t *png_chunks_data(const png_chunks *chunks, size_t *size) {
    *size = number_at(chunks->bytes + chunks->begin);
    return chunks->bytes + chunks->begin + BEFORE;
}

static bool whole(const png_chunks *chunks) {
    return chunks->end - chunks->begin >= AROUND + number_at(chunks->bytes + chunks->begin);
}

/* Whether the checksum is that of the data with this name. The chunk must be complete. */
static bool sum_right(const png_chunks *chunks, const char *name) {
    size_t size;
    const uint8_t *data = png_chunks_data(chunks, &size);
    uLong sum = crc32(0, (const Bytef *)name, 4);
    sum = crc32(sum, data, (uInt)size);
    return number_at(data + size) == sum;
}

static bool sound(const png_chunks *chunks, cnn_error *error) {
    char name[5] = "";
    memcpy(name, chunks->bytes + chunks->begin + 4, 4);
    if (!whole(chunks))
        return ends_early(chunks, error);
    return sum_right(chunks, name) ||
           error_at(error, chunks->end, "damaged PNG data: %s: CRC error", name);
}

/* Whether the chunk is needed at its position. The header, which is first, gives the color type. */
static bool of_use(const png_chunks *chunks, bool image_begun) {
    const uint8_t *type = chunks->bytes + chunks->begin + 4;
    if (chunks->begin == SIGNATURE)
        return is(type, "IHDR");
    if (chunks->image)
        return true;
    if (image_begun || chunks->begin <= COLOR_AT)
        return false;
    const uint8_t color = chunks->bytes[COLOR_AT];
    return (is(type, "PLTE") && (color & PALETTE)) || (is(type, "tRNS") && !(color & ALPHA));
}

/* A lowercase first letter marks chunks that may be skipped. */
static bool harmless(const png_chunks *chunks) {
    const uint8_t *type = chunks->bytes + chunks->begin + 4;
    return (type[0] & 32) || is(type, "PLTE");
}

/* Whether this is a transparency chunk with a damaged name. Skipping it would lose it silently; any
 * other needed chunk would be missed later. */
static bool was_transparency(const png_chunks *chunks) {
    const uint8_t *chunk = chunks->bytes + chunks->begin;
    return number_at(chunk) <= TRANSPARENCY_MOST && !is(chunk + 4, "tRNS") && whole(chunks) &&
           sum_right(chunks, "tRNS");
}

bool png_chunks_next(png_chunks *chunks, cnn_error *error) {
    const bool image_begun = chunks->image;
    if (!chunks->end) {
        chunks->end = SIGNATURE;
        return chunks->size >= SIGNATURE || ends_early(chunks, error);
    }
    while (step(chunks, error)) {
        const uint8_t *type = chunks->bytes + chunks->begin + 4;
        if (of_use(chunks, image_begun))
            return sound(chunks, error);
        if (is(type, "IEND"))
            return error_at(error, chunks->begin, "the PNG ends before its last pixel");
        if (was_transparency(chunks))
            return error_at(error, chunks->begin, "damaged PNG data: %.4s has the checksum of tRNS",
                            type);
        if (!harmless(chunks))
            return error_at(error, chunks->begin, "unknown chunk %.4s", type);
    }
    return false;
}
