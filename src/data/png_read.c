/* libpng reports errors by a jump: all that must outlive one stands in `decoding`, whose owner does
 * not change it between setjmp() and the jump. Memory comes from our malloc(), so that a test can
 * refuse it. A PNG of a few bytes can declare or unfold into gigabytes: its sizes are held against
 * the limits, and against what so many bytes can hold, before memory is taken for pixels. */
#include "png_read.h"

#include "error.h"
#include "memory.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Deflate packs no more than this many bytes into one (zlib's technical details). */
#define DEFLATE_MOST 1032
/* Bytes behind the last row that may be of the same stream: a checksum, and what stands in zlib's
 * and libpng's buffers. */
#define ROWS_SLACK ((size_t)1 << 14)
/* The name of the chunks that hold pixels. */
#define IDAT 0x49444154

/* Where the header keeps the width. */
#define SIZE_OFFSET 16

typedef struct decoding {
    const uint8_t *bytes;
    size_t size, at; /* at: the next byte to feed */
    size_t refused;  /* a request for memory that failed, in bytes, or 0 */
    size_t rows_end; /* `at` when the last row was there; 0: it is not */
    cnn_error *error;
    png_structp png;
    png_infop info;
    size_t height, width, channels; /* as rows come out of libpng: channels up to 4 */
    uint8_t *pixels;
} decoding;

/* ------------------------------------------------------------------------------ what libpng calls
 */

static void fail(png_structp png, png_const_charp message) {
    decoding *job = png_get_error_ptr(png);
    error_at(job->error, job->at, "damaged PNG data: %s", message);
    png_longjmp(png, 1);
}

/* About profiles, times and the like, which are not used. */
static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

/* libpng would unfold to its end whatever stands behind the last row, a thousand times its size. */
static bool too_much(png_structp png, const decoding *job) {
    return job->rows_end && job->at - job->rows_end > ROWS_SLACK &&
           png_get_io_chunk_type(png) == IDAT;
}

static void feed(png_structp png, png_bytep to, size_t count) {
    decoding *job = png_get_io_ptr(png);
    if (too_much(png, job)) {
        error_at(job->error, job->at, "more image data than the PNG has pixels");
        png_longjmp(png, 1);
    }
    if (job->size - job->at < count) {
        error_at(job->error, job->size, "the PNG data ends too early");
        png_longjmp(png, 1);
    }
    memcpy(to, job->bytes + job->at, count);
    job->at += count;
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

/* ------------------------------------------------------------------------------------- the steps
 */

/* Reads up to the pixels. Nothing is believed that the file could not hold. */
static bool read_head(decoding *job) {
    png_read_info(job->png, job->info);
    job->width = png_get_image_width(job->png, job->info);
    job->height = png_get_image_height(job->png, job->info);
    const size_t bits =
        (size_t)png_get_bit_depth(job->png, job->info) * png_get_channels(job->png, job->info);
    if (!picture_sound(job->height, job->width, job->error)) {
        if (job->error) {
            job->error->status = CNN_BAD_FILE;
            job->error->offset = SIZE_OFFSET;
        }
        return false;
    }
    return job->height * job->width * bits / 8 / DEFLATE_MOST <= job->size ||
           error_at(job->error, SIZE_OFFSET, "%zu x %zu pixels cannot be in %zu bytes", job->width,
                    job->height, job->size);
}

/* Whatever is stored, rows come out as grey, grey and alpha, RGB, or RGB and alpha, of 8 bits; grey
 * is spread over RGB if that is asked for. */
static void ask_for(decoding *job, size_t channels) {
    png_set_expand(job->png);
    png_set_scale_16(job->png);
    if (channels == 3)
        png_set_gray_to_rgb(job->png);
}

static bool read_pixels(decoding *job) {
    const int passes = png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
    job->channels = png_get_channels(job->png, job->info);
    job->pixels = memory_new(job->height * job->width, job->channels, job->error);
    if (!job->pixels)
        return false;
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < job->height; y++)
            png_read_row(job->png, job->pixels + y * job->width * job->channels, NULL);
    job->rows_end = job->at;
    png_read_end(job->png, NULL);
    return job->at == job->size ||
           error_at(job->error, job->at, "%zu bytes after the PNG's end", job->size - job->at);
}

/* Only here does libpng jump to. */
static bool read_guarded(decoding *job, size_t channels) {
    if (setjmp(png_jmpbuf(job->png)))
        return false;
    png_set_read_fn(job->png, job, feed);
    png_set_crc_action(job->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* What libpng calls harmless, such as pixels too many, is damage all the same. */
    png_set_benign_errors(job->png, 0);
    png_set_keep_unknown_chunks(job->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    if (!read_head(job))
        return false;
    ask_for(job, channels);
    return read_pixels(job);
}

static bool read_all(decoding *job, size_t channels) {
    job->png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, fail, ignore, job, take, give_back);
    if (job->png)
        job->info = png_create_info_struct(job->png);
    const bool ok = job->info && read_guarded(job, channels);
    png_destroy_read_struct(&job->png, &job->info, NULL);
    /* libpng can do without some blocks, but what would come out then is not the same. */
    return job->refused ? error_no_memory(job->error, job->refused) : ok;
}

/* ------------------------------------------------------------------------- what is made of pixels
 */

static uint8_t grey_of(const uint8_t *pixel, size_t colours) {
    return colours == 3 ? picture_grey(pixel) : pixel[0];
}

/* What transparent pixels are laid on: white, or black if what is opaque is light on average. */
static unsigned background(const decoding *job) {
    const size_t colours = job->channels - 1, count = job->height * job->width;
    uint64_t weight = 0, light = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pixel = job->pixels + i * job->channels;
        weight += pixel[colours];
        light += (uint64_t)pixel[colours] * grey_of(pixel, colours);
    }
    return 2 * light > 255 * weight ? 0 : 255;
}

/* Without alpha, in place: pixels only get smaller. */
static void flatten(decoding *job) {
    const size_t colours = job->channels - 1, count = job->height * job->width;
    const unsigned under = background(job);
    uint8_t *to = job->pixels;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pixel = job->pixels + i * job->channels;
        const unsigned alpha = pixel[colours];
        for (size_t c = 0; c < colours; c++)
            *to++ = (uint8_t)((pixel[c] * alpha + under * (255 - alpha) + 127) / 255);
    }
    job->channels = colours;
}

static void make_grey(decoding *job) {
    const size_t count = job->height * job->width;
    for (size_t i = 0; i < count; i++)
        job->pixels[i] = picture_grey(job->pixels + 3 * i);
    job->channels = 1;
}

bool png_decode(cnn_picture *picture, const uint8_t *bytes, size_t size, size_t channels,
                cnn_error *error) {
    if (size > CNN_PICTURE_BYTES)
        return error_set(error, CNN_BAD_FILE, "%zu bytes, more than the limit of %d", size,
                         CNN_PICTURE_BYTES);
    if (png_sig_cmp(bytes, 0, size < 8 ? size : 8))
        return error_at(error, 0, "not a PNG");
    decoding job = {.bytes = bytes, .size = size, .error = error};
    if (!read_all(&job, channels)) {
        free(job.pixels);
        return false;
    }
    if (job.channels % 2 == 0)
        flatten(&job);
    if (job.channels == 3 && channels == 1)
        make_grey(&job);
    *picture = (cnn_picture){job.height, job.width, job.channels, job.pixels};
    return true;
}
