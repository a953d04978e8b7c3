/* Training and evaluation on folders of PNGs, as a user types them. */
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

#define TRAIN "train @/tiny.net --lr 0.01 --batch-size 16 "

static void shell(const char *text) {
    if (command_shell("%s", text))
        fail_msg("%s: %s", text, command_err);
}

/* Every image of the IDX files as FOLDER/CLASS/NUMBER.png. */
static void spread_out(cnn_split split, const char *folder) {
    cnn_dataset *set = cnn_dataset_load(command_folder, split, 4, NULL);
    assert_non_null(set);
    for (size_t i = 0; i < cnn_dataset_get_info(set).images; i++) {
        char name[64];
        png_pixels pixels = {8, 8, 1, (uint8_t *)(uintptr_t)cnn_dataset_image_at(set, i)};
        snprintf(name, sizeof name, "%s/%zu/%03zu.png", folder, cnn_dataset_label_at(set, i), i);
        png_file_write(name, &pixels);
    }
    cnn_dataset_free(set);
}

static int make_folders(void **state) {
    if (command_folder_create(state))
        return -1;
    shell("for part in train test; do for class in 0 1 2 3; do mkdir -p @/p/$part/$class; done; "
          "done");
    spread_out(CNN_SPLIT_TRAIN, "p/train");
    spread_out(CNN_SPLIT_TEST, "p/test");
    return 0;
}

static double accuracy(const json_t *object) {
    return json_number_value(json_object_get(object, "accuracy"));
}

/* The classes of the IDX files alternate too: the same images in the same order. */
static void folders_train_as_files_do(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--data @ --json --out @/idx.st"), 0);
    json_t *idx = command_json();
    assert_int_equal(command_run(TRAIN "--data @/p --json --out @/png.st"), 0);
    json_t *png = command_json();
    assert_true(json_equal(json_object_get(idx, "test"), json_object_get(png, "test")));
    assert_int_equal(json_integer_value(json_object_get(png, "images")), 256);
    shell("cmp @/idx.st @/png.st");
    assert_int_equal(command_run("eval @/idx.st --data @ --json"), 0);
    json_t *by_files = command_json();
    assert_true(accuracy(by_files) > 0.95);
    static const char *const places[] = {"p", "p/test"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(command_run("eval @/idx.st --data @/%s --json", places[i]), 0);
        json_t *by_folders = command_json();
        assert_true(json_equal(by_files, by_folders));
        json_decref(by_folders);
    }
    json_decref(by_files);
    json_decref(png);
    json_decref(idx);
}

/* Nor does a test part change what is learned. */
static void without_a_test_part_none_is_measured(void **state) {
    (void)state;
    static const char *const places[] = {"p/train", "only"};
    shell("mkdir @/only && cp -r @/p/train @/only/");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(command_run(TRAIN "--data @/%s --json --out @/half.st", places[i]), 0);
        json_t *result = command_json();
        assert_true(json_is_null(json_object_get(result, "test")));
        assert_int_equal(json_integer_value(json_object_get(result, "test_images")), 0);
        json_decref(result);
        shell("cmp @/idx.st @/half.st");
    }
    assert_int_equal(command_run(TRAIN "--data @/only --validation 0.25 --out @/half.st"), 0);
    assert_non_null(strstr(command_out, "192 to train, 64 to validate, none to test"));
    assert_non_null(strstr(command_out, "valid right\n"));
    assert_non_null(strstr(command_out, "\ntest         not measured: no test part in /tmp"));
    assert_null(strstr(command_out, " eval "));
    assert_null(strstr(command_out, "test right"));
    assert_string_equal(command_err, "");
    command_run("eval @/half.st --data @/only");
    command_refused(1, "/only/test: ", "No such file");
}

