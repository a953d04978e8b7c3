/* Decompresses the image data of a PNG once and repacks it in stored blocks for libpng. */
#define ZLIB_CONST
#include "png_rows.h"

#include <string.h>

/* Tolerated excess of image data, for pictures of few pixels. */
#define SLACK ((size_t)1 << 16)

/* The current position in the PNG. */
static size_t offset_of(const png_rows *rows) {
    return (size_t)(rows->stream.next_in - rows->chunks->bytes);
}

/* Uses the data of the current chunk as input. */
static void take_chunk(png_rows *rows) {
    size_t length;
    rows->stream.next_in = png_chunks_data(rows->chunks, &length);
    rows->stream.avail_in = (uInt)length;
}

static bool begin(png_rows *rows, cnn_error *error) {
    if (inflateInit2(&rows->stream, 15) != Z_OK)
        return error_set(error, CNN_STATUS_NO_MEMORY, "no memory to decompress");
    take_chunk(rows);
    return rows->begun = true;
}

static bool step(png_rows *rows, cnn_error *error) {
    if (!rows->stream.avail_in) {
        if (!png_chunks_next(rows->chunks, error))
            return false;
        take_chunk(rows);
    }
    const int result = inflate(&rows->stream, Z_NO_FLUSH);
    rows->ended = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR)
        return error_set(error, CNN_STATUS_NO_MEMORY, "no memory to decompress");
    return rows->ended || result == Z_OK || result == Z_BUF_ERROR ||
           error_at(error, offset_of(rows), "damaged PNG data: %s",
                    rows->stream.msg ? rows->stream.msg : "not valid for zlib");
}

static bool count_sound(const png_rows *rows, cnn_error *error) {
    const size_t need = rows->need, most = need < SLACK ? need + SLACK : 2 * need;
    if (rows->count > most)
        return error_at(error, offset_of(rows), "more image data than the PNG has pixels");
    return !rows->ended || rows->count >= need ||
           error_at(error, offset_of(rows), "%zu bytes of image data, where the PNG has %zu",
                    rows->count, need);
}

/* Fills a block if there is enough data. */
static bool unpack(png_rows *rows, uint8_t *block, size_t *size, cnn_error *error) {
    if (!rows->begun && !begin(rows, error))
        return false;
    rows->stream.next_out = block;
    rows->stream.avail_out = PNG_ROWS_BLOCK;
    while (rows->stream.avail_out && !rows->ended)
        if (!step(rows, error))
            return false;
    *size = PNG_ROWS_BLOCK - rows->stream.avail_out;
    rows->count += *size;
    return count_sound(rows, error);
}

static void put_number(uint8_t *to, size_t number) {
    for (int i = 3; i >= 0; i--, number >>= 8)
        to[i] = (uint8_t)number;
}

bool png_rows_next(png_rows *rows, cnn_error *error) {
    const size_t head = rows->begun ? 0 : 2;
    uint8_t *at = rows->piece + 8 + head;
    size_t size;
    if (!unpack(rows, at + 5, &size, error))
        return false;
    const bool last = !size;
    memcpy(rows->piece + 4, "IDAT\x78\x01", 6);
    memcpy(at, (uint8_t[]){last, size & 255, size >> 8, ~size & 255, ~size >> 8 & 255}, 5);
    at += 5 + size;
    if (last) {
        put_number(at, rows->stream.adler);
        at += 4;
    }
    put_number(rows->piece, (size_t)(at - rows->piece) - 8);
    put_number(at, 0);
    rows->size = (size_t)(at - rows->piece) + 4;
    return true;
}

bool png_rows_end(png_rows *rows, cnn_error *error) {
    size_t size;
    while (!rows->ended)
        if (!unpack(rows, rows->piece, &size, error))
            return false;
    return count_sound(rows, error);
}

void png_rows_release(png_rows *rows) {
    if (rows->begun)
        inflateEnd(&rows->stream);
}
