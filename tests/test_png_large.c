/* PNGs of more pixels than a picture may have: read by rows, and reduced while reading. */
#include "allocations.h"
#include "idx_blobs.h"
#include "png_blobs.h"
#include "shrink.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- the squares */

/* 3 x 5 pixels in squares of 2, from `pixels`, row by row. */
static uint8_t *shrunk(const uint8_t *pixels, size_t channels) {
    shrinking s = {3, 5, channels, 2, 2, 3, calloc(6 * channels, sizeof(uint32_t))};
    size_t height, width;
    for (size_t y = 0; y < 3; y++)
        shrink_take(&s, y, 0, 1, pixels + y * 5 * channels, 5);
    uint8_t *means = shrink_end(&s, &height, &width);
    assert_int_equal(height, 2);
    assert_int_equal(width, 3);
    return means;
}

static void squares_become_their_mean(void **state) {
    (void)state;
    static const uint8_t GRAY[15] = {0, 1, 10, 20, 255, 2, 4, 30, 40, 0, 7, 8, 9, 9, 77};
    static const uint8_t WANT[6] = {2, 25, 128, 8, 9, 77};
    uint8_t rgb[45], *means = shrunk(GRAY, 1);
    assert_memory_equal(means, WANT, 6);
    free(means);
    for (size_t i = 0; i < 45; i++)
        rgb[i] = (uint8_t)(GRAY[i / 3] / (1 + i % 3));
    means = shrunk(rgb, 3);
    assert_memory_equal(means, ((uint8_t[]){2, 1, 0, 25, 13, 8, 128, 64, 43}), 9);
    free(means);
}

/* Invisible pixels have no color. */
static void transparent_pixels_do_not_color(void **state) {
    (void)state;
    uint8_t pixels[30] = {[0] = 200, 255, 90, 0, [10] = 90, 0, 90, 0};
    uint8_t *means = shrunk(pixels, 2);
    assert_memory_equal(means, ((uint8_t[]){200, 64, 0, 0}), 4);
    free(means);
}

/* ------------------------------------------------------------------------------------- the PNGs */

enum { WIDE = 16400, HIGH = 20 };

static uint8_t value_at(size_t y, size_t x, size_t c) {
    return (uint8_t)(x / 7 + 9 * y + 50 * c);
}

/* Wider than a picture may be, so the squares are 2 x 2. Samples of two bytes repeat one byte,
 * alpha is full. */
static uint8_t *wide_png(int type, int depth, bool interlaced, size_t *size) {
    const size_t colors = type & PNG_COLOR_MASK_COLOR ? 3 : 1,
                 channels = colors + (type & PNG_COLOR_MASK_ALPHA ? 1 : 0);
    const size_t bytes = (size_t)depth / 8;
    uint8_t *rows = malloc((size_t)WIDE * HIGH * channels * bytes), *to = rows;
    for (size_t y = 0; y < HIGH; y++)
        for (size_t x = 0; x < WIDE; x++)
            for (size_t c = 0; c < channels; c++, to += bytes)
                memset(to, c < colors ? value_at(y, x, c) : 255, bytes);
    const png_plan plan = {.width = WIDE,
                           .height = HIGH,
                           .type = type,
                           .depth = depth,
                           .rows = rows,
                           .interlaced = interlaced};
    uint8_t *png = png_made(&plan, size);
    free(rows);
    return png;
}

static void assert_halved(const cnn_picture *picture, size_t colors) {
    assert_non_null(picture);
    assert_int_equal(cnn_picture_height(picture), HIGH / 2);
    assert_int_equal(cnn_picture_width(picture), WIDE / 2);
    const uint8_t *pixel = cnn_picture_pixels(picture);
    for (size_t y = 0; y < HIGH; y += 2)
        for (size_t x = 0; x < WIDE; x += 2)
            for (size_t c = 0; c < 3; c++) {
                const unsigned sum = value_at(y, x, c % colors) + value_at(y, x + 1, c % colors) +
                                     value_at(y + 1, x, c % colors) +
                                     value_at(y + 1, x + 1, c % colors);
                assert_int_equal(*pixel++, (sum + 2) / 4);
            }
}

