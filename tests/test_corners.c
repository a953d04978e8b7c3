/* Corners of the file readers that no file of the other tests reaches. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "class_names.h"
#include "closest.h"
#include "gunzip.h"
#include "idx_blobs.h"
#include "json_text.h"
#include "picture.h"
#include "safetensors.h"
#include "sample.h"
#include "shown.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_long_words_are_not_compared(void **state) {
    (void)state;
    closest typed = {.typed = "relu", .length = 4};
    closest_offer(&typed, "a_known_word_of_many_letters");
    assert_string_equal(typed.word, "");
    closest_offer(&typed, "relu");
    assert_string_equal(typed.word, "relu");
    closest same = {.typed = "abcdefghijklmnopqrstuvwxy", .length = 25};
    closest_offer(&same, same.typed);
    assert_string_equal(same.word, "");
    same.length = 24;
    closest_offer(&same, "abcdefghijklmnopqrstuvwx");
    assert_non_null(same.word);
}

/* The nearest of several wins, the first of equals, whatever kind of letter is wrong. */
static void test_nearest_word(void **state) {
    static const char *const words[] = {"conv2d", "maxpool2d", "relu", "flatten", "dense"};
    static const struct {
        const char *typed, *meant;
    } slips[] = {
        {"relo", "relu"},         {"rel", "relu"},    {"rrelu", "relu"},
        {"densse", "dense"},      {"dnse", "dense"},  {"flaten", "flatten"},
        {"maxpool", "maxpool2d"}, {"conv", "conv2d"}, {"flattten", "flatten"},
        {"eflatten", "flatten"},  {"sigmoid", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        closest typed = {.typed = slips[i].typed, .length = strlen(slips[i].typed)};
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            closest_offer(&typed, words[w]);
        assert_string_equal(typed.word, slips[i].meant ? slips[i].meant : "");
    }
    closest both = {.typed = "aab", .length = 3};
    closest_offer(&both, "xxx");
    assert_string_equal(both.word, "");
    closest_offer(&both, "aax");
    closest_offer(&both, "xab");
    assert_string_equal(both.word, "aax");
    assert_int_equal(both.distance, 1);
    closest_offer(&both, "aab");
    assert_string_equal(both.word, "aab");
    closest longer = {.typed = "abcd", .length = 4};
    closest_offer(&longer, "axbxcd");
    assert_int_equal(longer.distance, 2);
}

/* A character is not split; bytes that form none are cut where the limit says. */
static void test_cuts(void **state) {
    static const char tails[] = "\x80\x80\x80\x80\x80\x80\x80\x80";
    (void)state;
    assert_string_equal(show("abc\xe2\x82\xac", 6, 5).text, "abc...");
    assert_string_equal(show("abc\xe2\x82\xac", 6, 4).text, "abc...");
    assert_string_equal(show("abc\xe2\x82\xac", 6, 3).text, "abc...");
    assert_string_equal(show(tails, 8, 2).text, "??...");
    assert_string_equal(show(tails, 8, 6).text, "??????...");
    assert_string_equal(show(tails, 8, 8).text, "????????");
    assert_string_equal(show("\x81\x83\x81\x83\x81", 5, 4).text, "????...");
    assert_string_equal(show("", 0, 3).text, "");
}

/* Strings that are values, or nested deeper, are not counted as keys. */
static void test_places_of_keys(void **state) {
    static const char text[] = "........{\"a\":\"b\",\"c\\\"\":{\"x\":[\"y\"]},\"d\":[1]}";
    const size_t size = strlen(text);
    const safetensors file = {.bytes = (const uint8_t *)text, .size = size, .data = size};
    (void)state;
    assert_int_equal(safetensors_key_offset(&file, 0), 9);
    assert_int_equal(safetensors_key_offset(&file, 1), 17);
    assert_int_equal(safetensors_key_offset(&file, 2), strstr(text, "\"d\"") - text);
    assert_int_equal(safetensors_key_offset(&file, 3), 8);
}

/* Refuses a header followed by `room` bytes of data, with the message. */
static void assert_header_refused(const char *header, size_t capacity, const char *message) {
    uint8_t bytes[512] = {(uint8_t)strlen(header)};
    safetensors file;
    cnn_error error;
    memcpy(bytes + 8, header, strlen(header));
    assert_false(safetensors_open(&file, bytes, 8 + strlen(header) + capacity, &error));
    assert_string_equal(error.message, message);
    assert_false(safetensors_open(&file, bytes, 8 + strlen(header) + capacity, NULL));
}

static void test_headers(void **state) {
    char large[128];
    (void)state;
    snprintf(large, sizeof large,
             "{\"a\":{\"dtype\":\"F32\",\"shape\":[%zu,4,2],\"data_offsets\":[0,0]}}",
             SIZE_MAX / 4 + 1);
    assert_header_refused(large, 0, "tensor \"a\": its shape is too large");
    assert_header_refused("{\"__metadata__\":{\"a\":1,\"b\":\"x\"}}", 0,
                          "__metadata__ is not an object of strings");
    assert_header_refused("{\"__metadata__\":[]}", 0, "__metadata__ is not an object of strings");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4,
                          "tensor \"a\": size 0 of its shape is no size");
}