/* The same for IDX files in every spelling; a name that is nearly right is reported. */
static void idx_files_without_a_test_part(void **state) {
    (void)state;
    shell("mkdir @/i && cp @/train-images-idx3-ubyte @/i/train-images.idx3-ubyte && "
          "cp @/train-labels-idx1-ubyte @/i/train-labels.idx1-ubyte");
    assert_int_equal(command_run(TRAIN "--data @/i --out @/half.st"), 0);
    assert_non_null(strstr(command_out, "256 to train, none to test"));
    assert_non_null(strstr(command_out, "not measured: no test part in /tmp"));
    assert_null(strstr(command_out, " eval "));
    shell("cmp @/idx.st @/half.st");
    command_run("eval @/half.st --data @/i");
    command_refused(1, "/i: no test part in it", NULL);
    shell("cp @/t10k-images-idx3-ubyte '@/i/t10k-images-idx3-ubyte (1)'");
    command_run(TRAIN "--data @/i --out @/half.st");
    command_refused(1, "/i: no t10k-images-idx3-ubyte", ", but t10k-images-idx3-ubyte (1)");
    shell("mv '@/i/t10k-images-idx3-ubyte (1)' @/i/T10K_IMAGES.IDX && "
          "cp @/t10k-labels-idx1-ubyte @/i/test-labels.ubyte");
    assert_int_equal(command_run("eval @/idx.st --data @/i --json"), 0);
    json_t *result = command_json();
    assert_true(accuracy(result) > 0.95);
    json_decref(result);
    shell("cp @/i/T10K_IMAGES.IDX @/i/emnist-letters-test-images-idx3-ubyte");
    command_run("eval @/idx.st --data @/i");
    command_refused(1, "/i: two data sets in it: ", "emnist-letters-test-images-idx3-ubyte");
}

static void a_bad_picture_stops_or_is_left_out(void **state) {
    (void)state;
    shell("cp -r @/p @/bad; echo text >@/bad/train/2/note.txt; "
          "head -c 70 @/p/train/1/001.png >@/bad/train/1/cut.png; rm -f @/x.st");
    command_run(TRAIN "--data @/bad --out @/x.st");
    command_refused(1, "/bad/train/1/cut.png: ", NULL);
    shell("test ! -e @/x.st");
    assert_int_equal(command_run(TRAIN "--data @/bad --skip-bad --out @/x.st"), 0);
    assert_non_null(strstr(command_err, "/bad/train/1/cut.png: "));
    assert_non_null(strstr(command_err, "/bad/train/2/note.txt: "));
    assert_non_null(strstr(command_err, "\ncnn: /tmp"));
    assert_non_null(strstr(command_err, "/bad/train: 2 left out, 256 used\n"));
    shell("cmp @/idx.st @/x.st");
    shell("echo >@/bad/test/3/000.png");
    command_run("eval @/x.st --data @/bad");
    command_refused(1, "/bad/test/3/000.png: ", NULL);
    assert_int_equal(command_run("eval @/x.st --data @/bad --skip-bad"), 0);
    assert_non_null(strstr(command_err, "/bad/test: 1 left out, 64 used\n"));
}

/* Labels depend on names: a folder with few of the classes is not taken for the first ones. */
static void few_classes_keep_their_labels(void **state) {
    (void)state;
    shell("mkdir @/few && cp -r @/p/test/3 @/p/test/1 @/few/");
    assert_int_equal(command_run("eval @/idx.st --data @/few --json"), 0);
    json_t *result = command_json();
    assert_true(accuracy(result) > 0.95);
    assert_int_equal(json_integer_value(json_object_get(result, "images")), 32);
    json_decref(result);
    shell("mv @/few/1 @/few/one");
    command_run("eval @/idx.st --data @/few");
    command_refused(1, "/few/one: ", "no class has this name");
    command_run(TRAIN "--data @/few --out @/x.st");
    command_refused(1, "/few: ", "2 class folders, where 4 are expected");
}