static void every_kind_wider_than_a_picture(void **state) {
    (void)state;
    static const int TYPES[] = {0, PNG_COLOR_MASK_COLOR, PNG_COLOR_MASK_ALPHA,
                                PNG_COLOR_MASK_COLOR | PNG_COLOR_MASK_ALPHA};
    for (size_t i = 0; i < 16; i++) {
        const int type = TYPES[i / 4], depth = i & 2 ? 16 : 8;
        size_t size;
        uint8_t *png = wide_png(type, depth, i & 1, &size);
        cnn_error error;
        cnn_picture *picture = cnn_picture_parse(png, size, 3, &error);
        if (!picture)
            fail_msg("type %d, depth %d: %s", type, depth, error.message);
        assert_halved(picture, type & PNG_COLOR_MASK_COLOR ? 3 : 1);
        cnn_picture_free(picture);
        free(png);
    }
}

/* Zeros but for one row in 1,024, which is white. */
static uint8_t *striped_png(uint32_t width, uint32_t height, bool interlaced, size_t *size) {
    uint8_t *rows = calloc(width, height);
    assert_non_null(rows);
    for (size_t y = 0; y < height; y += 1024)
        memset(rows + y * width, 255, width);
    const png_plan plan = {.width = width,
                           .height = height,
                           .depth = 8,
                           .rows = rows,
                           .interlaced = interlaced,
                           .quick = true};
    uint8_t *png = png_made(&plan, size);
    free(rows);
    return png;
}

/* 50 million pixels: no request is for more than the sums take, 4 bytes for each square of 3. */
static void fifty_megapixels(void **state) {
    (void)state;
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        size_t size;
        uint8_t *png = striped_png(8192, 6144, interlaced, &size);
        cnn_error error;
        allocations_limit(2731 * 2048 * 4 + 64);
        cnn_picture *picture = cnn_picture_parse(png, size, 1, &error);
        allocations_limit(SIZE_MAX);
        if (!picture)
            fail_msg("%s", error.message);
        assert_int_equal(cnn_picture_height(picture), 2048);
        assert_int_equal(cnn_picture_width(picture), 2731);
        const uint8_t *pixels = cnn_picture_pixels(picture);
        for (size_t y = 0; y < 2048; y++) {
            const bool white = (3 * y + 2) / 1024 * 1024 >= 3 * y;
            assert_int_equal(pixels[y * 2731 + y], white ? 85 : 0);
        }
        cnn_picture_free(picture);
        free(png);
    }
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    size_t size, n = 0;
    uint8_t *bytes = wide_png(PNG_COLOR_MASK_COLOR | PNG_COLOR_MASK_ALPHA, 8, true, &size);
    const long before = allocations_left();
    for (bool done = false; !done; n++) {
        cnn_error error = {.status = CNN_STATUS_OK};
        allocations_fail(n, false);
        cnn_picture *picture = cnn_picture_parse(bytes, size, 1, &error);
        allocations_succeed();
        done = picture != NULL;
        assert_int_equal(error.status, done ? CNN_STATUS_OK : CNN_STATUS_NO_MEMORY);
        cnn_picture_free(picture);
        assert_int_equal(allocations_left(), before);
    }
    assert_true(n > 6);
    free(bytes);
}

/* Cut within a row, when the sums are there. */
static void cut_large_files(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = wide_png(0, 8, false, &size);
    const long before = allocations_left();
    for (size_t length = 1000; length < size - 12; length += size / 50) {
        cnn_error error;
        assert_null(cnn_picture_parse(bytes, length, 1, &error));
        assert_string_equal(error.message, "the PNG data ends too early");
    }
    bytes[size - 13] ^= 1; /* the checksum of the last piece of image data */
    cnn_error error;
    assert_null(cnn_picture_parse(bytes, size, 1, &error));
    assert_non_null(strstr(error.message, "CRC error"));
    assert_int_equal(allocations_left(), before);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares_become_their_mean),
        cmocka_unit_test(transparent_pixels_do_not_color),
        cmocka_unit_test(every_kind_wider_than_a_picture),
        cmocka_unit_test(fifty_megapixels),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(cut_large_files),
    };
    return cmocka_run_group_tests_name("png_large", tests, NULL, NULL);
}
