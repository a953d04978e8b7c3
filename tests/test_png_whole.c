/* Essential and inessential parts of a PNG: pixels that are complete and checked are taken,
 * whatever surrounds them; others are refused. */
#include "file_formats.h"
#include "png_blobs.h"
#include "png_pieces.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

/* Reads a copy of exactly that many bytes, so that the sanitizer sees a read past the end. */
static cnn_picture *read_copy(const uint8_t *bytes, size_t size, size_t channels,
                              cnn_error *error) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    cnn_picture *picture = cnn_picture_parse(copy, size, channels, error);
    free(copy);
    return picture;
}

static bool readable(const uint8_t *bytes, size_t size, cnn_error *error) {
    cnn_picture *picture = read_copy(bytes, size, 1, error);
    cnn_picture_free(picture);
    return picture != NULL;
}

/* ----------------------------------------------------------------------- damage to a whole file */

static void cut_behind_the_pixels_only(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = png_rich(&size);
    const size_t end = png_pixels_end(bytes, size);
    for (size_t length = 0; length < size; length++) {
        cnn_error error;
        const bool good = readable(bytes, length, &error);
        assert_int_equal(good, length >= end);
        if (good)
            continue;
        assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
        assert_string_equal(error.message, length ? "the PNG data ends too early" : "not a PNG");
        assert_int_equal(error.offset, length);
    }
    assert_true(end + 12 < size);
    free(bytes);
}

static void assert_each_bit_counts(uint8_t *bytes, size_t size) {
    const size_t end = png_pixels_end(bytes, size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        cnn_error error;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const bool good = readable(bytes, size, &error);
        assert_int_equal(good, bit / 8 >= end);
        assert_true(good || (error.status == CNN_STATUS_BAD_FILE && error.offset <= size));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
}

/* In the other PNG the names of palette and transparency count, too. */
static void each_bit_of_pixels_counts(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = png_rich(&size);
    assert_each_bit_counts(bytes, size);
    const format_file palette = file_format_named("PNG")->make();
    assert_each_bit_counts(palette.bytes, palette.size);
}

static void any_damage_is_told(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = png_rich(&size), *damaged = malloc(size);
    const size_t end = png_pixels_end(bytes, size);
    random_state random = random_seeded(1, 0);
    for (size_t round = 0; round < 10000; round++) {
        memcpy(damaged, bytes, size);
        for (uint32_t i = random_below(&random, 8) + 1; i; i--)
            damaged[random_below(&random, (uint32_t)size)] = (uint8_t)random_bits(&random);
        assert_int_equal(readable(damaged, size, NULL), !memcmp(damaged, bytes, end));
    }
    free(damaged);
    free(bytes);
}

/* -------------------------------------------------------------------------- what surrounds them */

/* Two rows of three gray pixels, which every PNG below has. */
static const uint8_t ROWS[8] = {0, 10, 20, 30, 0, 40, 50, 60};
static const uint8_t PIXELS[6] = {10, 20, 30, 40, 50, 60};

static void assert_taken(const blob *png, const char *what) {
    cnn_error error;
    cnn_picture *picture = read_copy(png->data, png->size, 1, &error);
    if (!picture)
        fail_msg("%s: byte %zu: %s", what, error.offset, error.message);
    assert_int_equal(cnn_picture_height(picture), 2);
    assert_int_equal(cnn_picture_width(picture), 3);
    assert_memory_equal(cnn_picture_pixels(picture), PIXELS, 6);
    cnn_picture_free(picture);
}

static void assert_refused_png(const blob *png, const char *part) {
    cnn_error error;
    if (readable(png->data, png->size, &error))
        fail_msg("read, where \"%s\" should be", part);
    assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
    if (!strstr(error.message, part))
        fail_msg("\"%s\", where \"%s\" should be", error.message, part);
}

/* Each wrong in another way: in length, in value, in place, unknown. */
static const struct {
    const char *type, *data;
    size_t size;
} BESIDE[] = {
    {"PLTE", "\1\2\3\4\5\6", 6},
    {"PLTE", "\1\2\3\4", 4},
    {"tEXt", "no NUL", 6},
    {"zTXt", "k\0\0junk", 7},
    {"iTXt", "", 0},
    {"iCCP", "icc\0\0not zlib", 13},
    {"eXIf", "XX", 2},
    {"tIME", "\1\2\3", 3},
    {"gAMA", "\0\0\0\0", 4},
    {"gAMA", "\0", 1},
    {"sRGB", "\11", 1},
    {"cHRM", "short", 5},
    {"bKGD", "\1\2\3\4\5", 5},
    {"hIST", "\0\1", 2},
    {"sBIT", "\20\20\20\20", 4},
    {"pHYs", "", 0},
    {"sPLT", "name", 4},
    {"abCd", "unknown", 7},
    {"acTL", "\0\0\0\2", 4},
    {"fdAT", "\0\0\0\1x", 5},
    {"tRNS", "\1", 1},
};

/* Before the pixels, among them and after them, with a right checksum and a wrong one. Transparency
 * with a wrong checksum is another case. */
static void other_chunks_may_be_in_any_state(void **state) {
    (void)state;
    const blob packed = png_packed(ROWS, sizeof ROWS);
    for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE; i++)
        for (int place = 0; place < 3; place++)
            for (int damaged = 0; damaged < 2; damaged++) {
                blob png = png_head(3, 2, 0, 8);
                for (int part = 0; part < 3; part++) {
                    if (part == place && !(damaged && !strcmp(BESIDE[i].type, "tRNS")))
                        (damaged ? png_chunk_damaged : png_chunk)(&png, BESIDE[i].type,
                                                                  BESIDE[i].data, BESIDE[i].size);
                    if (part < 2)
                        png_chunk(&png, "IDAT", packed.data + 5 * part, part ? packed.size - 5 : 5);
                }
                png_chunk(&png, "IEND", NULL, 0);
                assert_taken(&png, BESIDE[i].type);
            }
}

