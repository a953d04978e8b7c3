/* The safetensors format: files that are read, files refused at a byte, and files written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "bounds.h"
#include "fixture.h"
#include "json_text.h"
#include "random.h"
#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool open_copy(const uint8_t *bytes, size_t size, safetensors *file, uint8_t **copy,
                      cnn_error *error) {
    *copy = fixture_copy(bytes, size);
    if (safetensors_open(file, *copy, size, error))
        return true;
    free(*copy);
    *copy = NULL;
    return false;
}

static bool opens(const uint8_t *bytes, size_t size, cnn_error *error) {
    safetensors file;
    uint8_t *copy;
    if (!open_copy(bytes, size, &file, &copy, error))
        return false;
    safetensors_close(&file);
    free(copy);
    return true;
}

#define TENSOR(name, dtype, shape, offsets)                                                        \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" offsets "]}"
#define GOOD                                                                                       \
    "{" TENSOR("b", "F32", "2,3", "8,32") ",\"__metadata__\":{\"k\":\"v\"}," TENSOR(               \
        "a", "F64", "", "0,8") "," TENSOR("", "U8", "3,0", "32,32") "}   "

static void good_file(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = fixture_tensors(GOOD, 32, &size), *copy;
    safetensors file;
    assert_true(open_copy(bytes, size, &file, &copy, NULL));
    assert_int_equal(file.count, 3);
    const safetensors_entry *b = safetensors_find(&file, "b");
    assert_ptr_equal(b->type, &safetensors_f32);
    assert_int_equal(b->rank, 2);
    assert_int_equal(b->shape[1], 3);
    assert_int_equal(b->begin, size - 24);
    assert_int_equal(b->end, size);
    assert_int_equal(copy[b->begin], 8);
    assert_int_equal(safetensors_find(&file, "a")->rank, 0);
    assert_ptr_equal(safetensors_find(&file, "a")->type, &safetensors_f64);
    assert_string_equal(safetensors_find(&file, "")->type->name, "U8");
    assert_null(safetensors_find(&file, "c"));
    assert_string_equal(safetensors_metadata(&file, "k"), "v");
    assert_null(safetensors_metadata(&file, "l"));
    safetensors_close(&file);
    free(copy);
    free(bytes);
}

static void empty_files(void **state) {
    (void)state;
    static const char *const EMPTY[] = {"{}", "{}     ", "{\"__metadata__\":{}}"};
    for (size_t i = 0; i < 3; i++) {
        size_t size;
        uint8_t *bytes = fixture_tensors(EMPTY[i], 0, &size), *copy;
        safetensors file;
        assert_true(open_copy(bytes, size, &file, &copy, NULL));
        assert_int_equal(file.count, 0);
        assert_null(safetensors_find(&file, "a"));
        safetensors_close(&file);
        free(copy);
        free(bytes);
    }
}

/* With four bytes of data each. */
static const struct {
    const char *header, *error;
} REFUSED[] = {
    {"", "byte 8: not safetensors: the header is no JSON object"},
    {" {}", "byte 8: not safetensors: the header is no JSON object"},
    {"[]", "byte 8: not safetensors: the header is no JSON object"},
    {"{}", "byte 10: 4 bytes after the last tensor"},
    {"{", "byte 9: JSON: ends within a value"},
    {"{\"a", "byte 11: JSON: ends within a value"},
    {"{\"a\":1", "byte 14: JSON: ends within a value"},
    {"{\"a\":1}{", "byte 16: JSON: ']' expected near '{'"},
    {"{},{}", "byte 8: JSON: more than one value, or none"},
    {"{\"a\":{},\"a\":{}}", "byte 19: JSON: duplicate object key near '\"a\"'"},
    {"{\"a\":\"\xff\"}", "byte 14: JSON: unable to decode byte 0xff near '\"'"},
    {"{\"a\":\"\\u0000\"}", "byte 21: JSON: \\u0000 is not allowed without JSON_ALLOW_NUL near "
                            "'\"\\u0000\"'"},
    {"{\"a\":99999999999999999999}", "byte 33: JSON: too big integer near "
                                     "'99999999999999999999'"},
    {"{\"a\":\"\x1f\"}", "byte 14: JSON: control character 0x1f near '\"'"},
    {"{\"a\":\x02}", "byte 14: JSON: invalid token near '?'"},
    {"{\"__metadata__\":1}", "byte 9: __metadata__ is not an object of strings"},
    {"{\"__metadata__\":{\"a\":1}}", "byte 9: __metadata__ is not an object of strings"},
    {"{\"a\":1}", "byte 9: tensor \"a\" is no object"},
    {"{\"a\":{\"shape\":[]}}", "byte 9: tensor \"a\": no dtype"},
    {"{\"a\":{\"dtype\":4}}", "byte 9: tensor \"a\": no dtype"},
    {"{\"a\":{\"dtype\":\"F33\"}}", "byte 9: tensor \"a\": unknown dtype \"F33\""},
    {"{\"a\":{\"dtype\":\"F32\",\"type\":4}}", "byte 9: tensor \"a\": unknown key \"type\""},
    {"{\"a\":{\"dtype\":\"F32\"}}", "byte 9: tensor \"a\": no shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":{}}}", "byte 9: tensor \"a\": no shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", "byte 9: tensor \"a\": no data_offsets"},
    {"{" TENSOR("a", "F32", "1,-1", "0,4") "}",
     "byte 9: tensor \"a\": size 1 of its shape is no size"},
    {"{" TENSOR("a", "F32", "1.0", "0,4") "}",
     "byte 9: tensor \"a\": size 0 of its shape is no size"},
    {"{" TENSOR("a", "F32", "1,1,1,1,1,1,1,1,1", "0,4") "}",
     "byte 9: tensor \"a\": a shape of 9 sizes, more than 8"},
    {"{" TENSOR("a", "F32", "1", "0,\"4\"") "}", "byte 9: tensor \"a\": no data_offsets"},
    {"{" TENSOR("a", "F32", "1", "0,4,4") "}", "byte 9: tensor \"a\": no data_offsets"},
    {"{" TENSOR("a", "F32", "1", "-1,3") "}", "byte 9: tensor \"a\": no data_offsets"},
    {"{" TENSOR("a", "F32", "0", "4,3") "}",
     "byte 9: tensor \"a\": ends at 3, before it begins at 4"},
    {"{" TENSOR("a", "F32", "2", "0,8") "}",
     "byte 66: the file ends 4 bytes before tensor \"a\" does"},
    {"{" TENSOR("a", "F32", "3,1", "0,4") "}",
     "byte 9: tensor \"a\": 3x1 of F32 takes 12 bytes, it has 4"},
    {"{" TENSOR("a", "F64", "", "0,4") "}",
     "byte 9: tensor \"a\": one number of F64 takes 8 bytes, it has 4"},
    {"{" TENSOR("a", "U8", SIZE_HALF "," SIZE_HALF, "0,4") "}",
     "byte 9: tensor \"a\": its shape is too large"},
    {"{" TENSOR("a", "F32", SIZE_QUARTER, "0,4") "}",
     "byte 9: tensor \"a\": its shape is too large"},
    {"{" TENSOR("b", "U8", "2", "2,4") "," TENSOR("a", "U8", "3", "0,3") "}",
     "byte 115: tensor \"b\" begins within tensor \"a\""},
    {"{" TENSOR("a", "U8", "4", "0,4") "," TENSOR("b", "U8", "4", "0,4") "}",
     "byte 113: tensor \"b\" begins within tensor \"a\""},
    {"{" TENSOR("b", "U8", "1", "3,4") "," TENSOR("a", "U8", "2", "0,2") "}",
     "byte 115: 1 bytes before tensor \"b\" belong to none"},
    {"{" TENSOR("a", "U8", "3", "1,4") "}", "byte 61: 1 bytes before tensor \"a\" belong to none"},
    {"{" TENSOR("a", "U8", "3", "0,3") "}", "byte 64: 1 bytes after the last tensor"},
    {"{\"__metadata__\":{\"x\":\"{\\\"\\\\\"}, \"\\\"\\\\\":{\"y\":[{\"z\":1}]},\"w\":3}",
     "byte 39: tensor \"\"\\\": unknown key \"y\""},
    {"{" TENSOR("x", "U8", "4", "0,4") ", \"w\\u0009\":3}", "byte 62: tensor \"w \" is no object"},
};