static void what_is_no_data_is_refused(void **state) {
    (void)state;
    shell("mkdir @/flat && cp @/p/test/1/001.png @/flat/");
    command_run(TRAIN "--data @/flat --out @/x.st");
    command_refused(1, "/flat: neither IDX files nor a folder of PNGs", "in it\n");
    command_run(TRAIN "--data @/tiny.net --out @/x.st");
    command_refused(1, "/tiny.net: ", "Not a directory");
    command_run("eval @/idx.st --data @/nowhere");
    command_refused(1, "/nowhere: no such folder", NULL);
    shell("printf 'input 8x8x2\\nflatten\\ndense 4\\n' >@/two.net");
    command_run("train @/two.net --data @/p --out @/x.st");
    command_refused(1, "1 or 3 channels, not 2", NULL);
}

enum { ROWS = 130, COLUMNS = 300 };

/* One class is red on the left, the other on the right; "trains" is a class like any other. */
static void draw_colors(void) {
    static uint8_t data[ROWS][COLUMNS][3];
    shell("mkdir -p @/color/train @/color/car");
    for (int i = 0; i < 12; i++) {
        char name[64];
        for (int y = 0; y < ROWS; y++)
            for (int x = 0; x < COLUMNS; x++) {
                data[y][x][0] = (x < COLUMNS / 2) == i % 2 ? 240 : 10;
                data[y][x][1] = (uint8_t)(x / 2 + i);
                data[y][x][2] = (uint8_t)(y + i);
            }
        snprintf(name, sizeof name, "color/%s/%d.png", i % 2 ? "train" : "car", i);
        png_file_write(name, &(png_pixels){ROWS, COLUMNS, 3, &data[0][0][0]});
    }
}

/* A picture of 130 x 300 is shown by every third pixel of every third row: 44 x 100. */
static void colors_are_seen_and_shown(void **state) {
    (void)state;
    draw_colors();
    shell("printf 'input 130x300x3\\nmaxpool2d 10\\nflatten\\ndense 2\\n' >@/color.net");
    assert_int_equal(command_run("train @/color.net --data @/color --epochs 30 --out @/c.st"), 0);
    assert_int_equal(command_run("eval @/c.st --data @/color --json"), 0);
    json_t *result = command_json();
    assert_true(accuracy(result) == 1);
    json_decref(result);
    shell("mv @/color/train @/x && mv @/color/car @/color/train && mv @/x @/color/car");
    assert_int_equal(command_run("eval @/c.st --data @/color --errors @/c.png"), 0);
    assert_non_null(strstr(command_out, "12 of 12 misread, all in"));
    png_pixels sheet = png_file_read("c.png");
    assert_int_equal(sheet.channels, 3);
    assert_int_equal(sheet.width, 10 * (120 + 8) + 8);
    assert_int_equal(sheet.height, 26 + 2 * (44 + 7 + 20 + 8));
    const uint8_t *first = sheet.data + (26 * sheet.width + 8) * 3;
    const uint8_t shift = first[2];
    assert_in_range(shift, 0, 11);
    for (size_t y = 0; y < 44; y++)
        for (size_t x = 0; x < 100; x++) {
            const uint8_t *dot = first + (y * sheet.width + x) * 3;
            assert_int_equal(dot[0], (x < 50) == shift % 2 ? 240 : 10);
            assert_int_equal(dot[1], x * 3 / 2 + shift);
            assert_int_equal(dot[2], y * 3 + shift);
        }
    free(sheet.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_train_as_files_do),
        cmocka_unit_test(without_a_test_part_none_is_measured),
        cmocka_unit_test(idx_files_without_a_test_part),
        cmocka_unit_test(a_bad_picture_stops_or_is_left_out),
        cmocka_unit_test(few_classes_keep_their_labels),
        cmocka_unit_test(what_is_no_data_is_refused),
        cmocka_unit_test(colors_are_seen_and_shown),
    };
    return cmocka_run_group_tests_name("train folder", tests, make_folders, command_folder_remove);
}