/* Three numbers of every type with a size, along eight sides, which is the maximum. */
static void test_types(void **state) {
    static const struct {
        const char *name;
        size_t bytes;
    } types[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
        {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
        {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        uint8_t bytes[256] = {0};
        safetensors file;
        char *header = (char *)bytes + 8;
        const size_t size = 3 * types[i].bytes;
        const int length = sprintf(header,
                                   "{\"a\":{\"dtype\":\"%s\",\"shape\":[1,1,1,3,1,1,1,1],"
                                   "\"data_offsets\":[0,%zu]}}",
                                   types[i].name, size);
        bytes[0] = (uint8_t)length;
        assert_true(safetensors_open(&file, bytes, 8 + (size_t)length + size, NULL));
        assert_int_equal(file.entries[0].rank, 8);
        safetensors_close(&file);
    }
    assert_header_refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],"
                          "\"data_offsets\":[0,1]}}",
                          1, "tensor \"a\": a shape of 9 sizes, more than 8");
}

/* U+009F still controls a terminal, U+00A0 is a space. */
static void test_first_printable(void **state) {
    (void)state;
    assert_int_equal(name_first_unprintable((const uint8_t *)"\xc2\x9f", 2), 0);
    assert_int_equal(name_first_unprintable((const uint8_t *)"\xc2\xa0", 2), 2);
    assert_int_equal(name_first_unprintable((const uint8_t *)"\x1f", 1), 0);
    assert_int_equal(name_first_unprintable((const uint8_t *)"\x80", 1), 0);
    assert_int_equal(name_first_unprintable((const uint8_t *)"\x81\x81", 2), 0);
}

/* Such arrays cannot exist: only their count is read. */
static void test_files_too_large(void **state) {
    const size_t half = SIZE_MAX / 16 + 1; /* 2^60 */
    const safetensors_tensor product = {"a", &safetensors_f32, 2, {half, 8}, NULL};
    const safetensors_tensor sum[] = {{"a", &safetensors_f32, 1, {half}, NULL},
                                      {"b", &safetensors_f32, 1, {4 * half - 1}, NULL}};
    const safetensors_tensor size = {"a", &safetensors_f32, 1, {2 * half + 1}, NULL};
    safetensors_image image;
    cnn_error error;
    (void)state;
    assert_false(safetensors_build(&image, NULL, &product, 1, &error));
    assert_string_equal(error.message, "the file would be too large");
    assert_false(safetensors_build(&image, NULL, sum, 2, &error));
    assert_string_equal(error.message, "the file would be too large");
    assert_false(safetensors_build(&image, NULL, &size, 1, &error));
    assert_string_equal(error.message, "the file would be too large");
    assert_null(image.parts);
}

