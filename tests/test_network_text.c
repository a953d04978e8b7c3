/* Network descriptions from text: those that are read, and those refused with place and reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "closest.h"
#include "fixture.h"
#include "layers.h"
#include "random.h"
#include "shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static cnn_network *parse(const char *text, size_t size, cnn_error *error) {
    char *copy = fixture_copy(text, size);
    cnn_network *network = cnn_network_parse(copy, size, error);
    free(copy);
    return network;
}

/* The canonical text of a text, which must be good. */
static void assert_canonical(const char *text, const char *wanted) {
    char got[1024];
    cnn_error error;
    cnn_network *network = parse(text, strlen(text), &error);
    if (!network)
        fail_msg("%s", error.message);
    const size_t size = cnn_network_text(network, got, sizeof got);
    assert_string_equal(got, wanted);
    assert_int_equal(size, strlen(wanted));
    cnn_network_free(network);
}

#define GOOD                                                                                       \
    "input 28x20x3\n"                                                                              \
    "conv2d 16 3x3\n"                                                                              \
    "conv2d 8 3x2 stride 2x1 pad 1x0 bias off\n"                                                   \
    "conv2d 8 1x1 stride 1 pad 2\n"                                                                \
    "relu\n"                                                                                       \
    "maxpool2d 2\n"                                                                                \
    "maxpool2d 3x2 stride 1\n"                                                                     \
    "flatten\n"                                                                                    \
    "relu\n"                                                                                       \
    "dense 128 bias off\n"                                                                         \
    "dense 10\n"

static void canonical_text_stays(void **state) {
    (void)state;
    assert_canonical(GOOD, GOOD);
}

static void other_spellings(void **state) {
    (void)state;
    assert_canonical("input 2x3\nflatten", "input 2x3x1\nflatten\n");
    assert_canonical("\n# by hand: \xc3\xa4 \x80\n\n \t input\t9x9x1 # #\r\nrelu#\r\n\r\n",
                     "input 9x9x1\nrelu\n");
    assert_canonical("input 09x9x1\nconv2d 4 3 bias on pad 1x1 stride 2x2\nmaxpool2d 2x2",
                     "input 9x9x1\nconv2d 4 3x3 stride 2 pad 1\nmaxpool2d 2\n");
    assert_canonical("input 9x9\nconv2d 4 2 pad 0 bias off\n",
                     "input 9x9x1\nconv2d 4 2x2 bias off\n");
    assert_canonical("input 1x1x4\ndense 2\n", "input 1x1x4\ndense 2\n");
}

/* Line ends of every editor; classes.txt is read by the same rules (test_folder.c). */
static void lines_of_every_system(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "input 9x9x1\r\nrelu\r\n",       "input 9x9x1\nrelu\r",
        "\xef\xbb\xbfinput 9x9x1\nrelu", "input 9x9x1\rrelu",
        "input 9x9x1\r\rrelu\r",         "input 9x9x1\nrelu\n \t\n\n\t",
        "input 9x9x1\r\nrelu\r\n\r\n",   "\xef\xbb\xbf\ninput 9x9x1\n\nrelu\n\r",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_canonical(TEXTS[i], "input 9x9x1\nrelu\n");
}

typedef struct refusal {
    const char *text;
    size_t line, column;
    const char *reason; /* between the place and the column */
} refusal;

static const refusal ORDER[] = {
    {"", 1, 1, "no network here: it begins with a line such as input 28x28x1"},
    {"# nothing\n\n", 2, 1, "no network here: it begins with a line such as input 28x28x1"},
    {"\n input 2x2 # alone\n", 2, 2, "input 2x2x1: no layers follow"},
    {"relu\n", 1, 1, "relu: the input must come first, such as input 28x28x1"},
    {"input 2x2\nrelu\n input 2x2", 3, 2, "input 2x2: there is an input already, in line 1"},
};

