/* Decodes a PNG with libpng, which reports errors by longjmp(): everything that must survive one is
 * in `decoding`, which its owner does not change between setjmp() and the jump. Memory comes from
 * our malloc(), so that a test can refuse it. A PNG of a few bytes can declare, or decompress to,
 * gigabytes: its sizes are compared with the limits, and with what its bytes can hold, before
 * memory is allocated for pixels. */
#include "png_read.h"

#include "alpha.h"
#include "error.h"
#include "memory.h"
#include "png_rows.h"
#include "shrink.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Deflate compresses at most this many bytes into one (zlib's technical details). */
#define DEFLATE_MOST 1032

/* Offset of the width in the header. */
#define SIZE_OFFSET 16

typedef struct decoding {
    png_chunks chunks;
    png_rows rows;
    const uint8_t *next, *end; /* the bytes to pass to libpng */
    size_t refused;            /* size of an allocation that failed, or 0 */
    cnn_error *error;
    png_structp png;
    png_infop info;
    size_t height, width, channels; /* of the rows from libpng: up to 4 channels */
    shrinking shrinking;            /* for a PNG that is too large */
    uint8_t *row, *pixels;
} decoding;

/* ---------------------------------------------------------------------------- what libpng calls */

static void fail(png_structp png, png_const_charp message) {
    decoding *job = png_get_error_ptr(png);
    error_at(job->error, job->chunks.begin, "damaged PNG data: %s", message);
    png_longjmp(png, 1);
}

/* Warnings concern data after the last row and impossible transparency. */
static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static bool sides_sound(const decoding *job) {
    const size_t height = job->height, width = job->width;
    if (height > CNN_PNG_SIDE_MAX || width > CNN_PNG_SIDE_MAX)
        return error_at(job->error, SIZE_OFFSET, "%zu x %zu pixels, more than %d a side", width,
                        height, CNN_PNG_SIDE_MAX);
    return height * width <= CNN_PNG_PIXELS_MAX ||
           error_at(job->error, SIZE_OFFSET, "%zu x %zu pixels, more than %d in all", width, height,
                    CNN_PNG_PIXELS_MAX);
}

/* The bytes of all stored rows, each with its filter byte. */
static size_t bytes_stored(const decoding *job, size_t bits) {
    const int passes = png_get_interlace_type(job->png, job->info) ? PNG_INTERLACE_ADAM7_PASSES : 1;
    size_t sum = 0;
    for (int pass = 0; pass < passes; pass++) {
        const size_t rows = passes > 1 ? PNG_PASS_ROWS(job->height, pass) : job->height;
        const size_t columns = passes > 1 ? PNG_PASS_COLS(job->width, pass) : job->width;
        sum += columns ? rows * (1 + (columns * bits + 7) / 8) : 0;
    }
    return sum;
}

/* Checks the header once it is read: refuses sizes that the file could not hold. */
static bool check_head(decoding *job) {
    const size_t size = job->chunks.size;
    job->width = png_get_image_width(job->png, job->info);
    job->height = png_get_image_height(job->png, job->info);
    const size_t bits =
        (size_t)png_get_bit_depth(job->png, job->info) * png_get_channels(job->png, job->info);
    if (!sides_sound(job))
        return false;
    job->rows.need = bytes_stored(job, bits);
    return job->height * job->width / 8 * bits / DEFLATE_MOST <= size ||
           error_at(job->error, SIZE_OFFSET, "%zu x %zu pixels cannot be in %zu bytes", job->width,
                    job->height, size);
}

/* Passes only the needed chunks to libpng; for image data, its decompressed rows. */
static bool find_next(decoding *job) {
    png_chunks *chunks = &job->chunks;
    if (!chunks->image && !png_chunks_next(chunks, job->error))
        return false;
    if (chunks->image && !job->rows.need && !check_head(job))
        return false;
    if (chunks->image && !png_rows_next(&job->rows, job->error))
        return false;
    job->next = chunks->image ? job->rows.piece : chunks->bytes + chunks->begin;
    job->end = chunks->image ? job->rows.piece + job->rows.size : chunks->bytes + chunks->end;
    return true;
}

static void feed(png_structp png, png_bytep to, size_t count) {
    decoding *job = png_get_io_ptr(png);
    while (count) {
        if (job->next == job->end && !find_next(job))
            png_longjmp(png, 1);
        const size_t left = (size_t)(job->end - job->next), part = count < left ? count : left;
        memcpy(to, job->next, part);
        job->next += part;
        to += part;
        count -= part;
    }
}

static png_voidp take(png_structp png, png_alloc_size_t size) {
    decoding *job = png_get_mem_ptr(png);
    void *block = malloc(size);
    if (!block)
        job->refused = size;
    return block;
}

