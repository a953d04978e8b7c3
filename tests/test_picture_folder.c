/* Folders of PNGs as data sets: order, labels, sizes, and files that are refused or left out. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "cnn.h"
#include "command.h"
#include "png_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as tests examine. */
typedef struct skips {
    bool go_on;
    size_t count;
    char texts[8][600];
} skips;

static bool note(const cnn_error *error, void *context) {
    skips *skips = context;
    if (skips->count < 8)
        cnn_error_text(error, skips->texts[skips->count], sizeof skips->texts[0]);
    skips->count++;
    return skips->go_on;
}

static const char *in_folder(const char *name) {
    static char path[700];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    return path;
}

static void shell(const char *text) {
    if (command_shell("%s", text))
        fail_msg("%s: %s", text, command_err);
}

/* A picture of 4 x 4, all of one gray; the folder is made if need be. */
static void put(const char *name, uint8_t gray) {
    uint8_t data[16];
    char path[600];
    memset(data, gray, sizeof data);
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", command_folder, (int)(slash - name), name);
        mkdir(path, 0700);
    }
    png_file_write(name, &(png_pixels){4, 4, 1, data});
}

static const cnn_pictures four = {.height = 4, .width = 4, .channels = 1};

static void assert_grays(const cnn_dataset *set, const uint8_t *grays, size_t count) {
    assert_int_equal(cnn_dataset_get_info(set).images, count);
    for (size_t i = 0; i < count; i++)
        for (size_t pixel = 0; pixel < 16; pixel++)
            assert_int_equal(cnn_dataset_image_at(set, i)[pixel], grays[i]);
}

static void assert_labels(const cnn_dataset *set, const char *labels) {
    for (size_t i = 0; i < strlen(labels); i++)
        assert_int_equal(cnn_dataset_label_at(set, i), labels[i] - '0');
}

/* Written in another order than they are read. */
static void make_three(void) {
    put("three/b/2.png", 12);
    put("three/b/10.png", 11);
    put("three/10/only.png", 1);
    put("three/2/c", 23);
    put("three/2/a.png", 21);
    put("three/2/b.PNG", 22);
    put("three/2/.hidden.png", 99);
    put("three/.hidden/x.png", 99);
}

static void classes_take_turns(void **state) {
    (void)state;
    make_three();
    cnn_error error;
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder("three"), &four, &error);
    assert_non_null(set);
    static const uint8_t grays[] = {1, 21, 11, 22, 12, 23};
    assert_grays(set, grays, 6);
    assert_labels(set, "012121");
    assert_int_equal(cnn_dataset_get_info(set).classes, 3);
    assert_string_equal(cnn_dataset_class_at(set, 0), "10");
    assert_string_equal(cnn_dataset_class_at(set, 1), "2");
    assert_string_equal(cnn_dataset_class_at(set, 2), "b");
    cnn_dataset_free(set);
}

static void count_path(const char *path, void *context) {
    (void)path;
    ++*(size_t *)context;
}

/* Pictures after the limit may be damaged: they are not read. */
static void no_more_than_wanted(void **state) {
    (void)state;
    make_three();
    shell("cp -r @/three @/cut && rm @/cut/2/c && echo no picture >@/cut/b/2.png");
    cnn_error error;
    for (size_t most = 1; most <= 4; most++) {
        size_t read = 0;
        cnn_pictures options = four;
        options.most = most;
        options.took = count_path;
        options.context = &read;
        cnn_dataset *set = cnn_dataset_load_pictures(in_folder("cut"), &options, &error);
        assert_non_null(set);
        assert_grays(set, (const uint8_t[]){1, 21, 11, 22}, most);
        assert_int_equal(read, most);
        assert_int_equal(cnn_dataset_get_info(set).classes, 3);
        cnn_dataset_free(set);
        options.most = most > 3 ? 5 : 0;
        assert_null(cnn_dataset_load_pictures(in_folder("cut"), &options, &error));
    }
    shell("echo no picture >@/cut/10/only.png");
    cnn_pictures options = four;
    options.most = 2;
    assert_null(cnn_dataset_load_pictures(in_folder("cut"), &options, &error));
}

static void given_names_give_labels(void **state) {
    (void)state;
    static const char *const names[] = {"b", "zebra", "2", "10", "a"};
    cnn_pictures options = four;
    options.names = names;
    options.classes = 5;
    cnn_error error;
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder("three"), &options, &error);
    assert_non_null(set);
    assert_labels(set, "320202");
    assert_int_equal(cnn_dataset_get_info(set).classes, 5);
    assert_string_equal(cnn_dataset_class_at(set, 1), "zebra");
    cnn_dataset_free(set);
    options.classes = 3;
    assert_null(cnn_dataset_load_pictures(in_folder("three"), &options, &error));
    assert_string_equal(error.message, "no class has this name");
    assert_non_null(strstr(error.file, "/three/10"));
}

