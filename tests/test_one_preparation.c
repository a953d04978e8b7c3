/* A picture is prepared the same for a model whichever way it is read: cnn predict, cnn eval, the
 * test and validation parts of cnn train, cnn doctor, and the library. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "drawn_folder.h"
#include "pairs.h"
#include "png_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pictures of each digit; with a sanitizer each manner comes once. */
enum { EACH = 50, LEAST = 12 };
static size_t drawn;

/* Valid until the next call. */
static const char *in_folder(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    return path;
}

static void shell(const char *text) {
    if (command_shell("%s", text))
        fail_msg("%s: %s", text, command_err);
}

/* Output of the command, which may be longer than command_out. */
static json_t *json_of(const char *arguments) {
    if (command_shell("\"$CNN\" %s >@/answer.json", arguments))
        fail_msg("%s: %s", arguments, command_err);
    char *text = command_file("answer.json", NULL);
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static cnn_dataset *load(const char *folder, bool fit) {
    const cnn_pictures wanted = {.height = 28,
                                 .width = 28,
                                 .channels = 1,
                                 .classes = 10,
                                 .preprocessing =
                                     fit ? CNN_PREPROCESSING_MNIST : CNN_PREPROCESSING_RESIZE};
    cnn_error error;
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder(folder), &wanted, &error);
    if (!set)
        fail_msg("%s: %s", error.file, error.message);
    return set;
}

/* The drawn digits, the same in MNIST's form as IDX, and a model of that. */
static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    const size_t each = rounds_of(EACH) > LEAST ? rounds_of(EACH) : LEAST;
    drawn = 10 * each;
    drawn_folder("drawn", each);
    cnn_dataset *set = load("drawn", true);
    drawn_idx("form", "train", set);
    drawn_idx("form", "t10k", set);
    cnn_dataset_free(set);
    return command_shell("printf 'input 28x28x1\\nflatten\\ndense 10\\n' >@/digits.net; "
                         "\"$CNN\" train @/digits.net --data @/form --lr 0.01 --epochs 8 "
                         "--out @/digits.st");
}

/* --------------------------------------------------------------------------- predict and eval */

/* The objects of an array by their path. */
static json_t *by_path(const json_t *images) {
    json_t *all = json_object(), *one;
    size_t i;
    json_array_foreach(images, i, one) {
        const char *path = json_string_value(json_object_get(one, "image"));
        assert_non_null(path);
        assert_int_equal(json_object_set(all, path, one), 0);
    }
    return all;
}

static const char *guess(const json_t *one) {
    return json_string_value(
        json_object_get(json_array_get(json_object_get(one, "best"), 0), "class"));
}

/* Every answer of both, and eval's own sum of them; returns the share that is right. */
static double same_answers(const char *model, const char *folder, const char *flags) {
    char text[512];
    snprintf(text, sizeof text, "predict %s @/%s/*/*.png --json %s", model, folder, flags);
    json_t *predicted = json_of(text), *one;
    snprintf(text, sizeof text, "eval %s --data @/%s --json --answers %s", model, folder, flags);
    json_t *evaluated = json_of(text);
    json_t *answers = by_path(json_object_get(predicted, "images"));
    const json_t *list = json_object_get(evaluated, "answers");
    size_t i, right = 0, unlike = 0;
    assert_int_equal(json_array_size(list), json_object_size(answers));
    json_array_foreach(list, i, one) {
        const char *path = json_string_value(json_object_get(one, "image"));
        const json_t *other = json_object_get(answers, path);
        unlike += !json_equal(json_object_get(one, "best"), json_object_get(other, "best"));
        right += !strcmp(guess(one), json_string_value(json_object_get(one, "class")));
    }
    print_message("  %s %s: %zu of %zu right, %zu answers unlike\n", folder, flags, right, i,
                  unlike);
    const double share = (double)right / (double)i;
    assert_int_equal(unlike, 0);
    /* JSON rounds it. */
    assert_int_equal(lround(number(evaluated, "accuracy") * (double)i), right);
    assert_true(json_equal(json_object_get(predicted, "fit"), json_object_get(evaluated, "fit")));
    json_decref(predicted);
    json_decref(evaluated);
    json_decref(answers);
    return share;
}