static void give_back(png_structp png, png_voidp block) {
    (void)png;
    free(block);
}

/* ------------------------------------------------------------------------------------ the steps */

/* Whatever is stored, rows come out as gray, gray and alpha, RGB, or RGB and alpha, of 8 bits; gray
 * is converted to RGB if requested. */
static void ask_for(decoding *job, size_t channels) {
    png_set_expand(job->png);
    png_set_scale_16(job->png);
    if (channels == 3)
        png_set_gray_to_rgb(job->png);
}

static bool read_small(decoding *job) {
    const int passes = png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
    job->channels = png_get_channels(job->png, job->info);
    job->pixels = memory_new(job->height * job->width, job->channels, job->error);
    if (!job->pixels)
        return false;
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < job->height; y++)
            png_read_row(job->png, job->pixels + y * job->width * job->channels, NULL);
    return true;
}

/* In an interlaced PNG, a row of a pass has some of the pixels of some of the picture's rows. */
static void shrink_pass(decoding *job, int pass) {
    const size_t count = PNG_PASS_COLS(job->width, pass), rows = PNG_PASS_ROWS(job->height, pass);
    for (size_t row = 0; count && row < rows; row++) {
        png_read_row(job->png, job->row, NULL);
        shrink_take(&job->shrinking, PNG_ROW_FROM_PASS_ROW(row, pass), PNG_PASS_START_COL(pass),
                    PNG_PASS_COL_OFFSET(pass), job->row, count);
    }
}

/* Never holds more than a row and the sums. */
static bool read_large(decoding *job) {
    const bool interlaced = png_get_interlace_type(job->png, job->info);
    png_read_update_info(job->png, job->info);
    job->channels = png_get_channels(job->png, job->info);
    job->row = memory_new(job->width, job->channels, job->error);
    if (!job->row ||
        !shrink_begin(&job->shrinking, job->height, job->width, job->channels, job->error))
        return false;
    for (int pass = 0; interlaced && pass < PNG_INTERLACE_ADAM7_PASSES; pass++)
        shrink_pass(job, pass);
    for (size_t y = 0; !interlaced && y < job->height; y++) {
        png_read_row(job->png, job->row, NULL);
        shrink_take(&job->shrinking, y, 0, 1, job->row, job->width);
    }
    job->pixels = shrink_end(&job->shrinking, &job->height, &job->width);
    return true;
}

/* libpng jumps to here only. */
static bool read_guarded(decoding *job, size_t channels) {
    if (setjmp(png_jmpbuf(job->png)))
        return false;
    png_set_read_fn(job->png, job, feed);
    png_set_crc_action(job->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* Checksums and the end of the image data have been checked by now. */
    png_set_benign_errors(job->png, 1);
    png_read_info(job->png, job->info);
    ask_for(job, channels);
    const bool small = picture_sound(job->height, job->width, NULL);
    return (small ? read_small(job) : read_large(job)) && png_rows_end(&job->rows, job->error);
}

static bool read_all(decoding *job, size_t channels) {
    job->png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, fail, ignore, job, take, give_back);
    if (job->png)
        job->info = png_create_info_struct(job->png);
    const bool ok = job->info && read_guarded(job, channels);
    png_destroy_read_struct(&job->png, &job->info, NULL);
    /* libpng continues without some blocks, but with a different result. */
    return job->refused ? error_no_memory(job->error, job->refused) : ok;
}

/* ----------------------------------------------------------------------- what is made of pixels */

static void make_gray(decoding *job) {
    const size_t count = job->height * job->width;
    for (size_t i = 0; i < count; i++)
        job->pixels[i] = picture_gray(job->pixels + 3 * i);
    job->channels = 1;
}

bool png_decode(cnn_picture *picture, const uint8_t *bytes, size_t size, size_t channels,
                cnn_error *error) {
    if (size > CNN_PNG_BYTES_MAX)
        return error_set(error, CNN_STATUS_BAD_FILE, "%zu bytes, more than the limit of %d", size,
                         CNN_PNG_BYTES_MAX);
    if (png_sig_cmp(bytes, 0, size < 8 ? size : 8))
        return error_at(error, 0, "not a PNG");
    decoding job = {.chunks = {.bytes = bytes, .size = size}, .error = error};
    job.rows.chunks = &job.chunks;
    const bool ok = read_all(&job, channels);
    png_rows_release(&job.rows);
    free(job.row);
    if (!ok) {
        free(job.shrinking.sums);
        free(job.pixels);
        return false;
    }
    if (job.channels % 2 == 0)
        job.channels = alpha_blend(job.pixels, job.height * job.width, job.channels);
    if (job.channels == 3 && channels == 1)
        make_gray(&job);
    *picture = (cnn_picture){job.height, job.width, job.channels, job.pixels};
    return true;
}
