/* Pictures from PNGs of every kind, and their resizing. */
#include "allocations.h"
#include "idx_blobs.h"
#include "png_blobs.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static png_plan planned(uint32_t width, uint32_t height, int type, int depth, const uint8_t *rows) {
    return (png_plan){.width = width, .height = height, .type = type, .depth = depth, .rows = rows};
}

/* The picture in the PNG of the plan, or NULL. */
static cnn_picture *read_plan(const png_plan *plan, size_t channels) {
    size_t size;
    uint8_t *bytes = png_made(plan, &size);
    cnn_picture *picture = cnn_picture_parse(bytes, size, channels, NULL);
    free(bytes);
    return picture;
}

static void assert_pixels(const png_plan *plan, size_t channels, const uint8_t *want) {
    cnn_picture *picture = read_plan(plan, channels);
    assert_non_null(picture);
    assert_int_equal(cnn_picture_height(picture), plan->height);
    assert_int_equal(cnn_picture_width(picture), plan->width);
    assert_int_equal(cnn_picture_channels(picture), channels);
    assert_memory_equal(cnn_picture_pixels(picture), want,
                        (size_t)plan->height * plan->width * channels);
    cnn_picture_free(picture);
}

/* ----------------------------------------------------------------------------- what is in a PNG */

static void gray_of_every_depth(void **state) {
    (void)state;
    static const uint8_t ROWS[5][6] = {
        {0x50}, {0x1b}, {0x0f, 0x70}, {0, 9, 128, 255}, {0, 0, 0x80, 0x7f, 0xff, 0x7f}};
    static const uint8_t WANT[5][4] = {
        {0, 255, 0, 255}, {0, 85, 170, 255}, {0, 255, 119}, {0, 9, 128, 255}, {0, 128, 255}};
    static const uint32_t WIDTHS[5] = {4, 4, 3, 4, 3};
    for (int i = 0; i < 5; i++)
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            png_plan plan = planned(WIDTHS[i], 1, PNG_COLOR_TYPE_GRAY, 1 << i, ROWS[i]);
            plan.interlaced = interlaced;
            uint8_t rgb[12];
            for (size_t k = 0; k < 12; k++)
                rgb[k] = WANT[i][k / 3];
            assert_pixels(&plan, 1, WANT[i]);
            assert_pixels(&plan, 3, rgb);
        }
}

static void rgb_and_its_gray(void **state) {
    (void)state;
    static const uint8_t ROWS[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30};
    static const uint8_t DEEP[] = {0xff, 0xff, 0, 0, 0, 0, 1, 0, 0x80, 0x7f, 0, 0x7f};
    const png_plan plan = planned(2, 2, PNG_COLOR_TYPE_RGB, 8, ROWS);
    png_plan deep = planned(2, 1, PNG_COLOR_TYPE_RGB, 16, DEEP);
    deep.interlaced = true;
    assert_pixels(&plan, 3, ROWS);
    assert_pixels(&plan, 1, (uint8_t[]){76, 150, 29, 18});
    assert_pixels(&deep, 3, (uint8_t[]){255, 0, 0, 1, 128, 0});
}

static void palettes_of_every_depth(void **state) {
    (void)state;
    static const uint8_t COLORS[] = {255, 255, 255, 200, 0, 0};
    static const uint8_t ROWS[4][3] = {{0x40}, {0x10}, {0x01, 0x00}, {0, 1, 0}};
    static const uint8_t WANT[] = {255, 255, 255, 200, 0, 0, 255, 255, 255};
    for (int i = 0; i < 4; i++) {
        png_plan plan = planned(3, 1, PNG_COLOR_TYPE_PALETTE, 1 << i, ROWS[i]);
        plan.palette = COLORS;
        plan.colors = 2;
        assert_pixels(&plan, 3, WANT);
        assert_pixels(&plan, 1, (uint8_t[]){255, 60, 255});
    }
}