/* Without the fit hardly any could be read: agreement is not only that of two stretches. */
static void predict_and_eval_agree(void **state) {
    (void)state;
    const double fitted = same_answers("@/digits.st", "drawn", "");
    const double stretched = same_answers("@/digits.st", "drawn", "--no-fit");
    assert_true(fitted > 0.9);
    assert_true(stretched < 0.6);
    assert_int_equal(command_run("eval @/digits.st --data @/drawn"), 0);
    assert_non_null(strstr(command_out, "\npictures     brought into MNIST's form; --no-fit"));
}

/* The same with a model for colors, and with one without MNIST's form. */
static void other_models_agree(void **state) {
    (void)state;
    shell("printf 'input 20x24x3\\nflatten\\ndense 10\\n' >@/colors.net; "
          "\"$CNN\" train @/colors.net --data @/drawn --epochs 1 --out @/colors.st; "
          "\"$CNN\" train @/digits.net --data @/drawn --epochs 1 --out @/formless.st");
    same_answers("@/colors.st", "drawn", "");
    same_answers("@/formless.st", "drawn", "");
}

static cnn_model *load_model(const char *name) {
    cnn_error error;
    cnn_model *model = cnn_model_load(in_folder(name), NULL, &error);
    if (!model)
        fail_msg("%s: %s", name, error.message);
    return model;
}

/* One picture at a time, and all by cnn_dataset_load_pictures(). */
static void programs_agree(const char *name, bool fit) {
    uint8_t pixels[28 * 28 * 3];
    char text[256];
    cnn_model *model = load_model(name);
    cnn_pictures wanted = cnn_model_pictures(model, fit);
    const size_t size = wanted.height * wanted.width * wanted.channels;
    cnn_dataset *set = cnn_dataset_load_pictures(in_folder("drawn"), &wanted, NULL);
    assert_non_null(set);
    assert_int_equal(cnn_dataset_get_info(set).images, drawn);
    for (size_t i = 0; i < drawn; i++) {
        snprintf(text, sizeof text, "drawn/%zu/%03zu.png", i % 10, i / 10);
        /* A picture keeps its channels, whatever number the model takes. */
        for (size_t channels = 1; channels <= 3; channels += 2) {
            if (channels < wanted.channels)
                continue;
            cnn_picture *picture = cnn_picture_load(in_folder(text), channels, NULL);
            assert_non_null(picture);
            assert_true(cnn_model_prepare(model, picture, fit, pixels, NULL));
            assert_memory_equal(pixels, cnn_dataset_image_at(set, i), size);
            cnn_picture_free(picture);
        }
    }
    cnn_dataset_free(set);
    cnn_model_free(model);
}

static void the_library_agrees(void **state) {
    (void)state;
    programs_agree("digits.st", true);
    programs_agree("digits.st", false);
    programs_agree("colors.st", true);
}

/* As PNGs and as IDX files of the same pixels: answers in the same order, the same sheet. */
static void files_of_the_prepared_agree(void **state) {
    (void)state;
    json_t *pictures = json_of("eval @/digits.st --data @/drawn --json --answers "
                               "--errors @/pictures.png");
    json_t *idx = json_of("eval @/digits.st --data @/form --json --answers --errors @/idx.png");
    const json_t *a = json_object_get(pictures, "answers"), *b = json_object_get(idx, "answers");
    assert_int_equal(json_array_size(a), drawn);
    for (size_t i = 0; i < drawn; i++)
        assert_true(json_equal(json_object_get(json_array_get(a, i), "best"),
                               json_object_get(json_array_get(b, i), "best")));
    assert_true(json_equal(json_object_get(pictures, "loss"), json_object_get(idx, "loss")));
    assert_true(json_is_true(json_object_get(pictures, "fit")));
    assert_true(json_is_false(json_object_get(idx, "fit")));
    shell("cmp @/pictures.png @/idx.png");
    json_decref(pictures);
    json_decref(idx);
}