/* Spaces up to the next multiple of eight, and none where the header ends on one. */
static void test_header_is_filled_up(void **state) {
    static const char name[] = "abcdefgh";
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        const float number = 1;
        const safetensors_tensor tensor = {name + i, &safetensors_f32, 1, {1}, &number};
        safetensors_image image;
        assert_true(safetensors_build(&image, NULL, &tensor, 1, NULL));
        assert_int_equal(image.parts[0].size % 8, 0);
        const size_t text =
            strlen("{\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}") +
            strlen(tensor.name);
        assert_in_range(image.parts[0].size - 8, text, text + 7);
        safetensors_release(&image);
    }
}

static void test_values_of_json(void **state) {
    static const struct {
        const char *text, *message;
        size_t offset;
    } refused[] = {
        {"", "JSON: ends within a value", 100},
        {"1 2", "JSON: ']' expected near '2'", 103},
        {"\"a", "JSON: ends within a value", 102},
        {"[1", "JSON: ends within a value", 102},
        {"1]", "JSON: end of file expected near ']'", 102},
        {"1,2", "JSON: more than one value, or none", 100},
    };
    cnn_error error;
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_null(json_read(refused[i].text, strlen(refused[i].text), 100, &error));
        assert_string_equal(error.message, refused[i].message);
        assert_int_equal(error.offset, refused[i].offset);
    }
}

/* Numbers that JSON does not have come back too. */
static void test_real_numbers(void **state) {
    static const double numbers[] = {0, -0.1, 1e300, INFINITY, -INFINITY, NAN};
    double back;
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *text = json_write_real(numbers[i], NULL);
        assert_non_null(text);
        assert_true(json_read_real(text, &back, NULL));
        assert_true(back == numbers[i] || (isnan(back) && isnan(numbers[i])));
        free(text);
    }
    assert_false(json_read_real("\"1\"", &back, NULL));
    assert_false(json_read_real("infinity", &back, NULL));
    allocations_fail(0, true);
    assert_null(json_write_real(NAN, NULL));
    assert_null(json_write_real(1, NULL));
    allocations_succeed();
}

