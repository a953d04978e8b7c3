/* cnn eval --errors: contents of the sheet, their places and order; and places where it cannot be
 * written. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "png_file.h"

#include <stdlib.h>
#include <string.h>

/* The layout promised for images of 8 x 8: each 16 times as large, 10 in a row. */
enum {
    SIDE = 8,
    TIMES = 16,
    GAP = 8,
    LINE = 10,
    CELL_W = SIDE * TIMES + GAP,
    CELL_H = SIDE * TIMES + 7 + 2 * LINE + GAP,
    TOP = 2 * GAP + LINE,
    PAPER = 0xe8,
};

typedef struct wrong {
    size_t image, truth, guess;
    float probability;
} wrong;

/* The expected contents, found by other means: single predictions. */
typedef struct expected {
    cnn_model *model;
    cnn_dataset *images;
    wrong list[256];
    size_t count;
} expected;

static int by_probability(const void *a, const void *b) {
    const wrong *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return (x->image > y->image) - (x->image < y->image);
}

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    return path;
}

static expected expect(const char *model, const char *data) {
    cnn_error error;
    expected all = {.model = cnn_model_load(in_folder(model), NULL, &error)};
    all.images = cnn_dataset_load(in_folder(data), CNN_SPLIT_TEST, 4, &error);
    assert_non_null(all.model);
    assert_non_null(all.images);
    for (size_t i = 0; i < cnn_dataset_get_info(all.images).images; i++) {
        float p[4];
        wrong one = {.image = i, .truth = cnn_dataset_label_at(all.images, i)};
        assert_true(cnn_model_predict(all.model, cnn_dataset_image_at(all.images, i), 1, p, NULL));
        for (size_t k = 1; k < 4; k++)
            one.guess = p[k] > p[one.guess] ? k : one.guess;
        one.probability = p[one.guess];
        if (one.guess != one.truth)
            all.list[all.count++] = one;
    }
    qsort(all.list, all.count, sizeof *all.list, by_probability);
    return all;
}

static void release(expected *all, png_pixels *sheet) {
    cnn_model_free(all->model);
    cnn_dataset_free(all->images);
    free(sheet->data);
}

static uint8_t at(const png_pixels *sheet, size_t x, size_t y) {
    return sheet->data[y * sheet->width + x];
}

static size_t left_of(size_t place) {
    return GAP + place % 10 * CELL_W;
}

static size_t top_of(size_t place) {
    return TOP + place / 10 * CELL_H;
}

/* The number of dots that are not paper. */
static size_t ink(const png_pixels *sheet, size_t left, size_t top, size_t width, size_t height) {
    size_t count = 0;
    for (size_t y = top; y < top + height; y++)
        for (size_t x = left; x < left + width; x++)
            count += at(sheet, x, y) != PAPER;
    return count;
}

static bool same_area(const png_pixels *sheet, size_t a, size_t b, size_t down, size_t height) {
    for (size_t y = down; y < down + height; y++)
        for (size_t x = 0; x < SIDE * TIMES; x++)
            if (at(sheet, left_of(a) + x, top_of(a) + y) !=
                at(sheet, left_of(b) + x, top_of(b) + y))
                return false;
    return true;
}

static void assert_picture(const png_pixels *sheet, size_t place, const uint8_t *image) {
    for (size_t y = 0; y < SIDE * TIMES; y++)
        for (size_t x = 0; x < SIDE * TIMES; x++)
            if (at(sheet, left_of(place) + x, top_of(place) + y) !=
                image[y / TIMES * SIDE + x / TIMES])
                fail_msg("picture %zu differs at %zu, %zu", place, x, y);
}

static void assert_sheet(const png_pixels *sheet, const expected *all, size_t shown) {
    const size_t columns = shown < 10 ? shown : 10;
    assert_int_equal(sheet->channels, 1);
    assert_int_equal(sheet->width, columns * CELL_W + GAP);
    assert_int_equal(sheet->height, TOP + (shown + 9) / 10 * CELL_H);
    assert_true(ink(sheet, GAP, GAP, 200, 7) > 100);
    for (size_t i = 0; i < shown; i++) {
        assert_picture(sheet, i, cnn_dataset_image_at(all->images, all->list[i].image));
        const size_t caption = top_of(i) + SIDE * TIMES;
        assert_true(ink(sheet, left_of(i), caption + 3, 5, 7) > 5);
        assert_true(ink(sheet, left_of(i), caption + 3 + LINE, 60, 7) > 40);
        assert_int_equal(ink(sheet, left_of(i) - GAP, caption, GAP, CELL_H - SIDE * TIMES), 0);
        /* The line of the class is the same if, and only if, the class is. */
        assert_int_equal(same_area(sheet, i, 0, SIDE * TIMES + 3, 7),
                         all->list[i].truth == all->list[0].truth);
    }
    for (size_t i = shown; i < (shown + 9) / 10 * 10 && shown > 10; i++)
        assert_int_equal(ink(sheet, left_of(i), top_of(i), SIDE * TIMES, CELL_H), 0);
}