/* Images of IDX files of another size, and gray ones for a model that sees colors. */
static void other_idx_files_agree(void **state) {
    (void)state;
    static const char *const models[] = {"tiny.st", "colors.st"};
    shell("printf 'input 8x8x1\\nflatten\\ndense 10\\n' >@/small.net; mkdir @/eight; "
          "\"$CNN\" train @/small.net --data @/drawn --epochs 1 --out @/tiny.st");
    for (size_t i = 0; i < 2; i++) {
        char text[256];
        snprintf(text, sizeof text, "eval @/%s --data @/form --json --answers", models[i]);
        json_t *evaluated = json_of(text);
        assert_non_null(strstr(command_err, "/form: images of 28x28x1 are stretched to "));
        snprintf(text, sizeof text, "predict @/%s @/form/t10k-images-idx3-ubyte --json", models[i]);
        json_t *predicted = json_of(text);
        for (size_t j = 0; j < drawn; j++) {
            const json_t *a = json_array_get(json_object_get(evaluated, "answers"), j);
            const json_t *b = json_array_get(json_object_get(predicted, "images"), j);
            assert_true(json_equal(json_object_get(a, "best"), json_object_get(b, "best")));
            assert_int_equal(number(a, "number"), j);
        }
        json_decref(evaluated);
        json_decref(predicted);
    }
}

/* ------------------------------------------------------------------------- train and doctor */

/* Pictures to train on that have the form; drawn ones to validate and to test. */
static void make_parts(void) {
    cnn_dataset *set = load("drawn", true);
    shell("mkdir -p @/parts/train; for class in 0 1 2 3 4 5 6 7 8 9; do "
          "mkdir @/parts/train/$class; done; ln -s ../drawn @/parts/test; "
          "ln -s ../drawn @/parts/val");
    for (size_t i = 0; i < drawn; i++) {
        char name[64];
        snprintf(name, sizeof name, "parts/train/%zu/%03zu.png", i % 10, i / 10);
        png_file_write(
            name, &(png_pixels){28, 28, 1, (uint8_t *)(uintptr_t)cnn_dataset_image_at(set, i)});
    }
    cnn_dataset_free(set);
}

static void parts_of_a_training_agree(const char *flags, bool fit) {
    char text[256];
    snprintf(text, sizeof text,
             "train @/digits.net --data @/parts --lr 0.01 --epochs 3 --json --out @/parts.st %s",
             flags);
    json_t *trained = json_of(text);
    assert_true(!strstr(command_err, "\npictures     validation and test: brought") == !fit);
    snprintf(text, sizeof text, "eval @/parts.st --data @/parts --json %s", flags);
    json_t *evaluated = json_of(text);
    const json_t *last = json_array_get(json_object_get(trained, "epochs"), 2);
    const double accuracy = number(evaluated, "accuracy");
    assert_true(number(json_object_get(trained, "test"), "accuracy") == accuracy);
    assert_true(number(last, "test_accuracy") == accuracy);
    assert_true(number(last, "validation_accuracy") == accuracy);
    assert_true(number(last, "validation_loss") == number(evaluated, "loss"));
    assert_true(json_is_true(json_object_get(trained, "fit")) == fit);
    assert_true(json_is_true(json_object_get(evaluated, "fit")) == fit);
    assert_true(fit ? accuracy > 0.9 : accuracy < 0.6);
    json_decref(trained);
    json_decref(evaluated);
}

static void what_train_reports_agrees(void **state) {
    (void)state;
    make_parts();
    parts_of_a_training_agree("", true);
    parts_of_a_training_agree("--no-fit", false);
}