/* Dark ink on a transparent ground lies on white, light ink on black. */
static void transparency_lets_ink_stand_out(void **state) {
    (void)state;
    const png_plan dark =
        planned(3, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 8, (uint8_t[]){0, 255, 77, 0, 100, 51});
    const png_plan light =
        planned(3, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 8, (uint8_t[]){255, 255, 77, 0, 100, 51});
    const png_plan spot =
        planned(4, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 8, (uint8_t[]){255, 255, 0, 255, 0, 255, 9, 0});
    const png_plan color =
        planned(1, 2, PNG_COLOR_TYPE_RGBA, 8, (uint8_t[]){200, 0, 0, 255, 0, 0, 0, 0});
    const png_plan deep =
        planned(1, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 16, (uint8_t[]){0, 0, 0x80, 0x80});
    const png_plan nothing = planned(1, 1, PNG_COLOR_TYPE_RGBA, 8, (uint8_t[]){1, 2, 3, 0});
    assert_pixels(&dark, 1, (uint8_t[]){0, 255, 224});
    assert_pixels(&dark, 3, (uint8_t[]){0, 0, 0, 255, 255, 255, 224, 224, 224});
    assert_pixels(&light, 1, (uint8_t[]){255, 0, 20});
    assert_pixels(&spot, 1, (uint8_t[]){255, 0, 0, 255});
    assert_pixels(&color, 3, (uint8_t[]){200, 0, 0, 255, 255, 255});
    assert_pixels(&color, 1, (uint8_t[]){60, 255});
    assert_pixels(&deep, 1, (uint8_t[]){127});
    assert_pixels(&nothing, 3, (uint8_t[]){255, 255, 255});
}

/* A browser decodes into such pixels: its picture is that of the PNG. */
static void rgba_is_what_a_png_of_it_is(void **state) {
    (void)state;
    static const uint8_t DARK[] = {9, 20, 30, 255, 90, 0, 7, 128, 1, 2, 3, 0};
    static const uint8_t LIGHT[] = {250, 220, 255, 255, 200, 210, 190, 77, 9, 9, 9, 0};
    const uint8_t *const rows[] = {DARK, LIGHT};
    for (size_t i = 0; i < 2; i++) {
        const png_plan plan = planned(3, 1, PNG_COLOR_TYPE_RGB_ALPHA, 8, rows[i]);
        cnn_picture *picture = cnn_picture_create_rgba(1, 3, rows[i], NULL);
        assert_non_null(picture);
        assert_pixels(&plan, 3, cnn_picture_pixels(picture));
        cnn_picture_free(picture);
    }
}

static void transparency_without_an_alpha_channel(void **state) {
    (void)state;
    png_plan plan = planned(3, 1, PNG_COLOR_TYPE_PALETTE, 8, (uint8_t[]){0, 1, 2});
    plan.palette = (uint8_t[]){9, 9, 9, 0, 0, 0, 0, 0, 0};
    plan.colors = 3;
    plan.opacity = (uint8_t[]){0, 128};
    plan.opacities = 2;
    assert_pixels(&plan, 1, (uint8_t[]){255, 127, 0});
    plan = planned(2, 1, PNG_COLOR_TYPE_GRAY, 8, (uint8_t[]){7, 8});
    plan.missing = (uint16_t[]){7};
    assert_pixels(&plan, 1, (uint8_t[]){255, 8});
    plan = planned(2, 1, PNG_COLOR_TYPE_RGB, 8, (uint8_t[]){7, 8, 9, 7, 8, 8});
    plan.missing = (uint16_t[]){7, 8, 9};
    assert_pixels(&plan, 3, (uint8_t[]){255, 255, 255, 7, 8, 8});
}

static void what_is_beside_the_pixels_is_passed_over(void **state) {
    (void)state;
    png_plan plan = planned(1, 1, PNG_COLOR_TYPE_GRAY, 8, (uint8_t[]){5});
    plan.comment = "drawn by hand";
    assert_pixels(&plan, 1, plan.rows);
}

