/* Headers with the verdict of the reference implementation (safetensors 0.8.0): headers that it
 * refuses are refused here. Where this reader refuses more, the reason is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool opens(const char *header, size_t data, cnn_error *error) {
    size_t size;
    safetensors file;
    uint8_t *bytes = fixture_tensors(header, data, &size);
    const bool opened = safetensors_open(&file, bytes, size, error);
    if (opened)
        safetensors_close(&file);
    free(bytes);
    return opened;
}

#define A(type, shape, offsets)                                                                    \
    "\"a\":{\"dtype\":" type ",\"shape\":[" shape "],\"data_offsets\":[" offsets "]}"
#define U8(shape, offsets) "{" A("\"U8\"", shape, offsets) "}"

static void taken_by_both(void **state) {
    (void)state;
    static const char *const CASES[] = {
        U8("4", "0,4"),
        U8("2 ,\t2", " 0,\n4 "),
        U8("1,4,1", "0,4") "    \n\t",
        "{" A("\"\\u00558\"", "4", "0,4") "}",
        "{\"__metadata__\":{\"k\":\"-0\",\"\":\"\"}," A("\"U8\"", "4", "0,4") "}",
        "{" A("\"U8\"", "4", "0,4") ",\"__metadata__\":null}",
        "{\"-0\":{\"dtype\":\"U8\",\"shape\":[0,9],\"data_offsets\":[0,0]}," A("\"U8\"", "4",
                                                                               "0,4") "}",
        "{\"\\\\\\\"-\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}," A("\"F32\"", "",
                                                                                    "0,4") "}",
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        if (!opens(CASES[i], 4, &error))
            fail_msg("%s: %s", CASES[i], error.message);
    }
    assert_true(opens("{\"__metadata__\":null}", 0, NULL));
}

/* Numbers are digits alone; nothing occurs twice, in two ways, or around the header. */
static void refused_by_both(void **state) {
    (void)state;
    static const char *const CASES[] = {
        U8("4", "-0,4"),
        U8("4", "0.0,4"),
        U8("4", "0e0,4"),
        U8("4", "00,4"),
        U8("4", "+0,4"),
        U8("4", "0,4.0"),
        U8("4", "0,4e0"),
        U8("4", "0,40e-1"),
        U8("4", "0,04"),
        U8("4", "0,0x4"),
        U8("4", "null,4"),
        U8("4", "\"0\",4"),
        U8("4", "0"),
        U8("4", "0,4,4"),
        U8("4", "4,0"),
        U8("-4", "0,4"),
        U8("4.0", "0,4"),
        U8("4e0", "0,4"),
        U8("04", "0,4"),
        U8("4,", "0,4"),
        U8("0,-0", "0,0"),
        U8("-0,4", "0,0"),
        U8("4,-0", "0,0"),
        U8("[4]", "0,4"),
        U8("18446744073709551616", "0,4"),
        U8("4294967296,4294967296", "0,0"),
        U8("4", "0,5"),
        U8("3", "0,3"),
        U8("3", "1,4"),
        U8("5", "0,4"),
        U8("4", "0,4") "x",
        U8("4", "0,4") "{}",
        U8("4", "0,4") ",",
        "[" U8("4", "0,4") "]",
        "\xef\xbb\xbf" U8("4", "0,4"),
        U8("4", "0,4") "\v",
        "{" A("\"u8\"", "4", "0,4") "}",
        "{" A("\"U8 \"", "4", "0,4") "}",
        "{" A("8", "4", "0,4") "}",
        "{" A("null", "4", "0,4") "}",
        "{" A("\"U8\",\"dtype\":\"U8\"", "4", "0,4") "}",
        "{" A("\"U8\"", "4", "0,4") ",}",
        "{\"__metadata__\":{\"k\":1}," A("\"U8\"", "4", "0,4") "}",
        "{\"__metadata__\":[]," A("\"U8\"", "4", "0,4") "}",
        "{\"__metadata__\":{\"k\":null}," A("\"U8\"", "4", "0,4") "}",
        "{\"__metadata__\":{},\"__metadata__\":{}," A("\"U8\"", "4", "0,4") "}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}",
        "{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}",
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        if (opens(CASES[i], 4, &error))
            fail_msg("%s: opened", CASES[i]);
        assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
    }
}

/* The place of the sign, after strings that have signs and quotes in them. */
static void a_sign_is_named(void **state) {
    (void)state;
    cnn_error error;
    assert_false(opens(U8("4", "-0,4"), 4, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_FILE, "byte 55: -0 is no size, which has digits alone");
    assert_false(opens("{\"-\\\\\\\"-\":{\"dtype\":\"U8\",\"shape\":[-0],\"data_offsets\":[0,0]}}",
                       0, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_FILE, "byte 41: -0 is no size, which has digits alone");
}

/* Unknown keys may change what the others mean; a tensor is an object; a key has one value; no
 * NUL in names, which are C strings; a file begins with a brace, as the format says. */
static void refused_here_alone(void **state) {
    (void)state;
    static const char *const CASES[] = {
        "{" A("\"U8\",\"x\":1", "4", "0,4") "}",
        "{\"a\":[\"U8\",[4],[0,4]]}",
        "{" A("\"U8\"", "4", "0,4") "," A("\"U8\"", "4", "0,4") "}",
        "{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}," A("\"U8\"", "4", "0,4") "}",
        "{\"__metadata__\":{\"k\":\"\\u0000\"}," A("\"U8\"", "4", "0,4") "}",
        " " U8("4", "0,4"),
        U8("1,1,1,1,1,1,1,1,4", "0,4"),
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_false(opens(CASES[i], 4, NULL));
}

/* Those that take whole bytes. */
static void types_of_every_size(void **state) {
    (void)state;
    static const struct {
        const char *names; /* each followed by a blank */
        size_t bytes;
    } TYPES[] = {{"BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ ", 1},
                 {"I16 U16 F16 BF16 ", 2},
                 {"I32 U32 F32 ", 4},
                 {"I64 U64 F64 C64 ", 8}};
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        for (const char *name = TYPES[i].names; *name; name = strchr(name, ' ') + 1) {
            char header[128];
            const size_t bytes = 3 * TYPES[i].bytes;
            snprintf(header, sizeof header,
                     "{\"a\":{\"dtype\":\"%.*s\",\"shape\":[3],\"data_offsets\":[0,%zu]}}",
                     (int)strcspn(name, " "), name, bytes);
            assert_true(opens(header, bytes, NULL));
            assert_false(opens(header, bytes - 1, NULL));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_by_both),       cmocka_unit_test(refused_by_both),
        cmocka_unit_test(a_sign_is_named),     cmocka_unit_test(refused_here_alone),
        cmocka_unit_test(types_of_every_size),
    };
    return cmocka_run_group_tests_name("safetensors_verdicts", tests, NULL, NULL);
}