static const refusal WORDS[] = {
    {"input 9x9\nconv2 4 3", 2, 1, "conv2 4 3: unknown layer \"conv2\", did you mean conv2d?"},
    {"input 9x9\nconv", 2, 1, "conv: unknown layer \"conv\", did you mean conv2d?"},
    {"input 9x9\nRelu", 2, 1, "Relu: unknown layer \"Relu\", did you mean relu?"},
    {"input 9x9\nconv2d 4 3 strid 2", 2, 12,
     "conv2d 4 3 strid 2: unknown option \"strid\", did you mean stride?"},
    {"input 9x9\n\tconv2d\t4 3 pad=1", 2, 13,
     "conv2d 4 3 pad=1: unknown option \"pad=1\", did you mean pad?"},
    {"input 9x9\nconv2d 4 3 same", 2, 12,
     "conv2d 4 3 same: unknown option \"same\": say pad 1, which keeps the size under a 3x3 "
     "kernel"},
    {"input 9x9\nconv2d 4 3 dense", 2, 12,
     "conv2d 4 3 dense: unknown option \"dense\", known: stride, pad, bias"},
    {"input 9x9\nmaxpool2d 2 pad 1", 2, 13,
     "maxpool2d 2 pad 1: unknown option \"pad\", known: stride"},
    {"input 9x9\nconv2d 4 3 3", 2, 12, "conv2d 4 3 3: \"3\" is one word too many"},
    {"input 9x9\nrelu x # y", 2, 6, "relu x: \"x\" is one word too many"},
    {"input 9x9 1", 1, 11, "input 9x9 1: \"1\" is one word too many"},
    {"input 9x9\nconv2d 4 3 pad 1 pad 1", 2, 18, "conv2d 4 3 pad 1 pad 1: pad is given twice"},
    {"input 9x9\nconv2d 4 3 pad 1x bias off", 2, 16,
     "conv2d 4 3 pad 1x bias off: \"1x\" is not a size such as 3 or 3x2"},
    {"input 9x9\nflatten\ndense 4 bias no", 3, 14, "dense 4 bias no: \"no\" is not on or off"},
    {"input 9x9\n0123456789012345678901234567890123456789012345678901234567890123456789", 2, 1,
     "012345678901234567890123456789012345678901234567890123456789...: "
     "\"012345678901234567890123456789...\" is one word too many"},
};

static const refusal NUMBERS[] = {
    {"input", 1, 6, "input: a shape such as 28x28x1 is missing"},
    {"input 9", 1, 7, "input 9: \"9\" is not a shape such as 28x28x1"},
    {"input 9x9x9x9", 1, 7, "input 9x9x9x9: \"9x9x9x9\" is not a shape such as 28x28x1"},
    {"input 9x-9", 1, 7, "input 9x-9: \"9x-9\" is not a shape such as 28x28x1"},
    {"input x9", 1, 7, "input x9: \"x9\" is not a shape such as 28x28x1"},
    {"input 0x9", 1, 7, "input 0x9: \"0x9\": 0 is too small"},
    {"input 9x9\nconv2d  ", 2, 7, "conv2d: a whole number is missing"},
    {"input 9x9\nconv2d 4", 2, 9, "conv2d 4: a size such as 3 or 3x2 is missing"},
    {"input 9x9\nconv2d 4 3 pad # 1", 2, 15,
     "conv2d 4 3 pad: a size such as 3 or 3x2 is missing after pad"},
    {"input 9x9\nflatten\ndense 4 bias", 3, 13, "dense 4 bias: on or off is missing after bias"},
    {"input 9x9\nconv2d 3x3 4", 2, 8, "conv2d 3x3 4: \"3x3\" is not a whole number"},
    {"input 9x9\nconv2d +4 3", 2, 8, "conv2d +4 3: \"+4\" is not a whole number"},
    {"input 9x9\nconv2d 0 3", 2, 8, "conv2d 0 3: \"0\": 0 is too small"},
    {"input 9x9\nconv2d 4 3x0", 2, 10, "conv2d 4 3x0: \"3x0\": 0 is too small"},
    {"input 9x9\nconv2d 4 3 stride 0", 2, 19, "conv2d 4 3 stride 0: \"0\": 0 is too small"},
    {"input 9x9\nmaxpool2d 2 stride 0x1", 2, 20, "maxpool2d 2 stride 0x1: \"0x1\": 0 is too small"},
    {"input 9x9\nconv2d 18446744073709551616 3", 2, 8,
     "conv2d 18446744073709551616 3: \"18446744073709551616\" is too large"},
    {"input 9x9\nconv2d 4 99999999999999999999999999999999x1", 2, 10,
     "conv2d 4 99999999999999999999999999999999x1: "
     "\"999999999999999999999999999999...\" is too large"},
};

static const refusal SHAPES[] = {
    {"input 2x2\nrelu\nmaxpool2d 2\nmaxpool2d 2\n", 4, 1,
     "maxpool2d 2: input is 1x1, the window does not fit"},
    {"input 4x2x3\n  conv2d 4 3\n", 2, 3, "conv2d 4 3x3: input is 4x2x3, the kernel does not fit"},
    {"input 2x2\nflatten\nconv2d 4 1", 3, 1,
     "conv2d 4 1x1: input is flat, 4 values, a convolution needs height and width"},
    {"input 2x2\ndense 4", 2, 1, "dense 4: input is 2x2, put flatten before it"},
    {"input 40000x9", 1, 7,
     "input 40000x9x1: too large: sides go to 32768, all values to " VALUES_MOST},
    {"input 9x9\nconv2d " SIZE_MOST " 3", 2, 1,
     "conv2d " SIZE_MOST " 3x3: input is 9x9, more than " VALUES_MOST " outputs"},
};