static void ends_of_every_kind(void **state) {
    (void)state;
    static const struct {
        const char *what, *bytes;
        size_t size;
    } ENDS[] = {
        {"no end", "", 0},
        {"half an end", "\0\0\0\0IE", 6},
        {"an end with a wrong checksum", "\0\0\0\0IEND\0\0\0\0", 12},
        {"an end of some length", "\0\0\0\4IENDabcd\0\0\0\0", 16},
        {"bytes behind the end", "\0\0\0\0IEND\xae\x42\x60\x82\0\0\0junk", 19},
        {"another PNG behind", "\0\0\0\0IEND\xae\x42\x60\x82\x89PNG\r\n\x1a\n", 20},
        {"a chunk larger than the file", "\x7f\xff\xff\xfftEXt", 8},
        {"no chunk at all", "\xff\xff\xff\xff\1\2\3\4", 8},
        {"a chunk that is not known", "\0\0\0\0ABCD\0\0\0\0", 12},
        {"another head", "\0\0\0\0IHDR\0\0\0\0", 12},
    };
    const blob packed = png_packed(ROWS, sizeof ROWS);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        blob png = png_head(3, 2, 0, 8);
        png_chunk(&png, "IDAT", packed.data, packed.size);
        memcpy(png.data + png.size, ENDS[i].bytes, ENDS[i].size);
        png.size += ENDS[i].size;
        assert_taken(&png, ENDS[i].what);
    }
}

/* In pieces of each size, with empty ones in between: of each byte, and of zlib's checksum. */
static void image_data_in_pieces(void **state) {
    (void)state;
    const blob packed = png_packed(ROWS, sizeof ROWS);
    for (size_t step = 1; step <= packed.size; step++) {
        blob png = png_head(3, 2, 0, 8);
        png_chunk(&png, "IDAT", NULL, 0);
        for (size_t at = 0; at < packed.size; at += step) {
            const size_t left = packed.size - at;
            png_chunk(&png, "IDAT", packed.data + at, left < step ? left : step);
            png_chunk(&png, "IDAT", NULL, 0);
        }
        png_chunk(&png, "IEND", NULL, 0);
        assert_taken(&png, "pieces");
    }
}

static void padding_behind_the_last_row(void **state) {
    (void)state;
    static uint8_t more[sizeof ROWS + (1 << 16)];
    memcpy(more, ROWS, sizeof ROWS);
    const size_t excess[] = {1, 4, 100, 5000, 1 << 16};
    for (size_t i = 0; i < sizeof excess / sizeof *excess; i++) {
        const blob packed = png_packed(more, sizeof ROWS + excess[i]);
        blob png = png_head(3, 2, 0, 8);
        png_chunk(&png, "IDAT", packed.data, packed.size);
        assert_taken(&png, "rows too many");
    }
    blob png = png_head(3, 2, 0, 8), packed = png_packed(ROWS, sizeof ROWS);
    memcpy(packed.data + packed.size, "padding", 7);
    png_chunk(&png, "IDAT", packed.data, packed.size + 7);
    assert_taken(&png, "bytes behind the checksum");
    png_chunk(&png, "IDAT", "more", 4);
    png_chunk_damaged(&png, "IDAT", "more", 4);
    assert_taken(&png, "image data behind the image");
}

/* ------------------------------------------------------------------------------ what is refused */

static void too_much_padding(void **state) {
    (void)state;
    static uint8_t more[sizeof ROWS + (1 << 16) + 1];
    memcpy(more, ROWS, sizeof ROWS);
    const blob packed = png_packed(more, sizeof more);
    blob png = png_head(3, 2, 0, 8);
    png_chunk(&png, "IDAT", packed.data, packed.size);
    assert_refused_png(&png, "more image data than the PNG has pixels");
}

