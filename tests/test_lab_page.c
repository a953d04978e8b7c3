/* cnn lab: the model, its images and what is said of them are in the page as they were given; what
 * cannot be shown is refused in one line, and then there is no page. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PAGE "--page @/empty.html "

/* m.st, trained for one epoch, and a page that is nothing but room for it. */
static int make_folder(void **state) {
    if (command_folder_create(state))
        return -1;
    return command_run("train @/tiny.net --data @ --epochs 1 --threads 1 --out @/m.st") ||
           command_shell("printf 'before<!--cnn lab 1-->after' >@/empty.html");
}

static int value_of(char digit) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = strchr(digits, digit);
    return found && digit ? (int)(found - digits) : -1;
}

/* In place, up to the first character that is no digit; returns the bytes. */
static size_t from_base64(char *text) {
    size_t size = 0;
    unsigned bits = 0;
    for (size_t i = 0; value_of(text[i]) >= 0; i++) {
        bits = bits << 6 | (unsigned)value_of(text[i]);
        if (i % 4)
            text[size++] = (char)(bits >> (6 - 2 * (i % 4)) & 255);
    }
    return size;
}

/* The bytes of one element of a page, to be freed. */
static unsigned char *unpacked(const char *page, const char *id, size_t *size) {
    enum { MOST = 1 << 20 };
    char start[128];
    snprintf(start, sizeof start, "<script type=\"application/octet-stream\" id=\"%s\">", id);
    const char *found = strstr(page, start);
    if (!found)
        fail_msg("no element %s", id);
    char *text = strdup(found + strlen(start));
    unsigned char *bytes = calloc(MOST, 1);
    assert_true(text && bytes);
    z_stream stream = {.next_in = (unsigned char *)text, .next_out = bytes, .avail_out = MOST};
    stream.avail_in = (uInt)from_base64(text);
    assert_int_equal(inflateInit2(&stream, -MAX_WBITS), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    *size = MOST - stream.avail_out;
    inflateEnd(&stream);
    free(text);
    return bytes;
}

/* The element has the bytes of the file from `skip` on. */
static void has_file(const char *page, const char *id, const char *name, size_t skip, size_t most) {
    size_t size, there;
    unsigned char *bytes = unpacked(page, id, &size);
    char *file = command_file(name, &there);
    const size_t wanted = there - skip < most ? there - skip : most;
    assert_int_equal(size, wanted);
    assert_memory_equal(bytes, file + skip, size);
    free(file);
    free(bytes);
}

static void everything_is_in_it(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(command_run("lab @/m.st --data @ --out @/p.html " PAGE), 0);
    assert_non_null(strstr(command_out, "to test"));
    char *page = command_file("p.html", &size);
    assert_memory_equal(page, "before<script ", 14);
    assert_string_equal(page + size - 5, "after");
    has_file(page, "model", "m.st", 0, SIZE_MAX);
    has_file(page, "images", "train-images-idx3-ubyte", 16, SIZE_MAX);
    has_file(page, "labels", "train-labels-idx1-ubyte", 8, SIZE_MAX);
    has_file(page, "held", "t10k-images-idx3-ubyte", 16, SIZE_MAX);
    has_file(page, "held-labels", "t10k-labels-idx1-ubyte", 8, SIZE_MAX);
    free(page);
}

static void limits_count(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(
        command_run("lab @/m.st --data @ --out @/l.html --limit 0 --test-limit 3 " PAGE), 0);
    char *page = command_file("l.html", NULL);
    has_file(page, "held", "t10k-images-idx3-ubyte", 16, 3 * 64);
    has_file(page, "held-labels", "t10k-labels-idx1-ubyte", 8, 3);
    free(unpacked(page, "images", &size));
    assert_int_equal(size, 0);
    free(page);
}

static void it_says_what_it_is(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(command_run("lab @/m.st --data @ --out @/a.html " PAGE), 0);
    char *page = command_file("a.html", NULL);
    char *text = (char *)unpacked(page, "about", &size);
    json_t *about = json_loadb(text, size, 0, NULL);
    assert_non_null(about);
    assert_string_equal(json_string_value(json_object_get(about, "own")), "model");
    assert_string_equal(json_string_value(json_object_get(about, "name")), "m.st");
    assert_string_equal(json_string_value(json_object_get(about, "data")), command_folder);
    assert_int_equal(json_array_size(json_object_get(about, "classes")), 4);
    const char *network = json_string_value(json_object_get(about, "text"));
    assert_memory_equal(network, "input 8x8x1\n", 12);
    json_decref(about);
    free(text);
    free(page);
}

static void no_page(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    assert_int_equal(access(path, F_OK), -1);
}

static void what_cannot_be_shown_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *call, *part, *other;
    } rows[] = {
        {"@/tiny.net --data @", "tiny.net", "network text"},
        {"@/empty.html --data @", "empty.html", NULL},
        {"@/t10k-images-idx3-ubyte --data @", "t10k-images", NULL},
        {"@/cut.st --data @", "cut.st", NULL},
        {"@/none.st --data @", "none.st", NULL},
        {"@/m.st --data @/nowhere", "nowhere", "no such folder"},
        {"@/m.st --data @/bad", "bad", NULL},
        {"@/wide.st --data @", "wide.st", "conv1 has 1100 channels"},
    };
    command_shell("head -c 400 @/m.st >@/cut.st; mkdir -p @/bad; "
                  "head -c 100 @/t10k-images-idx3-ubyte >@/bad/t10k-images-idx3-ubyte; "
                  "cp @/t10k-labels-idx1-ubyte @/bad; "
                  "printf 'input 8x8x1\\nconv2d 1100 1x1\\nflatten\\ndense 4\\n' >@/wide.net");
    assert_int_equal(command_run("train @/wide.net --data @ --epochs 1 --limit 4 --out @/wide.st"),
                     0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        command_run("lab %s --out @/r.html " PAGE, rows[i].call);
        command_refused(1, rows[i].part, rows[i].other);
        no_page("r.html");
    }
}