/* ------------------------------------------------------------------------------ what is refused */

/* Reads a copy of exactly that many bytes, so that the sanitizer sees a read past the end. */
static bool readable(const uint8_t *bytes, size_t size, cnn_error *error) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    cnn_picture *picture = cnn_picture_parse(copy, size, 1, error);
    free(copy);
    cnn_picture_free(picture);
    return picture != NULL;
}

/* A PNG that claims to be width x height, with almost no data. */
static size_t empty_png(uint8_t bytes[64], uint32_t width, uint32_t height) {
    static const uint8_t HEAD[] = {137, 80, 78, 71, 13,  10,  26,  10,
                                   0,   0,  0,  13, 'I', 'H', 'D', 'R'};
    const uint8_t sizes[] = {(uint8_t)(width >> 24),
                             (uint8_t)(width >> 16),
                             (uint8_t)(width >> 8),
                             (uint8_t)width,
                             (uint8_t)(height >> 24),
                             (uint8_t)(height >> 16),
                             (uint8_t)(height >> 8),
                             (uint8_t)height,
                             8,
                             6,
                             0,
                             0,
                             0};
    static const uint8_t TAIL[] = {0, 0, 0, 0, 'I', 'D', 'A', 'T', 0x35, 0xaf, 0x06, 0x1e};
    memcpy(bytes, HEAD, 16);
    memcpy(bytes + 16, sizes, 13);
    const uint32_t sum = (uint32_t)crc32(0, bytes + 12, 17);
    for (size_t i = 0; i < 4; i++)
        bytes[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
    memcpy(bytes + 33, TAIL, 12);
    return 45;
}

static void bombs_are_refused_before_memory_is_taken(void **state) {
    (void)state;
    static const struct {
        uint32_t width, height;
        const char *text;
    } CASES[] = {
        {65537, 1, "byte 16: 65537 x 1 pixels, more than 65536 a side"},
        {1, 65537, "byte 16: 1 x 65537 pixels, more than 65536 a side"},
#if SIZE_MAX > UINT32_MAX
        {0x7fffffff, 0x7fffffff, "byte 16: 2147483647 x 2147483647 pixels, more than 65536 a side"},
#else
        {0x7fffffff, 0x7fffffff, "byte 8: damaged PNG data: Invalid IHDR data"}, /* says libpng */
#endif
        {60000, 60000, "byte 16: 60000 x 60000 pixels, more than 268435456 in all"},
        {16384, 16384, "byte 16: 16384 x 16384 pixels cannot be in 45 bytes"},
        {4096, 4096, "byte 16: 4096 x 4096 pixels cannot be in 45 bytes"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint8_t bytes[64];
        cnn_error error;
        const size_t size = empty_png(bytes, CASES[i].width, CASES[i].height);
        assert_false(readable(bytes, size, &error));
        assert_error(&error, CNN_STATUS_BAD_FILE, CASES[i].text);
        assert_false(readable(bytes, size, NULL));
    }
}

static void refusals(void **state) {
    (void)state;
    cnn_error error;
    assert_null(cnn_picture_parse("P5 1 1 255", 10, 1, &error));
    assert_error(&error, CNN_STATUS_BAD_FILE, "byte 0: not a PNG");
    assert_null(cnn_picture_parse("", 0, 2, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "pictures have 1 or 3 channels, not 2");
    assert_null(cnn_picture_parse("", (size_t)CNN_PNG_BYTES_MAX + 1, 1, &error));
    assert_error(&error, CNN_STATUS_BAD_FILE,
                 "1073741825 bytes, more than the limit of 1073741824");
    assert_null(cnn_picture_load("/nowhere/to/be.png", 1, &error));
    assert_int_equal(error.status, CNN_STATUS_IO);
    assert_string_equal(error.file, "/nowhere/to/be.png");
    assert_null(cnn_picture_create(0, 1, 1, NULL, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "no pixels in it");
    assert_null(cnn_picture_create(1, 1, 4, NULL, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "pictures have 1 or 3 channels, not 4");
    cnn_picture_free(NULL);
}

/* Each request fails once, then it and all after: nothing leaks, though libpng jumps. */
static void no_memory_is_an_error(void **state) {
    (void)state;
    size_t size, n = 0;
    uint8_t *bytes = png_rich(&size);
    for (bool done = false; !done; n++)
        for (int all = 0; all < 2 && !done; all++) {
            cnn_error error = {.status = CNN_STATUS_OK};
            allocations_fail(n, all);
            cnn_picture *picture = cnn_picture_parse(bytes, size, 1, &error);
            allocations_succeed();
            done = picture != NULL;
            assert_int_equal(error.status, done ? CNN_STATUS_OK : CNN_STATUS_NO_MEMORY);
            cnn_picture_free(picture);
        }
    assert_true(n > 4);
    print_message("%zu requests for memory, each of which failed\n", n - 1);
    free(bytes);
}

/* ---------------------------------------------------------------------------------- other sizes */

static void assert_resized(size_t height, size_t width, const uint8_t *pixels, size_t to_height,
                           size_t to_width, const uint8_t *want) {
    uint8_t got[64];
    cnn_picture *picture = cnn_picture_create(height, width, 1, pixels, NULL);
    assert_true(cnn_picture_resize(picture, to_height, to_width, got, NULL));
    assert_memory_equal(got, want, to_height * to_width);
    cnn_picture_free(picture);
}

static void resize_is_exact(void **state) {
    (void)state;
    const uint8_t row[] = {0, 30, 60, 90}, plane[] = {0, 10, 20, 30, 40, 50};
    assert_resized(1, 4, row, 1, 4, row);
    assert_resized(1, 4, row, 1, 2, (uint8_t[]){15, 75});
    assert_resized(1, 4, row, 1, 1, (uint8_t[]){45});
    /* Thirds: a third of 4 pixels is one and a third. */
    assert_resized(1, 4, row, 1, 3, (uint8_t[]){8, 45, 83});
    /* Twice: centers at 1/4 and 3/4 of a pixel, edges held. */
    assert_resized(1, 4, row, 1, 8, (uint8_t[]){0, 8, 23, 38, 53, 68, 83, 90});
    assert_resized(2, 3, plane, 1, 3, (uint8_t[]){15, 25, 35});
    assert_resized(2, 3, plane, 2, 1, (uint8_t[]){10, 40});
    /* One side grows while the other shrinks. */
    assert_resized(2, 3, plane, 4, 1, (uint8_t[]){10, 18, 33, 40});
    assert_resized(1, 1, (uint8_t[]){7}, 2, 2, (uint8_t[]){7, 7, 7, 7});
}

static void resize_keeps_colors_apart(void **state) {
    (void)state;
    const uint8_t pixels[] = {0, 100, 200, 10, 110, 210};
    uint8_t got[3];
    cnn_error error;
    cnn_picture *picture = cnn_picture_create(1, 2, 3, pixels, NULL);
    assert_true(cnn_picture_resize(picture, 1, 1, got, NULL));
    assert_memory_equal(got, ((uint8_t[]){5, 105, 205}), 3);
    assert_false(cnn_picture_resize(picture, 0, 1, got, &error));
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "no pixels in it");
    cnn_picture_free(picture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gray_of_every_depth),
        cmocka_unit_test(rgb_and_its_gray),
        cmocka_unit_test(palettes_of_every_depth),
        cmocka_unit_test(transparency_lets_ink_stand_out),
        cmocka_unit_test(transparency_without_an_alpha_channel),
        cmocka_unit_test(rgba_is_what_a_png_of_it_is),
        cmocka_unit_test(what_is_beside_the_pixels_is_passed_over),
        cmocka_unit_test(bombs_are_refused_before_memory_is_taken),
        cmocka_unit_test(refusals),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(resize_is_exact),
        cmocka_unit_test(resize_keeps_colors_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