static void test_sizes_of_pictures(void **state) {
    static const size_t sizes[][2] = {{0, 1}, {1, 0}, {100000, 1}, {1, 100000}};
    uint8_t pixel = 7;
    cnn_error error;
    cnn_picture *picture = cnn_picture_create(1, 1, 1, &pixel, NULL);
    (void)state;
    assert_non_null(picture);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_null(cnn_picture_create(sizes[i][0], sizes[i][1], 1, &pixel, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_ARGUMENT);
        assert_false(cnn_picture_fit(picture, sizes[i][0], sizes[i][1], &pixel, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_ARGUMENT);
    }
    assert_int_equal(pixel, 7);
    cnn_picture_free(picture);
    allocations_fail(0, false);
    assert_null(cnn_picture_create(1, 1, 1, &pixel, NULL));
    allocations_succeed();
}

/* Dots that lead nowhere leave no room for the name of a class after them. */
static void test_long_folder(void **state) {
    char folder[] = "/tmp/test_corners.XXXXXX", path[PATH_MAX];
    const cnn_pictures options = {8, 8, 1, .classes = 0};
    cnn_error error;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a_class", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    strcpy(path, folder);
    for (size_t at = strlen(path); at < PATH_MAX - 4; at += 2)
        strcpy(path + at, "/.");
    assert_null(cnn_dataset_load_pictures(path, &options, &error));
    assert_string_equal(error.message, "the path is too long");
    snprintf(path, sizeof path, "%s/a_class", folder);
    assert_int_equal(rmdir(path) | rmdir(folder), 0);
}

/* gzip is recognized by two bytes, both of which must be there. */
static void test_beginnings_of_gzip(void **state) {
    (void)state;
    assert_false(gunzip_begins((const uint8_t *)"", 0));
    assert_false(gunzip_begins((const uint8_t *)"\x1f\x8b", 1));
    assert_false(gunzip_begins((const uint8_t *)"\x1f\x8c", 2));
    assert_false(gunzip_begins((const uint8_t *)"\x1e\x8b", 2));
    assert_true(gunzip_begins((const uint8_t *)"\x1f\x8b", 2));
}

/* The largest label is the last class, unless the number of classes is given. */
static void test_one_class(void **state) {
    static const blob labels = {{0, 0, 8, 1, 0, 0, 0, 2, 0, 0}, 10};
    const blob images = images_of(2, 1, 1);
    cnn_dataset *set = parse(&images, &labels, 0, NULL);
    (void)state;
    assert_non_null(set);
    assert_int_equal(cnn_dataset_get_info(set).classes, 1);
    cnn_dataset_free(set);
}

static void test_measure(void **state) {
    static const uint8_t pixels[6] = {0, 255, 0, 255, 0, 255};
    static const uint32_t labels[3] = {0};
    const cnn_dataset_info info = {3, 1, 2, 1, 1};
    cnn_dataset *set = cnn_dataset_create(&info, pixels, labels, NULL);
    (void)state;
    const cnn_normalization measured = cnn_dataset_measure(set);
    assert_true(measured.mean == 0.5f && measured.std == 0.5f);
    cnn_dataset_free(set);
}

/* Pure blue, where only its own weight counts. */
static void test_gray(void **state) {
    (void)state;
    assert_int_equal(picture_gray((const uint8_t[]){0, 0, 250}), 29);
    assert_int_equal(picture_gray((const uint8_t[]){0, 0, 149}), 17);
    assert_int_equal(picture_gray((const uint8_t[]){250, 0, 0}), 75);
    assert_int_equal(picture_gray((const uint8_t[]){0, 250, 0}), 147);
    assert_int_equal(picture_gray((const uint8_t[]){255, 255, 255}), 255);
}

static void test_back_end_of_a_loaded_model(void **state) {
    char path[] = "/tmp/test_corners.XXXXXX";
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_model *model = sample_model(4, 1);
    const int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    close(file);
    assert_true(cnn_model_save(model, path, NULL));
    options.backend = "ref";
    cnn_model *loaded = cnn_model_load(path, &options, NULL);
    assert_string_equal(cnn_model_backend(loaded), "ref");
    cnn_model_free(loaded);
    cnn_model_free(model);
    remove(path);
}

static void test_sizes_of_data_sets(void **state) {
    static const cnn_dataset_info infos[] = {
#if SIZE_MAX > UINT32_MAX
        {(size_t)UINT32_MAX + 1, 1, 1, 1, 1},
#else
        {UINT32_MAX, 2, 1, 1, 1},
#endif
        {1, SIZE_MAX, 2, 1, 1},
        {1, SIZE_MAX / 2, 2, 2, 1},
        {3, SIZE_MAX / 2, 1, 1, 1},
    };
    cnn_error error;
    (void)state;
    for (size_t i = 0; i < sizeof infos / sizeof *infos; i++) {
        assert_null(cnn_dataset_create(&infos[i], NULL, NULL, &error));
        assert_non_null(strstr(error.message, " are too many"));
    }
}

/* Without an error to fill only the reason is lost. */
static void test_no_memory_and_no_error(void **state) {
    static const char text[] = "input 8x8x1\nrelu\n";
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        allocations_fail(n, true);
        cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
        allocations_succeed();
        assert_null(network);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_words_are_not_compared),
        cmocka_unit_test(test_nearest_word),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_places_of_keys),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_first_printable),
        cmocka_unit_test(test_one_class),
        cmocka_unit_test(test_files_too_large),
        cmocka_unit_test(test_header_is_filled_up),
        cmocka_unit_test(test_values_of_json),
        cmocka_unit_test(test_real_numbers),
        cmocka_unit_test(test_sizes_of_pictures),
        cmocka_unit_test(test_long_folder),
        cmocka_unit_test(test_beginnings_of_gzip),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_gray),
        cmocka_unit_test(test_back_end_of_a_loaded_model),
        cmocka_unit_test(test_sizes_of_data_sets),
        cmocka_unit_test(test_no_memory_and_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