/* A resumed run sees its pictures as it began with them: others would be refused. */
static void resumed_runs_agree(void **state) {
    (void)state;
    static const char *const flags[] = {"", "--no-fit"};
    drawn_folder("few", 2);
    shell("mkdir @/short; ln -s ../parts/train @/short/train; ln -s ../few @/short/test; "
          "ln -s ../few @/short/val");
    for (size_t i = 0; i < 2; i++) {
        command_shell("\"$CNN\" train @/digits.net --data @/short --epochs 500 %s "
                      "--checkpoint @/run --every 20 --out @/short.st & pid=$!\n"
                      "for i in $(seq 6000); do test -s @/run && break; sleep 0.01; done\n"
                      "kill -9 $pid; wait $pid; cp @/run @/kept",
                      flags[i]);
        assert_int_equal(command_code, 0);
        command_run("train --resume @/run --no-fit");
        command_refused(2, "--resume already says --no-fit", NULL);
        json_t *trained = json_of("train --resume @/run --every 1m --json");
        assert_true(json_is_true(json_object_get(trained, "fit")) == !i);
        json_decref(trained);
    }
}

/* The same findings, number for number, on pictures and on files of the prepared pixels. */
static void the_doctor_agrees(void **state) {
    (void)state;
    json_t *pictures = json_of("doctor @/digits.st --data @/drawn --json");
    json_t *idx = json_of("doctor @/digits.st --data @/form --json");
    assert_true(json_is_true(json_object_get(pictures, "fit")));
    assert_true(
        json_equal(json_object_get(pictures, "findings"), json_object_get(idx, "findings")));
    json_t *stretched = json_of("doctor @/digits.st --data @/drawn --json --no-fit");
    assert_false(
        json_equal(json_object_get(stretched, "findings"), json_object_get(idx, "findings")));
    json_decref(pictures);
    json_decref(stretched);
    json_decref(idx);
}

/* -------------------------------------------------------------------------- blank pictures */

static void nothing_stands_out(const char *command) {
    char text[256];
    command_run("%s", command);
    command_refused(1, "/3/blank.png: a blank picture: no drawing found in it", NULL);
    snprintf(text, sizeof text, "%s --no-fit", command);
    if (command_run("%s", text))
        fail_msg("%s: %s", text, command_err);
    if (strstr(command, "predict"))
        return;
    snprintf(text, sizeof text, "%s --skip-bad", command);
    if (command_run("%s", text))
        fail_msg("%s: %s", text, command_err);
    assert_non_null(strstr(command_err, "/3/blank.png: a blank picture"));
    assert_non_null(strstr(command_err, ": 1 left out, "));
}

/* One rule for all commands. */
static void a_blank_picture_is_refused(void **state) {
    (void)state;
    uint8_t gray[30 * 40];
    memset(gray, 77, sizeof gray);
    drawn_folder("blank", 2);
    shell("mkdir @/tested; cp -r @/parts/train @/tested/; "
          "ln -s ../blank @/tested/test; mkdir @/validated; cp -r @/parts/train @/validated/; "
          "ln -s ../blank @/validated/valid");
    png_file_write("blank/3/blank.png", &(png_pixels){30, 40, 1, gray});
    nothing_stands_out("predict @/digits.st @/blank/3/blank.png");
    nothing_stands_out("eval @/digits.st --data @/blank");
    nothing_stands_out("doctor @/digits.st --data @/blank");
    nothing_stands_out("train @/digits.net --data @/tested --epochs 1 --out @/x.st");
    nothing_stands_out("train @/digits.net --data @/validated --epochs 1 --out @/x.st");
    /* Training accepts it: no drawing is needed. */
    assert_int_equal(command_run("train @/digits.net --data @/blank --epochs 1 --out @/x.st"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predict_and_eval_agree),     cmocka_unit_test(other_models_agree),
        cmocka_unit_test(the_library_agrees),         cmocka_unit_test(files_of_the_prepared_agree),
        cmocka_unit_test(other_idx_files_agree),      cmocka_unit_test(what_train_reports_agrees),
        cmocka_unit_test(resumed_runs_agree),         cmocka_unit_test(the_doctor_agrees),
        cmocka_unit_test(a_blank_picture_is_refused),
    };
    return cmocka_run_group_tests_name("one preparation", tests, create, command_folder_remove);
}
