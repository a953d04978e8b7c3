/* The limits of the command and the library: each case works, or is refused with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "command.h"
#include "network.h"

#include <stdlib.h>
#include <string.h>

/* A file in the folder: text with `middle` repeated in it. */
static void write_network(const char *name, const char *before, size_t count, const char *middle,
                          const char *after) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(before, file);
    for (size_t i = 0; i < count; i++)
        fputs(middle, file);
    fputs(after, file);
    assert_int_equal(fclose(file), 0);
}

static void runs(const char *arguments) {
    if (command_run("%s", arguments))
        fail_msg("cnn %s: exit code %d: %s", arguments, command_code, command_err);
}

static void refused(const char *arguments, const char *part, const char *other) {
    command_run("%s", arguments);
    assert_string_equal(command_out, "");
    command_refused(1, part, other);
}

/* ---------------------------------------------------------------------------------- many layers */

static void ten_thousand_layers(void **state) {
    (void)state;
    write_network("deep.net", "input 8x8\nflatten\ndense 4\n", 9997, "relu\n", "dense 4\n");
    runs("info @/deep.net");
    runs("train @/deep.net --data @ --epochs 1 --batch-size 256 --out @/deep");
    runs("eval @/deep --data @");
    runs("gradcheck @/deep.net");
}

/* A text that costs many times its length in memory is refused in a model's metadata too. */
static void texts_have_an_end(void **state) {
    (void)state;
    cnn_error error;
    char *text = malloc(NETWORK_TEXT_MAX + 1);
    memset(text, ' ', NETWORK_TEXT_MAX + 1);
    memcpy(text, "input 3x3\nflatten\ndense 2\n", 26);
    cnn_network *network = cnn_network_parse(text, NETWORK_TEXT_MAX, &error);
    assert_non_null(network);
    cnn_network_free(network);
    assert_null(cnn_network_parse(text, NETWORK_TEXT_MAX + 1, &error));
    assert_int_equal(error.status, CNN_STATUS_BAD_NETWORK);
    assert_string_equal(error.message, "a network text of 1048577 bytes, more than 1048576");
    free(text);
    write_network("long.net", "input 8x8\n", 1 << 18, "relu\n", "");
    refused("info @/long.net", "long.net: 1310730 bytes, more than the limit of 1048576", NULL);
}

/* --------------------------------------------------------------------------------- large images */

static void images_of_60000_by_60000(void **state) {
    (void)state;
    write_network("wide.net", "input 60000x60000\nflatten\ndense 4\n", 0, "", "");
    refused("info @/wide.net",
            "wide.net: line 1: input 60000x60000x1: too large: sides go to 32768", NULL);
    command_shell("mkdir @/wide && cp @/t*-ubyte @/wide && "
                  "printf '\\0\\0\\10\\3\\0\\0\\0\\1\\0\\0\\352\\140\\0\\0\\352\\140' "
                  ">@/wide/t10k-images-idx3-ubyte; "
                  "\"$CNN\" train @/tiny.net --data @/wide --out @/x");
    command_refused(1, "t10k-images-idx3-ubyte: byte 16: the file ends 3600000000 bytes too early",
                    NULL);
}

/* The largest sides allowed, in a network that no machine holds: it can be shown, but no more. */
static void more_than_the_machine(void **state) {
    (void)state;
    cnn_error error;
#if SIZE_MAX > UINT32_MAX
    static const char TEXT[] = "input 32768x32768x256\nmaxpool2d 32768\nflatten\ndense 4\n";
    static const char SHOWN[] = "TB";
#else
    static const char TEXT[] = "input 16384x16384\nmaxpool2d 16384\nflatten\ndense 4\n";
    static const char SHOWN[] = "GB";
#endif
    write_network("vast.net", TEXT, 0, "", "");
    runs("info @/vast.net");
    assert_non_null(strstr(command_out, SHOWN));
    refused("gradcheck @/vast.net", "no memory for ", MACHINE_HAS);
    cnn_network *network = cnn_network_parse(TEXT, sizeof TEXT - 1, NULL);
    assert_null(cnn_model_create(network, NULL, &error));
    assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
    assert_non_null(strstr(error.message, MACHINE_HAS ? MACHINE_HAS : " bytes"));
    cnn_network_free(network);
}

/* Padding counts as part of an input: with so many channels, 2^32 places are too many, though
 * neither input nor output is large. */
static void paddings_count(void **state) {
    (void)state;
#if SIZE_MAX > UINT32_MAX
    static const char WIDE[] = "input 32768x32768x1\nconv2d 1 1x1 stride 9 pad 32768\n";
    static const char DEEP[] = "input 1x2x4294967296\nconv2d 1 1x1 stride 3 pad 32768\n";
#else
    static const char WIDE[] = "input 4096x4096x1\nconv2d 1 1x1 stride 9 pad 4096\n";
    static const char DEEP[] = "input 1x2x65536\nconv2d 1 1x1 stride 9 pad 32768\n";
#endif
    cnn_error error;
    cnn_network *network = cnn_network_parse(WIDE, sizeof WIDE - 1, &error);
    assert_non_null(network);
    cnn_network_free(network);
    assert_null(cnn_network_parse(DEEP, sizeof DEEP - 1, &error));
    assert_non_null(strstr(error.message, "with its padding too large"));
}

