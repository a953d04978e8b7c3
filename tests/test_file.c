/* Effects of writing a file: its mode, links to it, and no other traces. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static char folder[64];

static const char *in_folder(const char *name) {
    static _Thread_local char paths[4][128];
    static _Thread_local size_t turn;
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
    assert_true(file_read(in_folder(name), &(file_wanted){~0u, "any", 100}, &data, &size, NULL));
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

/* A temporary file that is locked belongs to a running writer. */
static void test_writers_leave_each_other_alone(void **state) {
    (void)state;
    put("file.writing", "theirs");
    const int theirs = open(in_folder("file.writing"), O_RDONLY);
    assert_true(theirs >= 0);
    assert_int_equal(flock(theirs, LOCK_EX), 0);
    put("file", "ours");
    assert_holds("file.writing", "theirs");
    assert_holds("file", "ours");
    close(theirs);
    unlink(in_folder("file.writing"));
}

/* An unlocked one was left by a killed writer; remove_folder() finds it gone. */
static void test_what_was_left_is_replaced(void **state) {
    (void)state;
    put("file.writing", "half");
    assert_int_equal(chmod(in_folder("file.writing"), 0600), 0);
    const mode_t before = umask(022);
    put("file", "whole");
    umask(before);
    assert_holds("file", "whole");
    assert_int_equal(mode_of("file"), 0644);
}

/* Not followed, not written to. */
static void test_a_link_in_the_way(void **state) {
    (void)state;
    put("link", "theirs");
    assert_int_equal(symlink(in_folder("link"), in_folder("file.writing")), 0);
    put("file", "ours");
    assert_holds("link", "theirs");
    assert_holds("file", "ours");
    unlink(in_folder("file.writing"));
}

enum { WRITERS = 4, ROUNDS = 200 };

/* Each writes files full of its own letter. */
static void *write_rounds(void *letter) {
    char text[5000];
    memset(text, *(const char *)letter, sizeof text);
    const file_part part = {text, sizeof text};
    size_t failed = 0;
    for (int i = 0; i < ROUNDS; i++)
        failed += !file_write(in_folder("file"), &part, 1, NULL);
    return failed ? letter : NULL;
}

static void test_writers_at_once(void **state) {
    pthread_t threads[WRITERS];
    (void)state;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_rounds, &"abcd"[i]), 0);
    for (int i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    uint8_t *data;
    size_t size;
    assert_true(
        file_read(in_folder("file"), &(file_wanted){~0u, "any", 10000}, &data, &size, NULL));
    assert_int_equal(size, 5000);
    for (size_t i = 1; i < size; i++)
        assert_int_equal(data[i], data[0]);
    free(data);
}

static const char *temporary(int n) {
    char name[64];
    snprintf(name, sizeof name, n ? "file.writing-%d" : "file.writing", n);
    return in_folder(name);
}

/* Where folders have all the names, nothing is replaced. */
static void test_all_temporary_names_taken(void **state) {
    const file_part part = {"text", 4};
    cnn_error error;
    (void)state;
    for (int n = 0; n < 1000; n++)
        assert_int_equal(mkdir(temporary(n), 0700), 0);
    assert_false(file_write(in_folder("file"), &part, 1, &error));
    assert_string_equal(error.message, "cannot create a file beside it: File exists");
    for (int n = 0; n < 1000; n++)
        assert_int_equal(rmdir(temporary(n)), 0);
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
        IN_FOLDER(test_new_file_follows_the_umask),
        IN_FOLDER(test_mode_is_kept),
        IN_FOLDER(test_link_stays_a_link),
        IN_FOLDER(test_writers_leave_each_other_alone),
        IN_FOLDER(test_what_was_left_is_replaced),
        IN_FOLDER(test_a_link_in_the_way),
        IN_FOLDER(test_writers_at_once),
        IN_FOLDER(test_all_temporary_names_taken),
        IN_FOLDER(test_path_of_full_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