static const refusal BYTES[] = {
    {"input 9x9\nrelu \xc3\xa4", 2, 6, "relu \xc3\xa4: byte 0xc3 outside a comment is not ASCII"},
    {"input 9x9\nre\x01lu", 2, 3, "re?lu: byte 0x01 is not text"},
    {"input 9x9\nrelu # \x1b[2J", 2, 8, "relu # ?[2J: byte 0x1b is not text"},
    {"input 9x9\nrelu\x7f", 2, 5, "relu?: byte 0x7f is not text"},
    {"input 9x9\nrelu\r\r\n", 2, 5, "relu?: byte 0x0d is not text"},
    {"input 9x9\nre\rlu", 2, 3, "re?lu: byte 0x0d is not text"},
    {"\xff\xfei", 1, 1, "the text is UTF-16; save it as UTF-8"},
};

static void assert_refused(const char *text, size_t size, const refusal *wanted) {
    cnn_error error;
    char message[300];
    snprintf(message, sizeof message, "line %zu: %s (column %zu)", wanted->line, wanted->reason,
             wanted->column);
    assert_null(parse(text, size, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_NETWORK, message);
    assert_int_equal(error.line, wanted->line);
    assert_int_equal(error.column, wanted->column);
    assert_null(parse(text, size, NULL));
}

#define ASSERT_REFUSED(list)                                                                       \
    for (size_t i = 0; i < sizeof(list) / sizeof *(list); i++)                                     \
    assert_refused((list)[i].text, strlen((list)[i].text), &(list)[i])

static void refused_with_place_and_reason(void **state) {
    (void)state;
    ASSERT_REFUSED(ORDER);
    ASSERT_REFUSED(WORDS);
    /* The existing kinds, whichever rows the table has. */
    char reason[256];
    size_t used =
        (size_t)snprintf(reason, sizeof reason, "inputs: unknown layer \"inputs\", known");
    for (size_t i = 0; i < layer_kind_count; i++)
        used += (size_t)snprintf(reason + used, sizeof reason - used, "%s %s", i ? "," : ":",
                                 layer_kinds[i].word);
    const refusal known[] = {{"input 9x9\ninputs", 2, 1, reason}};
    ASSERT_REFUSED(known);
    ASSERT_REFUSED(NUMBERS);
    ASSERT_REFUSED(SHAPES);
    ASSERT_REFUSED(BYTES);
    const refusal nul = {NULL, 2, 5, "relu?relu: byte 0x00 is not text"};
    assert_refused("input 9x9\nrelu\0relu", 19, &nul);
    assert_null(cnn_network_parse(NULL, 0, NULL));
    const refusal utf16 = {NULL, 1, 1, "the text is UTF-16; save it as UTF-8"};
    assert_refused("\xfe\xff\0i\0n", 6, &utf16);
    assert_refused("i\0n\0p\0", 6, &utf16);
}

/* The result is a network, or an error that is complete. */
static bool assert_parsed_or_refused(const char *text, size_t size) {
    cnn_error error;
    cnn_network *network = parse(text, size, &error);
    if (network) {
        cnn_network_free(network);
        return true;
    }
    char end[40];
    snprintf(end, sizeof end, " (column %zu)", error.column);
    assert_int_equal(error.status, CNN_STATUS_BAD_NETWORK);
    assert_true(error.line >= 1 && error.column >= 1);
    assert_int_equal(strncmp(error.message, "line ", 5), 0);
    assert_string_equal(error.message + strlen(error.message) - strlen(end), end);
    return false;
}

static void cut_anywhere(void **state) {
    (void)state;
    size_t good = 0;
    for (size_t size = 0; size < strlen(GOOD); size++)
        good += assert_parsed_or_refused(GOOD, size);
    /* A beginning is good if each layer's last word is complete, with or without the end of its
     * line; "conv2d 1" and the like are good as well. */
    assert_true(good > 20 && good < strlen(GOOD) / 2);
}

static void damaged_anyhow(void **state) {
    (void)state;
    static const char SPICE[] = "0123456789x#\r\n\t dabcinpuvstelmofrw\0\xff";
    random_state random = random_seeded(7, 0);
    size_t good = 0;
    for (int round = 0; round < 20000; round++) {
        char text[] = GOOD;
        const uint32_t changes = 1 + random_below(&random, 4);
        for (uint32_t i = 0; i < changes; i++)
            text[random_below(&random, sizeof text - 1)] =
                random_below(&random, 4) ? SPICE[random_below(&random, sizeof SPICE)]
                                         : (char)random_bits(&random);
        good += assert_parsed_or_refused(text, sizeof text - 1);
    }
    assert_true(good > 0 && good < 10000);
}

static void very_long(void **state) {
    (void)state;
    enum { LAYERS = 10000, CAPACITY = 5 * LAYERS + 20 };
    char *text = malloc(CAPACITY);
    assert_non_null(text);
    int size = snprintf(text, CAPACITY, "input 3x3\n");
    for (int i = 0; i < LAYERS; i++)
        size += snprintf(text + size, (size_t)(CAPACITY - size), "relu\n");
    cnn_network *network = parse(text, (size_t)size, NULL);
    assert_int_equal(cnn_network_layer_count(network), LAYERS);
    cnn_network_free(network);
    memset(text, 'x', CAPACITY);
    assert_false(assert_parsed_or_refused(text, CAPACITY));
    memset(text, ' ', CAPACITY);
    assert_false(assert_parsed_or_refused(text, CAPACITY));
    memset(text, '\n', CAPACITY);
    assert_false(assert_parsed_or_refused(text, CAPACITY));
    free(text);
}

static void load_names_the_file(void **state) {
    fixture *here = *state;
    fixture_write(here, "good.net", GOOD, strlen(GOOD));
    cnn_network *network = cnn_network_load(fixture_path(here, "good.net"), &here->error);
    assert_int_equal(cnn_network_layer_count(network), 10);
    cnn_network_free(network);
    static const struct {
        const char *name;
        cnn_status status;
        const char *text;
    } CASES[] = {
        {"bad.net", CNN_STATUS_BAD_NETWORK,
         "line 2: rely: unknown layer \"rely\", did you mean relu? (column 1)"},
        {"none.net", CNN_STATUS_IO, "cannot open: No such file or directory"},
        {"folder", CNN_STATUS_IO, "not a regular file"},
        {"large.net", CNN_STATUS_BAD_FILE, "1048577 bytes, more than the limit of 1048576"},
    };
    char *large = calloc(1048577, 1);
    memset(large, '#', 1048577);
    fixture_write(here, "large.net", large, 1048577);
    fixture_write(here, "bad.net", "input 3x3\nrely\n", 15);
    assert_int_equal(mkdir(fixture_path(here, "folder"), 0700), 0);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[400];
        const char *path = fixture_path(here, CASES[i].name);
        snprintf(text, sizeof text, "%s: %s", path, CASES[i].text);
        assert_null(cnn_network_load(path, &here->error));
        fixture_error_is(&here->error, CASES[i].status, text);
        assert_null(cnn_network_load(path, NULL));
    }
    free(large);
}