static void refused_with_place_and_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        size_t size;
        cnn_error error;
        uint8_t *bytes = fixture_tensors(REFUSED[i].header, 4, &size);
        assert_false(opens(bytes, size, &error));
        fixture_error_is(&error, CNN_STATUS_BAD_FILE, REFUSED[i].error);
        assert_false(opens(bytes, size, NULL));
        free(bytes);
    }
}

static void lengths_that_lie(void **state) {
    (void)state;
    static const struct {
        uint8_t bytes[9];
        size_t size;
        const char *error;
    } CASES[] = {
        {{0}, 0, "byte 0: the file ends within its first 8 bytes"},
        {{2}, 7, "byte 7: the file ends within its first 8 bytes"},
        {{2}, 8, "byte 8: the file ends 2 bytes before its header does"},
        {{2, 0, 0, 0, 0, 0, 0, 0, '{'}, 9, "byte 9: the file ends 1 bytes before its header does"},
        {{0x00, 0xe1, 0xf5, 0x05},
         8,
         "byte 8: the file ends 100000000 bytes before its header does"},
        {{0x01, 0xe1, 0xf5, 0x05},
         8,
         "byte 0: not safetensors: a header of 100000001 bytes, more than 100000000"},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
         8,
         "byte 0: not safetensors: a header of 18446744073709551615 bytes, more than 100000000"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        allocations_fail(1, true);
        const bool opened = opens(CASES[i].bytes, CASES[i].size, &error);
        allocations_succeed();
        assert_false(opened);
        fixture_error_is(&error, CNN_STATUS_BAD_FILE, CASES[i].error);
    }
}

