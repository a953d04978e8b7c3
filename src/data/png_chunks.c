/* libpng refuses a file for a wrong profile behind perfect pixels, and takes pixels whose checksum
 * stands in a chunk of its own without looking at it. So what it sees is chosen here, and zlib's
 * checksum is looked at here; those of the chunks it sees are libpng's to check. */
#define ZLIB_CONST
#include "png_chunks.h"

#include <string.h>
#include <zlib.h>

/* Around the data of a chunk: its length and type, its checksum. */
enum { BEFORE = 8, AROUND = 12 };
enum { SIGNATURE = 8, COLOUR_AT = 25 };
/* Bits of the colour type. */
enum { PALETTE = 1, ALPHA = 4 };
/* An opacity for each colour of a palette. */
enum { TRANSPARENCY_MOST = 256 };

/* Bytes behind the last row, by which a picture of few pixels may be exceeded too. */
#define SLACK ((size_t)1 << 16)

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

/* Moves to the chunk behind, of any type. */
static bool step(png_chunks *chunks, cnn_error *error) {
    const size_t at = chunks->next, left = chunks->size - at;
    const uint8_t *chunk = chunks->bytes + at;
    if (left < BEFORE)
        return ends_early(chunks, error);
    const size_t length = number_at(chunk);
    if (length > INT32_MAX || !letters(chunk + 4))
        return error_at(error, at, "damaged PNG data: no chunk begins here");
    chunks->begin = at;
    chunks->end = left < AROUND || length > left - AROUND ? chunks->size : at + AROUND + length;
    chunks->next = chunks->end;
    chunks->image = is(chunk + 4, "IDAT");
    return true;
}

/* Is the chunk of use where it stands? The head, which is first, tells the colour type. */
static bool of_use(const png_chunks *chunks, bool image_begun) {
    const uint8_t *type = chunks->bytes + chunks->begin + 4;
    if (chunks->begin == SIGNATURE)
        return is(type, "IHDR");
    if (chunks->image)
        return true;
    if (image_begun || chunks->begin <= COLOUR_AT)
        return false;
    const uint8_t colour = chunks->bytes[COLOUR_AT];
    return (is(type, "PLTE") && (colour & PALETTE)) || (is(type, "tRNS") && !(colour & ALPHA));
}

/* Chunks that may be passed over say so by a small letter. */
static bool harmless(const png_chunks *chunks) {
    const uint8_t *type = chunks->bytes + chunks->begin + 4;
    return (type[0] & 32) || is(type, "PLTE");
}

/* Is it transparency whose name is damaged? Passed over, it would be lost without a word; of the
 * others that are of use, something misses them. */
static bool was_transparency(const png_chunks *chunks) {
    const uint8_t *chunk = chunks->bytes + chunks->begin;
    const size_t length = number_at(chunk);
    if (length > TRANSPARENCY_MOST || chunks->end - chunks->begin < AROUND + length)
        return false;
    const uLong sum = crc32(crc32(0, (const Bytef *)"tRNS", 4), chunk + BEFORE, (uInt)length);
    return number_at(chunk + BEFORE + length) == sum && !is(chunk + 4, "tRNS");
}

bool png_chunks_next(png_chunks *chunks, cnn_error *error) {
    const bool image_begun = chunks->image;
    if (!chunks->next) {
        chunks->end = chunks->next = chunks->size < SIGNATURE ? chunks->size : SIGNATURE;
        return true;
    }
    while (step(chunks, error)) {
        const uint8_t *type = chunks->bytes + chunks->begin + 4;
        if (of_use(chunks, image_begun))
            return true;
        if (is(type, "IEND"))
            return error_at(error, chunks->begin, "the PNG ends before its last pixel");
        if (was_transparency(chunks))
            return error_at(error, chunks->begin, "damaged PNG data: %.4s has the checksum of tRNS",
                            type);
        if (!harmless(chunks))
            return error_at(error, chunks->begin, "chunk %.4s is not known here", type);
    }
    return false;
}

/* ------------------------------------------------------------------------ the image data, whole */

typedef struct unpacking {
    z_stream stream;
    size_t count, most; /* bytes that came out, and may come out */
    int result;         /* Z_OK: more is wanted */
} unpacking;

/* zlib's Z_BUF_ERROR means that it wants more. */
static void unpack(unpacking *u, const uint8_t *data, size_t size) {
    uint8_t nowhere[1 << 15];
    u->stream.next_in = data;
    u->stream.avail_in = (uInt)size;
    do {
        u->stream.next_out = nowhere;
        u->stream.avail_out = sizeof nowhere;
        u->result = inflate(&u->stream, Z_NO_FLUSH);
        u->count += sizeof nowhere - u->stream.avail_out;
    } while (u->result == Z_OK && u->count <= u->most &&
             (u->stream.avail_in || !u->stream.avail_out));
    if (u->result == Z_BUF_ERROR)
        u->result = Z_OK;
}

/* The data of one chunk. Only its checksum may be cut: libpng will miss it. */
static bool unpack_chunk(unpacking *u, const png_chunks *chunks, cnn_error *error) {
    const size_t begin = chunks->begin + BEFORE, length = number_at(chunks->bytes + chunks->begin);
    const size_t left = chunks->size - begin;
    unpack(u, chunks->bytes + begin, length < left ? length : left);
    const size_t at = (size_t)(u->stream.next_in - chunks->bytes);
    if (u->result == Z_MEM_ERROR)
        return error_set(error, CNN_NO_MEMORY, "no memory to decompress");
    if (u->result != Z_OK && u->result != Z_STREAM_END)
        return error_at(error, at, "damaged PNG data: %s",
                        u->stream.msg ? u->stream.msg : "not as zlib wants it");
    return u->count <= u->most || error_at(error, at, "more image data than the PNG has pixels");
}

static bool unpack_all(unpacking *u, png_chunks *chunks, size_t need, cnn_error *error) {
    while (u->result == Z_OK)
        if (!png_chunks_next(chunks, error) || (chunks->image && !unpack_chunk(u, chunks, error)))
            return false;
    return u->count >= need ||
           error_at(error, (size_t)(u->stream.next_in - chunks->bytes),
                    "%zu bytes of image data, where the PNG has %zu", u->count, need);
}

bool png_chunks_whole(const uint8_t *bytes, size_t size, size_t need, cnn_error *error) {
    png_chunks chunks = {.bytes = bytes, .size = size};
    unpacking u = {.most = need < SLACK ? need + SLACK : 2 * need};
    if (inflateInit2(&u.stream, 15) != Z_OK)
        return error_set(error, CNN_NO_MEMORY, "no memory to decompress");
    const bool whole = unpack_all(&u, &chunks, need, error);
    inflateEnd(&u.stream);
    return whole;
}