static void another_page_is_refused(void **state) {
    (void)state;
    command_shell("printf 'no room' >@/other.html");
    command_run("lab @/m.st --data @ --out @/r.html --page @/other.html");
    command_refused(1, "other.html", "not a page of the lab");
    command_run("lab @/m.st --data @ --out @/r.html --page @/missing.html");
    command_refused(1, "missing.html", NULL);
    no_page("r.html");
}

/* Beside the command as built, as installed, and nowhere. */
static void the_page_is_found_beside_the_command(void **state) {
    (void)state;
    command_shell("mkdir -p @/i/bin @/i/share/cnn; cp \"$CNN\" @/i/bin/cnn; "
                  "@/i/bin/cnn lab @/m.st --data @ --out @/i.html");
    command_refused(1, "make lab builds it", "--page");
    no_page("i.html");
    assert_int_equal(command_shell("cp @/empty.html @/i/share/cnn/lab.html; "
                                   "@/i/bin/cnn lab @/m.st --data @ --out @/i.html"),
                     0);
    assert_int_equal(
        command_shell("mkdir @/i/bin/lab; rm @/i/share/cnn/lab.html; "
                      "mv @/empty.html @/i/bin/lab/page.html; cd /; PATH=@/i/bin:$PATH; "
                      "cnn lab @/m.st --data @ --out @/j.html"),
        0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_in_it),
        cmocka_unit_test(limits_count),
        cmocka_unit_test(it_says_what_it_is),
        cmocka_unit_test(what_cannot_be_shown_is_refused),
        cmocka_unit_test(another_page_is_refused),
        cmocka_unit_test(the_page_is_found_beside_the_command),
    };
    return cmocka_run_group_tests(tests, make_folder, command_folder_remove);
}