static void pictures_are_made_fit(void **state) {
    (void)state;
    uint8_t data[5 * 9 * 3], wanted[6 * 7 * 3];
    cnn_error error;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * i * 37);
    put("sizes/a/same.png", 50);
    put("sizes/b/other.png", 0);
    png_file_write("sizes/b/other.png", &(png_pixels){5, 9, 3, data});
    for (size_t channels = 1; channels <= 3; channels += 2) {
        const cnn_pictures options = {.height = 6, .width = 7, .channels = channels};
        cnn_dataset *set = cnn_dataset_load_pictures(in_folder("sizes"), &options, &error);
        cnn_picture *picture = cnn_picture_load(in_folder("sizes/b/other.png"), channels, &error);
        assert_non_null(set);
        assert_non_null(picture);
        assert_true(cnn_picture_resize(picture, 6, 7, wanted, &error));
        assert_int_equal(cnn_dataset_get_info(set).channels, channels);
        assert_memory_equal(cnn_dataset_image_at(set, 1), wanted, 6 * 7 * channels);
        for (size_t i = 0; i < 6 * 7 * channels; i++)
            assert_int_equal(cnn_dataset_image_at(set, 0)[i], 50);
        cnn_picture_free(picture);
        cnn_dataset_free(set);
    }
}

/* Each in a folder of its own beside two sound classes. */
static void what_is_wrong_is_named(void **state) {
    (void)state;
    static const struct {
        const char *make, *where, *why;
        bool skippable;
    } CASES[] = {
        {"mkdir @/bad/c", "/bad/c", "no pictures in it", false},
        {"mkdir @/bad/c; touch @/bad/c/.x", "/bad/c", "no pictures in it", false},
        {"echo text >@/bad/b/b.txt", "/bad/b/b.txt", NULL, true},
        {"touch @/bad/b/b.png", "/bad/b/b.png", NULL, true},
        {"head -c 60 @/bad/a/1.png >@/bad/b/b.png", "/bad/b/b.png", NULL, true},
        {"mkdir @/bad/b/deep", "/bad/b/deep", "a folder within the folder of a class", true},
        {"echo text >@/bad/README", "/bad/README", "not a folder, as each class has one", true},
        {"cp @/bad/a/1.png @/bad/", "/bad/1.png", "not a folder, as each class has one", true},
        {"ln -s nowhere @/bad/b/b.png", "/bad/b/b.png", "cannot open: No such file or directory",
         true},
        {"ln -s b.png @/bad/b/b.png", "/bad/b/b.png", NULL, true},
        {"ln -s loop @/bad/loop", "/bad/loop", "not a folder, as each class has one", true},
        {"mkfifo @/bad/b/b.png", "/bad/b/b.png", "not a regular file", true},
        {"mkdir @/bad/c; ln -s ../../bad @/bad/c/around", "/bad/c/around",
         "a folder within the folder of a class", false},
        {"mkdir @/bad/12345678901234567890123456789012345678901234567.",
         "/bad/12345678901234567890123456789012345678901234567.",
         "too long for the name of a class, which has 47 bytes at most", false},
        {"mkdir \"$(printf '@/bad/c\\tc')\"", "/bad/c\tc",
         "the name of a class must be printable UTF-8", false},
        {"rm -r @/bad/b", "/bad", "1 class folder, where 2 or more are expected", false},
        {"rm -r @/bad/a @/bad/b", "/bad", "no folder for any class in it", false},
        {"rm -r @/bad; echo x >@/bad", "/bad", "cannot list: Not a directory", false},
        {"rm -r @/bad", "/bad", "cannot list: No such file or directory", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        skips skips = {.go_on = false};
        cnn_pictures options = four;
        cnn_error error;
        command_shell("rm -rf @/bad");
        put("bad/a/1.png", 1);
        put("bad/b/1.png", 2);
        shell(CASES[i].make);
        assert_null(cnn_dataset_load_pictures(in_folder("bad"), &options, &error));
        const size_t file = strlen(error.file), where = strlen(CASES[i].where);
        if (file < where || strcmp(error.file + file - where, CASES[i].where))
            fail_msg("%s: said of %s: %s", CASES[i].make, error.file, error.message);
        if (CASES[i].why)
            assert_string_equal(error.message, CASES[i].why);
        /* A callback that refuses ends it with the same reason. */
        char text[600];
        cnn_error_text(&error, text, sizeof text);
        options.skip = note;
        options.context = &skips;
        assert_null(cnn_dataset_load_pictures(in_folder("bad"), &options, NULL));
        if (skips.count)
            assert_string_equal(skips.texts[0], text);
        skips.count = 0;
        skips.go_on = true;
        cnn_dataset *set = cnn_dataset_load_pictures(in_folder("bad"), &options, &error);
        if (!CASES[i].skippable != !set)
            fail_msg("%s: %s", CASES[i].make, set ? "went on" : error.message);
        assert_int_equal(skips.count, CASES[i].skippable || strstr(CASES[i].make, "around"));
        if (set)
            assert_grays(set, (const uint8_t[]){1, 2}, 2);
        cnn_dataset_free(set);
    }
}

static void what_is_left_out_leaves_the_order(void **state) {
    (void)state;
    skips skips = {.go_on = true};
    cnn_pictures options = four;
    cnn_error error;
    options.skip = note;
    options.context = &skips;
    make_three();
    shell("echo >@/three/2/a0; echo >@/three/b/0; echo >@/three/b/3; echo >@/three/aa");
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder("three"), &options, &error);
    assert_non_null(set);
    assert_grays(set, (const uint8_t[]){1, 21, 11, 22, 12, 23}, 6);
    assert_int_equal(skips.count, 4);
    assert_non_null(strstr(skips.texts[0], "/three/aa: "));
    assert_non_null(strstr(skips.texts[1], "/three/b/0: "));
    cnn_dataset_free(set);
    shell("echo >@/three/10/only.png");
    assert_null(cnn_dataset_load_pictures(in_folder("three"), &options, &error));
    assert_string_equal(error.message, "none of its pictures could be read");
    assert_non_null(strstr(error.file, "/three/10"));
}