static const char *nearest(const char *typed) {
    static closest closest;
    closest = (struct closest){.typed = typed, .length = strlen(typed)};
    closest_offer(&closest, "maxpool2d");
    closest_offer(&closest, "conv2d");
    closest_offer(&closest, "relu");
    return closest.word;
}

static void closest_words(void **state) {
    (void)state;
    assert_string_equal(nearest("pool2d"), "maxpool2d");
    assert_string_equal(nearest("ma"), "maxpool2d");
    assert_string_equal(nearest("m"), "");
    assert_string_equal(nearest("rleu"), "relu");
    assert_string_equal(nearest("lu"), "relu");
    assert_string_equal(nearest("leaky"), "");
    assert_string_equal(nearest("conv2d16"), "conv2d");
    assert_string_equal(nearest("conv2dconv2dconv2dconv2dconv2d"), "");
}

static void shown_is_printable_and_short(void **state) {
    (void)state;
    assert_string_equal(show("a\tb\x80\n\xc3\xa4\xc3", 8, 60).text, "a b??\xc3\xa4?");
    assert_string_equal(show("abcdef", 6, 6).text, "abcdef");
    assert_string_equal(show("abcdef", 6, 5).text, "abcde...");
    assert_string_equal(show("ab\xe2\x82\xac\xe2\x82\xac", 8, 4).text, "ab...");
    assert_string_equal(show("\x80\x80\x80\x80\x80\x80\x80", 7, 5).text, "?????...");
    assert_string_equal(show(NULL, 0, 5).text, "");
    const size_t shape[] = {16, 1, 3, SIZE_MAX}, most[] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX,
                                                           SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    assert_string_equal(show_shape(3, shape).text, "16x1x3");
    assert_string_equal(show_shape(0, shape).text, "one number");
    assert_int_equal(strlen(show_shape(8, most).text), SHOWN_MAX + 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text_stays),
        cmocka_unit_test(other_spellings),
        cmocka_unit_test(lines_of_every_system),
        cmocka_unit_test(refused_with_place_and_reason),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damaged_anyhow),
        cmocka_unit_test(very_long),
        cmocka_unit_test_setup_teardown(load_names_the_file, fixture_create, fixture_remove),
        cmocka_unit_test(closest_words),
        cmocka_unit_test(shown_is_printable_and_short),
    };
    return cmocka_run_group_tests_name("network text", tests, NULL, NULL);
}