static void nul_bytes_in_the_header(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = fixture_tensors("{\"a\":10 }", 0, &size);
    cnn_error error;
    bytes[8 + 7] = 0; /* jansson itself would not see it after a number */
    assert_false(opens(bytes, size, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_FILE, "byte 15: JSON: a NUL byte");
    free(bytes);
}

static void deep_nesting(void **state) {
    (void)state;
    enum { DEPTH = 100000 };
    char *header = malloc(DEPTH + 6);
    size_t size;
    cnn_error error;
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', DEPTH);
    header[DEPTH + 5] = 0;
    uint8_t *bytes = fixture_tensors(header, 0, &size);
    assert_false(opens(bytes, size, &error));
    assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
    assert_non_null(strstr(error.message, "maximum parsing depth"));
    assert_true(error.offset < 2100);
    free(bytes);
    free(header);
}

static void cut_anywhere(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = fixture_tensors(GOOD, 32, &size);
    assert_true(opens(bytes, size, NULL));
    for (size_t length = 0; length < size; length++) {
        cnn_error error;
        assert_false(opens(bytes, length, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
        assert_int_equal(error.offset, length);
        assert_non_null(strstr(error.message, "ends"));
    }
    free(bytes);
}

static void damaged_anyhow(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = fixture_tensors(GOOD, 32, &size);
    random_state random = random_seeded(3, 0);
    for (size_t bit = 0; bit < 8 * (size - 32); bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        opens(bytes, size, NULL);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (int round = 0; round < 20000; round++) {
        uint8_t *bad = fixture_copy(bytes, size);
        for (uint32_t i = random_below(&random, 4); i < 4; i++)
            bad[random_below(&random, (uint32_t)size - 32)] = (uint8_t)random_bits(&random);
        cnn_error error;
        assert_true(opens(bad, size, &error) || error.status == CNN_STATUS_BAD_FILE);
        free(bad);
    }
    free(bytes);
}

/* ------------------------------------------------------------------------------------- writing */

static uint8_t *flatten(const safetensors_image *image, size_t *size) {
    *size = 0;
    uint8_t *bytes = malloc(image->size);
    for (size_t i = 0; i < image->count; i++) {
        memcpy(bytes + *size, image->parts[i].data, image->parts[i].size);
        *size += image->parts[i].size;
    }
    assert_int_equal(*size, image->size);
    return bytes;
}

static const float FLOATS[6] = {1, 2, 3, 4, 5, 6};
static const double VALUE = 0.1;
static const int32_t INTEGERS[1] = {-7};
static const safetensors_tensor TENSORS[] = {
    {"f", &safetensors_f32, 2, {3, 2}, FLOATS},
    {"i\"\xc3\xa4", &safetensors_i32, 1, {1}, INTEGERS},
    {"d", &safetensors_f64, 0, {0}, &VALUE},
};

static json_t *metadata(void) {
    return json_pack("{s:s,s:s}", "z", "1\n", "a", "2");
}

static void written_to_the_byte(void **state) {
    (void)state;
    static const char HEADER[] =
        "{\"__metadata__\":{\"z\":\"1\\n\",\"a\":\"2\"},"
        "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"f\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[8,32]},"
        "\"i\\\"\xc3\xa4\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[32,36]}}";
    const size_t length = sizeof HEADER - 1, padded = (length + 7) / 8 * 8;
    safetensors_image image;
    size_t size;
    assert_true(safetensors_build(&image, metadata(), TENSORS, 3, NULL));
    uint8_t *bytes = flatten(&image, &size);
    assert_int_equal(size, 8 + padded + 36);
    assert_int_equal(bytes[0] | bytes[1] << 8, padded);
    assert_memory_equal(bytes + 2, "\0\0\0\0\0", 6);
    assert_memory_equal(bytes + 8, HEADER, length);
    for (size_t i = length; i < padded; i++)
        assert_int_equal(bytes[8 + i], ' ');
    assert_memory_equal(bytes + 8 + padded, &VALUE, 8);
    assert_memory_equal(bytes + 8 + padded + 8, FLOATS, 24);
    assert_memory_equal(bytes + 8 + padded + 32, INTEGERS, 4);
    assert_true(opens(bytes, size, NULL));
    free(bytes);
    safetensors_release(&image);
}

static void too_large_to_write(void **state) {
    (void)state;
    const safetensors_tensor large[] = {{"a", &safetensors_f32, 2, {SIZE_MAX / 2, 3}, NULL},
                                        {"a", &safetensors_f32, 1, {SIZE_MAX / 8 - 1}, NULL}};
    for (size_t i = 0; i < 2; i++) {
        safetensors_image image;
        cnn_error error;
        assert_int_equal(safetensors_build(&image, NULL, &large[i], 1, &error), i == 1);
        if (i == 0)
            fixture_error_is(&error, CNN_STATUS_BAD_ARGUMENT, "the file would be too large");
        safetensors_release(&image);
    }
}

/* --------------------------------------------------------------------------- lack of any memory */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Tokens beyond each size at which jansson's buffer may have to grow. */
static bool read_long_tokens(cnn_error *error) {
    static const char TEXT[] =
        "{\"abcdefghijklm\":\"abcdefghijklmnopqrstuvwxyz0123\","
        "\"" LETTERS "0123456\":\"" LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS "\","
        "\"numbers\":[12345678901234567,0.5]}";
    json_t *value = json_read(TEXT, sizeof TEXT - 1, 0, error);
    char *text = value ? json_write(json_incref(value), error) : NULL;
    const bool same = text && !strcmp(text, TEXT);
    if (text && !same)
        error_set(error, CNN_STATUS_BAD_FILE, "%.200s", text);
    json_decref(value);
    free(text);
    return same;
}

static bool write_and_read(cnn_error *error) {
    safetensors_image image;
    json_t *strings = metadata();
    if (!strings)
        return false; /* the test's own lack */
    if (!safetensors_build(&image, strings, TENSORS, 3, error))
        return false;
    size_t size = image.parts[0].size;
    uint8_t bytes[1024];
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, image.parts[0].data, size);
    safetensors_release(&image);
    safetensors file;
    if (!safetensors_open(&file, bytes, size + 36, error))
        return false;
    safetensors_close(&file);
    return true;
}

static void every_request_may_fail(void **state) {
    (void)state;
    fixture_survives(read_long_tokens, 20);
    fixture_survives(write_and_read, 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_file),
        cmocka_unit_test(empty_files),
        cmocka_unit_test(refused_with_place_and_reason),
        cmocka_unit_test(lengths_that_lie),
        cmocka_unit_test(nul_bytes_in_the_header),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damaged_anyhow),
        cmocka_unit_test(written_to_the_byte),
        cmocka_unit_test(too_large_to_write),
        cmocka_unit_test(every_request_may_fail),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