/* ----------------------------------------------------------------------------- batches, classes */

static void batches_beyond_the_data(void **state) {
    (void)state;
    runs("train @/tiny.net --data @ --epochs 1 --batch-size 256 --out @/a");
    runs("train @/tiny.net --data @ --epochs 1 --batch-size 100000 --out @/b");
    command_shell("cmp @/a @/b");
    assert_int_equal(command_code, 0);
    runs("eval @/a --data @ --batch-size 100000");
    runs("train @/tiny.net --data @ --epochs 1 --batch-size 1000000000 --out @/c");
    command_shell("cmp @/a @/c");
    assert_int_equal(command_code, 0);
    runs("train @/tiny.net --data @ --epochs 1 --batch-size 1000000000 --validation 0.5 --out @/d");
    runs("eval @/a --data @ --batch-size 1000000000");
}

static void one_class(void **state) {
    (void)state;
    write_network("one.net", "input 8x8\nflatten\ndense 1\n", 0, "", "");
    refused("train @/one.net --data @ --out @/one", "byte 9: label 1 of image 1 is not below 1",
            NULL);
    command_shell("mkdir @/alone && cp @/t*images* @/alone && for f in train t10k; do "
                  "head -c 8 @/$f-labels-idx1-ubyte >@/alone/$f-labels-idx1-ubyte; done; "
                  "head -c 256 /dev/zero >>@/alone/train-labels-idx1-ubyte; "
                  "head -c 64 /dev/zero >>@/alone/t10k-labels-idx1-ubyte");
    runs("train @/one.net --data @/alone --epochs 1 --out @/one");
    runs("eval @/one --data @/alone");
    assert_non_null(strstr(command_out, "100.00 %"));
}

static void ten_thousand_classes(void **state) {
    (void)state;
    write_network("many.net", "input 8x8\nflatten\ndense 10000\n", 0, "", "");
    runs("train @/many.net --data @ --epochs 1 --batch-size 256 --out @/many");
    runs("eval @/many --data @");
    assert_non_null(strstr(command_out, "not counted: more than 1000 classes"));
    runs("eval @/many --data @ --json");
    json_t *object = command_json();
    assert_int_equal(json_integer_value(json_object_get(object, "images")), 64);
    assert_true(json_is_null(json_object_get(object, "confusion")));
    assert_true(json_is_null(json_object_get(object, "classes")));
    json_decref(object);
    runs("info @/many");
    write_network("vast.net", "input 8x8\nflatten\ndense 2000000\n", 0, "", "");
    refused("train @/vast.net --data @ --out @/x", "2000000 classes, where 1 to 1048576 can be",
            NULL);
}

/* ------------------------------------------------------------------------------ what is no file */

/* Reading a pipe without a writer would block, a device has no end. */
static void no_regular_files(void **state) {
    (void)state;
    command_shell("mkfifo @/pipe && mkdir @/folder && mkdir @/piped && "
                  "mkfifo @/piped/t10k-images-idx3-ubyte && cp @/t*labels* @/piped");
    static const struct {
        const char *name, *said;
    } rows[] = {{"@/pipe", "an empty file; a network text or a model is expected"},
                {"@/folder", "cannot read: Is a directory"},
                {"/dev/zero", "data of unknown kind"},
                {"/dev/null", "an empty file"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        command_shell("timeout 20 \"$CNN\" info %s", rows[i].name);
        command_refused(1, rows[i].said, NULL);
        command_shell("timeout 20 \"$CNN\" gradcheck %s", rows[i].name);
        command_refused(1, rows[i].said, NULL);
        command_shell("timeout 20 \"$CNN\" eval %s --data @", rows[i].name);
        command_refused(1, rows[i].said, NULL);
    }
    runs("train @/tiny.net --data @ --epochs 1 --out @/a");
    command_shell("timeout 20 \"$CNN\" eval @/a --data @/piped");
    command_refused(1, "t10k-images-idx3-ubyte: not a regular file", NULL);
}

/* A name may hold anything; messages about it are still one line. */
static void names_cannot_steer(void **state) {
    (void)state;
    command_shell("printf 'input' >\"@/$(printf 'a\\nb\\033[2J.net')\"; "
                  "\"$CNN\" info \"@/$(printf 'a\\nb\\033[2J.net')\"");
    command_refused(1, "a?b?[2J.net: line 1: ", NULL);
    cnn_error error;
    char text[600];
    assert_null(cnn_network_load("no\nsuch\033[2J", &error));
    assert_string_equal(error.file, "no\nsuch\033[2J");
    cnn_error_text(&error, text, sizeof text);
    assert_string_equal(text, "no?such?[2J: cannot open: No such file or directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_layers),
        cmocka_unit_test(texts_have_an_end),
        cmocka_unit_test(images_of_60000_by_60000),
        cmocka_unit_test(more_than_the_machine),
        cmocka_unit_test(paddings_count),
        cmocka_unit_test(batches_beyond_the_data),
        cmocka_unit_test(one_class),
        cmocka_unit_test(ten_thousand_classes),
        cmocka_unit_test(no_regular_files),
        cmocka_unit_test(names_cannot_steer),
    };
    return cmocka_run_group_tests_name("limits", tests, command_folder_create,
                                       command_folder_remove);
}