static void pixels_that_are_not_whole(void **state) {
    (void)state;
    const blob good = png_packed(ROWS, sizeof ROWS);
    blob packed = good, png = png_head(3, 2, 0, 8);
    png_chunk_damaged(&png, "IDAT", packed.data, packed.size);
    assert_refused_png(&png, "damaged PNG data: IDAT: CRC error");
    packed.data[packed.size - 1] ^= 1;
    /* The checksum with the pixels, and in a chunk of its own. */
    for (size_t apart = 0; apart <= 4; apart += 4) {
        png = png_head(3, 2, 0, 8);
        png_chunk(&png, "IDAT", packed.data, packed.size - apart);
        if (apart)
            png_chunk(&png, "IDAT", packed.data + packed.size - 4, 4);
        png_chunk(&png, "IEND", NULL, 0);
        assert_refused_png(&png, "damaged PNG data: incorrect data check");
    }
    png = png_head(3, 2, 0, 8);
    png_chunk(&png, "IDAT", good.data, good.size - 1);
    png_chunk(&png, "IEND", NULL, 0);
    assert_refused_png(&png, "the PNG ends before its last pixel");
    packed = png_packed(ROWS, sizeof ROWS - 1);
    png = png_head(3, 2, 0, 8);
    png_chunk(&png, "IDAT", packed.data, packed.size);
    png_chunk(&png, "IEND", NULL, 0);
    assert_refused_png(&png, "7 bytes of image data, where the PNG has 8");
}

/* Chunks that change how pixels look. */
static void chunks_that_pixels_need(void **state) {
    (void)state;
    static const uint8_t COLORS[] = {10, 10, 10, 20, 20, 20};
    const blob packed = png_packed(ROWS, sizeof ROWS), flat = png_packed("\0\0\1\0\0", 4);
    blob png = png_head(3, 1, 3, 8);
    png_chunk(&png, "IDAT", flat.data, flat.size);
    assert_refused_png(&png, "Missing PLTE before IDAT");
    png = png_head(3, 1, 3, 8);
    png_chunk_damaged(&png, "PLTE", COLORS, sizeof COLORS);
    png_chunk(&png, "IDAT", flat.data, flat.size);
    assert_refused_png(&png, "PLTE: CRC error");
    png = png_head(3, 2, 0, 8);
    png_chunk_damaged(&png, "tRNS", "\0\12", 2);
    png_chunk(&png, "IDAT", packed.data, packed.size);
    assert_refused_png(&png, "tRNS: CRC error");
    png = png_head(3, 2, 0, 8);
    png_chunk(&png, "JDAT", "", 0);
    png_chunk(&png, "IDAT", packed.data, packed.size);
    assert_refused_png(&png, "unknown chunk JDAT");
    png = png_head(3, 2, 0, 8);
    memcpy(png.data + 12, "CgBI", 4);
    assert_refused_png(&png, "unknown chunk CgBI");
    png = png_head(3, 2, 0, 8);
    png_chunk(&png, "ID\1T", "", 0);
    assert_refused_png(&png, "no chunk begins here");
    png = png_head(3, 2, 0, 8);
    png_chunk(&png, "IEND", NULL, 0);
    png_chunk(&png, "IDAT", packed.data, packed.size);
    assert_refused_png(&png, "the PNG ends before its last pixel");
}

/* One way for every depth, with transparency and without. */
static void beyond_the_palette_is_black(void **state) {
    (void)state;
    static const uint8_t COLORS[] = {90, 90, 90, 200, 200, 200, 7, 7, 7};
    static const uint8_t ROW[9][4] = {[2] = {0, 0x1c}, [4] = {0, 0x01, 0x30}, [8] = {0, 0, 1, 255}};
    static const uint8_t BYTES[9] = {[2] = 2, [4] = 3, [8] = 4};
    for (uint8_t depth = 2; depth <= 8; depth *= 2)
        for (int transparent = 0; transparent < 2; transparent++) {
            const blob packed = png_packed(ROW[depth], BYTES[depth]);
            blob png = png_head(3, 1, 3, depth);
            png_chunk(&png, "PLTE", COLORS, depth == 4 ? 9 : 6);
            if (transparent)
                png_chunk(&png, "tRNS", "\xff", 1);
            png_chunk(&png, "IDAT", packed.data, packed.size);
            cnn_picture *picture = read_copy(png.data, png.size, 1, NULL);
            assert_non_null(picture);
            const uint8_t *pixels = cnn_picture_pixels(picture);
            assert_int_equal(pixels[0], 90);
            assert_int_equal(pixels[1], 200);
            assert_int_equal(pixels[2], 0);
            cnn_picture_free(picture);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_behind_the_pixels_only),
        cmocka_unit_test(each_bit_of_pixels_counts),
        cmocka_unit_test(any_damage_is_told),
        cmocka_unit_test(other_chunks_may_be_in_any_state),
        cmocka_unit_test(ends_of_every_kind),
        cmocka_unit_test(image_data_in_pieces),
        cmocka_unit_test(padding_behind_the_last_row),
        cmocka_unit_test(too_much_padding),
        cmocka_unit_test(pixels_that_are_not_whole),
        cmocka_unit_test(chunks_that_pixels_need),
        cmocka_unit_test(beyond_the_palette_is_black),
    };
    return cmocka_run_group_tests_name("png_whole", tests, NULL, NULL);
}