static void options_are_checked(void **state) {
    (void)state;
    static const cnn_pictures bad[] = {
        {.height = 4, .width = 4, .channels = 2},
        {.height = 0, .width = 4, .channels = 1},
        {.height = 4, .width = CNN_PICTURE_SIDE_MAX + 1, .channels = 1},
        {.height = 4, .width = 4, .channels = 1, .classes = 3},
    };
    cnn_error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(cnn_dataset_load_pictures(in_folder("sizes"), &bad[i], &error));
        assert_non_null(strstr(error.file, "/sizes"));
    }
    assert_string_equal(error.message, "2 class folders, where 3 are expected");
    char *path = calloc(5001, 1);
    memset(path, 'x', 5000);
    assert_null(cnn_dataset_load_pictures(path, &four, &error));
    free(path);
}

/* More classes than a byte can count, and very many files. */
static void many_are_no_trouble(void **state) {
    (void)state;
    char name[64];
    cnn_error error;
    for (int i = 0; i < 301; i++) {
        snprintf(name, sizeof name, "many/%d/p", i ? 999 + i : 0);
        put(name, 7);
    }
    for (int i = 0; i < 3000; i++) {
        char path[800];
        snprintf(path, sizeof path, "%s%d", in_folder("many/0/q"), i);
        assert_int_equal(link(in_folder("many/0/p"), path), 0);
    }
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder("many"), &four, &error);
    assert_non_null(set);
    assert_int_equal(cnn_dataset_get_info(set).images, 3301);
    assert_int_equal(cnn_dataset_get_info(set).classes, 301);
    assert_int_equal(cnn_dataset_label_at(set, 300), 300);
    assert_string_equal(cnn_dataset_class_at(set, 300), "1299");
    assert_int_equal(cnn_dataset_label_at(set, 301), 0);
    cnn_dataset_free(set);
}

/* A failure for lack of memory is not a bad picture, and leaves nothing allocated. */
static void without_memory_it_ends(void **state) {
    (void)state;
    skips skips = {.go_on = true};
    cnn_pictures options = four;
    cnn_error error;
    options.skip = note;
    options.context = &skips;
    const char *path = in_folder("sizes");
    size_t n = 0;
    for (bool done = false; !done && n < 1000; n++)
        for (int all = 0; all < 2 && !done; all++) {
            allocations_fail(n, all);
            cnn_dataset *set = cnn_dataset_load_pictures(path, &options, &error);
            allocations_succeed();
            assert_int_equal(skips.count, 0);
            done = set != NULL;
            if (!set)
                assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
            cnn_dataset_free(set);
        }
    assert_in_range(n, 8, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_take_turns),
        cmocka_unit_test(no_more_than_wanted),
        cmocka_unit_test(given_names_give_labels),
        cmocka_unit_test(pictures_are_made_fit),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(what_is_left_out_leaves_the_order),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(many_are_no_trouble),
        cmocka_unit_test(without_memory_it_ends),
    };
    return cmocka_run_group_tests_name("picture folder", tests, command_folder_create,
                                       command_folder_remove);
}
