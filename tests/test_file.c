/* What a written file leaves behind: its mode, links to it, and nothing else. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static char folder[64];

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/test_file.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

/* Fails if anything but the two names below is left. */
static int remove_folder(void **state) {
    (void)state;
    unlink(in_folder("file"));
    unlink(in_folder("link"));
    return rmdir(folder);
}

static void put(const char *name, const char *text) {
    const file_part parts[] = {{text, 1}, {text + 1, strlen(text) - 1}};
    cnn_error error;
    if (!file_write(in_folder(name), parts, 2, &error))
        fail_msg("%s", error.message);
}

static void assert_holds(const char *name, const char *text) {
    uint8_t *data;
    size_t size;
    assert_true(file_read(in_folder(name), 100, &data, &size, NULL));
    assert_int_equal(size, strlen(text));
    assert_memory_equal(data, text, size);
    free(data);
}

static mode_t mode_of(const char *name) {
    struct stat about;
    assert_int_equal(stat(in_folder(name), &about), 0);
    return about.st_mode & 0777;
}

static void test_new_file_follows_the_umask(void **state) {
    (void)state;
    const mode_t before = umask(027);
    put("file", "one");
    umask(before);
    assert_int_equal(mode_of("file"), 0640);
    assert_holds("file", "one");
}

static void test_mode_is_kept(void **state) {
    (void)state;
    put("file", "one");
    assert_int_equal(chmod(in_folder("file"), 0600), 0);
    put("file", "three");
    assert_int_equal(mode_of("file"), 0600);
    assert_holds("file", "three");
}

static void test_link_stays_a_link(void **state) {
    struct stat about;
    (void)state;
    put("file", "one");
    assert_int_equal(symlink(in_folder("file"), in_folder("link")), 0);
    put("link", "two");
    assert_int_equal(lstat(in_folder("link"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_holds("file", "two");
}

/* A name that someone else's temporary file has is left alone. */
static void test_temporary_name_taken(void **state) {
    char taken[64];
    (void)state;
    snprintf(taken, sizeof taken, "file.%ld-0", (long)getpid());
    put(taken, "theirs");
    put("file", "ours");
    assert_holds(taken, "theirs");
    assert_holds("file", "ours");
    unlink(in_folder(taken));
}

/* With all of them taken it is the system's word that is passed on. */
static void test_all_temporary_names_taken(void **state) {
    const file_part part = {"text", 4};
    char taken[64];
    cnn_error error;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(taken, sizeof taken, "file.%ld-%d", (long)getpid(), i);
        fclose(fopen(in_folder(taken), "wb"));
    }
    assert_false(file_write(in_folder("file"), &part, 1, &error));
    assert_string_equal(error.message, "cannot create a file beside it: File exists");
    for (int i = 0; i < 1000; i++) {
        snprintf(taken, sizeof taken, "file.%ld-%d", (long)getpid(), i);
        assert_int_equal(unlink(in_folder(taken)), 0);
    }
}

/* One byte less than a path may have leaves no room for the temporary name. */
static void test_path_of_full_length(void **state) {
    const file_part part = {"text", 4};
    char path[PATH_MAX];
    cnn_error error;
    (void)state;
    memset(path, '/', sizeof path);
    memcpy(path, folder, strlen(folder));
    memcpy(path + sizeof path - 5, "file", 5);
    assert_false(file_write(path, &part, 1, &error));
    assert_string_equal(error.message, "cannot create a file beside it: File name too long");
    assert_false(file_exists(in_folder("file")));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_new_file_follows_the_umask), IN_FOLDER(test_mode_is_kept),
        IN_FOLDER(test_link_stays_a_link),          IN_FOLDER(test_temporary_name_taken),
        IN_FOLDER(test_all_temporary_names_taken),  IN_FOLDER(test_path_of_full_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