static void the_worst_come_first(void **state) {
    (void)state;
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --limit 32 --out @/poor"),
                     0);
    assert_int_equal(command_run("eval @/poor --data @ --batch-size 7 --errors @/s.png --json"), 0);
    json_t *result = command_json();
    const json_t *errors = json_object_get(result, "errors");
    expected all = expect("poor", "");
    png_pixels sheet = png_file_read("s.png");
    assert_in_range(all.count, 11, 63);
    assert_int_equal(json_integer_value(json_object_get(errors, "misread")), all.count);
    assert_int_equal(json_integer_value(json_object_get(errors, "shown")), all.count);
    assert_sheet(&sheet, &all, all.count);
    /* The caption of a picture depends on class, guess and probability only. */
    assert_false(same_area(&sheet, 0, all.count - 1, SIDE * TIMES + 3 + LINE, 7));
    release(&all, &sheet);
    json_decref(result);
}

/* All weights alike read everything as class 0, with the same probability. */
static void a_hundred_at_most(void **state) {
    (void)state;
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --init constant --limit 1 "
                                 "--lr 1e-30 --optimizer sgd --out @/same"),
                     0);
    assert_int_equal(command_shell("mkdir @/many && cp @/train-images-idx3-ubyte "
                                   "@/many/t10k-images-idx3-ubyte && "
                                   "cp @/train-labels-idx1-ubyte @/many/t10k-labels-idx1-ubyte"),
                     0);
    assert_int_equal(command_run("eval @/same --data @/many --errors @/many.png"), 0);
    assert_non_null(strstr(command_out, "\nerrors       192 of 256 misread, the worst 100 in"));
    expected all = expect("same", "many");
    png_pixels sheet = png_file_read("many.png");
    assert_int_equal(all.count, 192);
    assert_sheet(&sheet, &all, 100);
    release(&all, &sheet);
}

/* The file is that of the last call even so: an old sheet would be taken for this model's. */
static void none_misread_is_said(void **state) {
    (void)state;
    assert_int_equal(
        command_run("train @/tiny.net --data @ --lr 0.01 --batch-size 16 --out @/good"), 0);
    assert_int_equal(command_run("eval @/poor --data @ --errors @/none.png"), 0);
    assert_int_equal(command_run("eval @/good --data @ --errors @/none.png"), 0);
    assert_non_null(strstr(command_out, "\nerrors       0 of 64 misread, as /tmp"));
    png_pixels sheet = png_file_read("none.png");
    assert_int_equal(sheet.height, TOP);
    assert_true(ink(&sheet, GAP, GAP, sheet.width - 2 * GAP, 7) > 50);
    free(sheet.data);
}

static void long_names_are_cut(void **state) {
    (void)state;
    assert_int_equal(command_shell("mkdir @/long && cp @/*-ubyte @/long && for i in 0 1 2; do echo "
                                   "\"$i is a name that no caption has room for\"; done "
                                   ">@/long/classes.txt; printf 'M\\303\\244use\\n' "
                                   ">>@/long/classes.txt"),
                     0);
    assert_int_equal(command_run("train @/tiny.net --data @/long --epochs 1 --limit 32 --out @/l"),
                     0);
    assert_int_equal(command_run("eval @/l --data @/long --errors @/long.png"), 0);
    expected all = expect("l", "long");
    png_pixels sheet = png_file_read("long.png");
    assert_sheet(&sheet, &all, all.count);
    release(&all, &sheet);
}

static void old_sheet_stays(void) {
    size_t size;
    char *bytes = command_file("old.png", &size);
    assert_string_equal(bytes, "old\n");
    free(bytes);
}

static void what_cannot_be_written_is_said(void **state) {
    (void)state;
    assert_int_equal(command_shell("mkdir @/keep; cp @/poor @/keep/poor; echo old >@/old.png"), 0);
    command_run("eval @/poor --data @ --errors @/none/s.png");
    command_refused(1, "none/s.png: ", "No such file");
    command_run("eval @/poor --data @ --errors @/keep");
    command_refused(1, "keep: ", "folder");
    command_run("eval @/poor --data @ --errors /dev/full");
    command_refused(1, "/dev/full: cannot write: ", "space");
    assert_string_equal(command_out, "");
    if (!COMMAND_COUNTS) {
        command_shell("trap '' XFSZ; ulimit -f 1; "
                      "\"$CNN\" eval @/poor --data @ --errors @/old.png");
        command_refused(1, "old.png: cannot write: ", "large");
    }
    old_sheet_stays();
    command_shell("ls @ | grep -c 'old.png.'");
    assert_string_equal(command_out, "0\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_come_first),           cmocka_unit_test(a_hundred_at_most),
        cmocka_unit_test(none_misread_is_said),           cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(what_cannot_be_written_is_said),
    };
    return cmocka_run_group_tests_name("sheet", tests, command_folder_create,
                                       command_folder_remove);
}
