/* Other files among pictures: other kinds of pictures, which are named, and files that systems
 * leave, which are ignored. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "png_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAIN "train @/tiny.net --data @/q --epochs 1 --batch-size 16 --out @/q.st "

static void shell(const char *text) {
    if (command_shell("%s", text))
        fail_msg("%s: %s", text, command_err);
}

/* Four classes of four pictures, and a model. */
static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    shell("for class in 0 1 2 3; do mkdir -p @/p/$class; done");
    for (int i = 0; i < 16; i++) {
        uint8_t data[64];
        char name[64];
        memset(data, 10 * i, sizeof data);
        snprintf(name, sizeof name, "p/%d/%02d.png", i % 4, i);
        png_file_write(name, &(png_pixels){8, 8, 1, data});
    }
    return command_shell("cp -r @/p @/q; \"$CNN\" " TRAIN "--out @/p.st");
}

/* Their first bytes, and how they are reported. */
static const struct {
    const char *bytes, *said;
} kinds[] = {
    {"\\377\\330\\377\\340\\0\\20JFIF\\0\\1\\1", "a JPEG; a PNG is expected"},
    {"GIF89a\\1\\0\\1\\0\\0\\0\\0", "a GIF; a PNG is expected"},
    {"RIFF\\44\\0\\0\\0WEBPVP8 ", "a WebP; a PNG is expected"},
    {"\\0\\0\\0\\30ftypheic\\0\\0\\0\\0", "a HEIC; a PNG is expected"},
    {"\\0\\0\\0\\40ftypavif\\0\\0\\0\\0", "an AVIF; a PNG is expected"},
    {"II*\\0\\10\\0\\0\\0", "a TIFF; a PNG is expected"},
    {"MM\\0*\\0\\0\\0\\10", "a TIFF; a PNG is expected"},
    {"BM\\66\\0\\0\\0\\0\\0", "a BMP; a PNG is expected"},
    {"some text", "a text; a PNG is expected"},
    {"", ""},
};

/* The name does not matter. One line gives the file, the kind and the remedy. */
static void other_kinds_are_named(void **state) {
    (void)state;
    static const char *const commands[] = {TRAIN, "eval @/p.st --data @/q",
                                           "doctor @/p.st --data @/q",
                                           "trace @/tiny.net --data @/q --batch-size 4 --out @/t"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *command = commands[i % 4];
        assert_int_equal(command_shell("rm -rf @/q @/q.st; cp -r @/p @/q; printf '%s' >@/q/2/x.png",
                                       kinds[i].bytes),
                         0);
        command_run("%s", command);
        command_refused(1, "/q/2/x.png: ", kinds[i].said);
        assert_non_null(strstr(command_err, "; --skip-bad goes on without\n"));
        assert_int_equal(command_run("%s --skip-bad", command), 0);
        assert_non_null(strstr(command_err, kinds[i].said));
        assert_non_null(strstr(command_err, "; left out\n"));
        assert_null(strstr(command_err, "--skip-bad"));
        assert_non_null(strstr(command_err, "/q: 1 left out, 16 used\n"));
    }
}

/* Also for entries that are not files; no remedy is offered if there is nothing to skip. */
static void the_way_on_is_told_where_there_is_one(void **state) {
    (void)state;
    static const struct {
        const char *make, *part;
        bool skippable;
    } CASES[] = {
        {"mkdir @/q/1/deep", "/q/1/deep: a folder within the folder of a class", true},
        {"cp @/q/1/01.png @/q/", "/q/01.png: not a folder, as each class has one", true},
        {"ln -s nowhere @/q/1/x.png", "/q/1/x.png: cannot open", true},
        {"rm @/q/1/*", "/q/1: no pictures in it", false},
        {"mv @/q/1 @/q/one", "/q/one: no class has this name", false},
        {"rm -r @/q/*", "/q: neither IDX files nor", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        command_shell("rm -rf @/q; cp -r @/p @/q; %s", CASES[i].make);
        command_run("eval @/p.st --data @/q");
        command_refused(1, CASES[i].part, NULL);
        assert_true(!strstr(command_err, "--skip-bad") == !CASES[i].skippable);
    }
}

/* A note would not show that the answer is missing. */
static void a_note_hides_no_failure(void **state) {
    (void)state;
    shell("rm -rf @/q; cp -r @/p @/q; echo >@/q/2/x.png; mkdir -p @/r/extra; cp -r @/p @/r/train");
    command_shell("\"$CNN\" eval @/p.st --data @/q --skip-bad --json >/dev/full");
    assert_int_equal(command_code, 1);
    assert_non_null(strstr(command_err, "cnn: standard output: No space left on device\n"));
    command_shell("\"$CNN\" doctor @/p.st --data @/r --json >/dev/full");
    assert_int_equal(command_code, 1);
    assert_non_null(strstr(command_err, "/r: not used: extra/;"));
    assert_non_null(strstr(command_err, "cnn: standard output: No space left on device\n"));
}

/* In the folder and in the folders of classes, as files and as folders. */
static void what_systems_leave_is_ignored(void **state) {
    (void)state;
    static const char *const names[] = {
        "Thumbs.db",    "thumbs.db",   "ehthumbs.db",  "ehthumbs_vista.db",
        "desktop.ini",  "Desktop.ini", ".DS_Store",    "._01.png",
        "Icon\\r",      "__MACOSX",    "\\100eaDir",   "#recycle",
        "$RECYCLE.BIN", "lost+found",  "\\100Recycle", "System Volume Information",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *how = i % 2 ? "mkdir" : "touch";
        assert_int_equal(
            command_shell("rm -rf @/q @/q.st; cp -r @/p @/q; name=$(printf '%s.'); "
                          "name=${name%%.}; %s \"@/q/$name\" \"@/q/3/$name\"; ls @/q/3 -A | wc -l",
                          names[i], how),
            0);
        assert_string_equal(command_out, "5\n");
        if (command_run(TRAIN))
            fail_msg("%s: %s", names[i], command_err);
        assert_string_equal(command_err, "");
        shell("cmp @/p.st @/q.st");
        assert_int_equal(command_run("eval @/p.st --data @/q"), 0);
        assert_string_equal(command_err, "");
    }
}

/* A name counts in every language; a name that only resembles one of theirs is a picture's. */
static void names_are_compared_whole(void **state) {
    (void)state;
    static const char *const ignored[] = {".", ".x", "THUMBS.DB", "Icon\r", "lost+found"};
    static const char *const taken[] = {"",       "Thumbs.db.png", "thumbs", "Icon", "icon.png",
                                        "MACOSX", "eaDir",         "0",      "lost", "x.DS_Store"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        assert_true(cnn_picture_ignored(ignored[i]));
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_false(cnn_picture_ignored(taken[i]));
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_kinds_are_named),
        cmocka_unit_test(the_way_on_is_told_where_there_is_one),
        cmocka_unit_test(a_note_hides_no_failure),
        cmocka_unit_test(what_systems_leave_is_ignored),
        cmocka_unit_test(names_are_compared_whole),
    };
    return cmocka_run_group_tests_name("among pictures", tests, create, command_folder_remove);
}
