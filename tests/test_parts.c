/* The parts of a folder of pictures: their names, the use of val/, folders that are not parts. */
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

static void runs(const char *arguments) {
    if (command_run("%s", arguments))
        fail_msg("%s: %s", arguments, command_err);
}

/* Images first to beyond of the IDX files as FOLDER/CLASS/NUMBER.png. */
static void spread_out(cnn_split split, size_t first, size_t beyond, const char *folder) {
    cnn_dataset *set = cnn_dataset_load(command_folder, split, 4, NULL);
    assert_non_null(set);
    for (size_t class = 0; class < 4; class ++)
        assert_int_equal(command_shell("mkdir -p @/%s/%zu", folder, class), 0);
    for (size_t i = first; i < beyond; i++) {
        char name[64];
        png_pixels pixels = {8, 8, 1, (uint8_t *)(uintptr_t)cnn_dataset_image_at(set, i)};
        snprintf(name, sizeof name, "%s/%zu/%03zu.png", folder, cnn_dataset_label_at(set, i), i);
        png_file_write(name, &pixels);
    }
    cnn_dataset_free(set);
}

/* Without and with a part to validate. */
static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    spread_out(CNN_SPLIT_TRAIN, 0, 192, "plain/train");
    spread_out(CNN_SPLIT_TEST, 0, 64, "plain/test");
    spread_out(CNN_SPLIT_TRAIN, 192, 256, "val");
    return command_shell("cp -r @/plain @/p && mv @/val @/p/ && \"$CNN\" " TRAIN
                         "--data @/plain --out @/plain.st");
}

/* A limit reads no picture that it does not need: the last of these is not a picture. */
static void a_limit_reads_no_more(void **state) {
    (void)state;
    shell("cp -r @/plain @/cut && for c in 0 1 2 3; do echo x >@/cut/test/$c/zzz.png; done");
    runs("eval @/plain.st --data @/cut --limit 8 --json");
    command_run("eval @/plain.st --data @/cut --json");
    command_refused(1, "zzz.png: ", "--skip-bad");
    runs(TRAIN "--data @/cut --test-limit 8 --epochs 1 --out @/cut.st");
}

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("no number %s", key);
    return json_number_value(value);
}

/* A validation part is measured and never learned from. */
static void val_validates(void **state) {
    (void)state;
    runs(TRAIN "--data @/p --json --out @/val.st");
    json_t *result = command_json();
    const json_t *last = json_array_get(json_object_get(result, "epochs"), 4);
    assert_int_equal(number(result, "images"), 256);
    assert_int_equal(number(result, "validation_images"), 64);
    shell("cmp @/plain.st @/val.st; test -s @/val.best.st");
    runs("eval @/val.st --data @/p/val --json");
    json_t *measured = command_json();
    assert_true(number(last, "validation_loss") == number(measured, "loss"));
    assert_true(number(last, "validation_accuracy") == number(measured, "accuracy"));
    json_decref(measured);
    json_decref(result);
    runs(TRAIN "--data @/p --out @/val.st");
    assert_non_null(strstr(command_out, "192 to train, 64 to validate, 64 to test, from"));
    assert_non_null(strstr(command_out, "valid right"));
    assert_non_null(strstr(command_out, "\nbest model   "));
}

/* The first N of those to train on; all of those to validate. */
static void a_limit_is_for_training(void **state) {
    (void)state;
    runs(TRAIN "--data @/p --limit 40 --out @/x.st");
    assert_non_null(strstr(command_out, "40 to train, 64 to validate, 64 to test"));
    runs(TRAIN "--data @/plain --limit 40 --mean 0.4 --std 0.25 --out @/y.st");
    runs(TRAIN "--data @/p --limit 40 --mean 0.4 --std 0.25 --out @/x.st");
    shell("cmp @/x.st @/y.st");
}

/* Other spellings are common. */
static void names_vary(void **state) {
    (void)state;
    static const char *const names[][3] = {
        {"training", "validation", "testing"},
        {"Train", "Val", "Test"},
        {"TRAIN", "valid", "TEST"},
        {"Training", "VALIDATION", "Testing"},
        {"train", "Valid", "testing"},
    };
    runs("eval @/plain.st --data @/p --json");
    json_t *wanted = command_json();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(command_shell("rm -rf @/q; cp -r @/p @/q; cd @/q; mv train a; mv val b; "
                                       "mv test c; mv a %s; mv b %s; mv c %s",
                                       names[i][0], names[i][1], names[i][2]),
                         0);
        runs(TRAIN "--data @/q --out @/q.st");
        assert_string_equal(command_err, "");
        assert_non_null(strstr(command_out, "192 to train, 64 to validate, 64 to test"));
        shell("cmp @/plain.st @/q.st");
        runs("eval @/plain.st --data @/q --json");
        json_t *got = command_json();
        assert_true(json_equal(got, wanted));
        json_decref(got);
        runs("doctor @/tiny.net --data @/q --json");
        assert_string_equal(command_err, "");
        runs("trace @/tiny.net --data @/q --out @/q.trace");
    }
    json_decref(wanted);
}

/* Reported once, by any command that reads the folder; folders that systems leave are not
 * reported. */
static void what_is_no_part_is_named(void **state) {
    (void)state;
    static const char *const commands[] = {
        TRAIN "--data @/q --out @/q.st",
        "eval @/plain.st --data @/q",
        "doctor @/tiny.net --data @/q",
        "trace @/tiny.net --data @/q --out @/q.trace",
    };
    shell("rm -rf @/q; cp -r @/p @/q; mkdir -p @/q/extra/0 @/q/old @/q/__MACOSX \"$(printf "
          "'@/q/\\100eaDir')\"; "
          "echo >@/q/README; echo >@/q/train/Thumbs.db; mkdir @/q/train/__MACOSX; "
          "echo >@/q/val/1/desktop.ini; echo >@/q/test/2/.DS_Store");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        runs(commands[i]);
        command_refused(0, "/q: not used: extra/, old/; the parts are train/, val/ and test/",
                        NULL);
    }
    shell("cmp @/plain.st @/q.st");
    /* A folder of classes has no parts: each sub-folder is a class. */
    runs("eval @/plain.st --data @/p/test");
    assert_string_equal(command_err, "");
}

static void what_contradicts_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *make, *arguments, *part, *other;
    } CASES[] = {
        {"", TRAIN "--data @/q --validation 0.25 --out @/x.st", "/q: val/ is the validation part",
         "leave out --validation"},
        {"mkdir @/q/Train", TRAIN "--data @/q --out @/x.st",
         "/q: Train/ and train/ are both the training part: keep one", NULL},
        {"cp -r @/q/test @/q/testing", "eval @/plain.st --data @/q",
         "/q: test/ and testing/ are both the test part: keep one", NULL},
        {"mkdir @/q/valid", "doctor @/tiny.net --data @/q",
         "/q: val/ and valid/ are both the validation part: keep one", NULL},
        {"mv @/q/val/3 @/q/val/three", TRAIN "--data @/q --out @/x.st",
         "/q/val/three: ", "no class has this name"},
        {"rm @/q/val/3/*", TRAIN "--data @/q --out @/x.st", "/q/val/3: ", "no pictures in it"},
        {"rm -r @/q/val/*", TRAIN "--data @/q --out @/x.st", "/q/val: ", "no folder for any class"},
        {"head -c 50 @/q/val/1/193.png >@/q/val/1/1.png", TRAIN "--data @/q --out @/x.st",
         "/q/val/1/1.png: ", "; --skip-bad goes on without"},
        {"rm -r @/q/train", TRAIN "--data @/q --out @/x.st", "/q/train: ", "No such file"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        command_shell("rm -rf @/q @/x.st; cp -r @/p @/q; %s", CASES[i].make);
        command_run("%s", CASES[i].arguments);
        command_refused(1, CASES[i].part, CASES[i].other);
        shell("test ! -e @/x.st");
    }
}

/* Some classes may be missing from it. */
static void few_classes_validate(void **state) {
    (void)state;
    shell("rm -rf @/q; cp -r @/p @/q; rm -r @/q/val/0 @/q/val/2; echo >@/q/val/1/x.png");
    runs(TRAIN "--data @/q --skip-bad --out @/q.st");
    assert_non_null(strstr(command_out, "192 to train, 32 to validate"));
    assert_non_null(strstr(command_err, "/q/val: 1 left out, 32 used\n"));
    shell("cmp @/plain.st @/q.st");
}

/* A run on `folder` that is far from its end when it is killed. */
static void stop_early(const char *folder) {
    command_shell("rm -f @/run; \"$CNN\" " TRAIN "--data @/%s --epochs 200 --checkpoint @/run "
                  "--every 5 --out @/part.st & pid=$!\n"
                  "for i in $(seq 500); do test -s @/run && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; rm -f @/part*; test -s @/run",
                  folder);
    assert_int_equal(command_code, 0);
}

static void a_run_with_val_goes_on(void **state) {
    (void)state;
    runs(TRAIN "--data @/p --epochs 200 --out @/whole.st");
    stop_early("p");
    runs("train --resume @/run --every 1m");
    assert_non_null(strstr(command_out, "192 to train, 64 to validate"));
    shell("cmp @/whole.st @/part.st && cmp @/whole.best.st @/part.best.st");
    stop_early("p");
    shell("rm -rf @/q; cp -r @/p @/q; rm -r @/q/val/3/*");
    shell("cp @/p/val/3/195.png @/q/val/3/");
    command_run("train --resume @/run --data @/q --every 1m");
    command_refused(1, "/q: these are 241 training images, the run began with 256", NULL);
}

/* Pictures added since it began are not used, and that is reported. */
static void a_run_without_val_goes_on_without(void **state) {
    (void)state;
    runs(TRAIN "--data @/plain --epochs 200 --out @/whole.st");
    stop_early("plain");
    runs("train --resume @/run --data @/p --every 1m");
    command_refused(0, "/p: not used: val/; the run began without it", NULL);
    assert_non_null(strstr(command_out, "192 to train, 64 to test"));
    shell("cmp @/whole.st @/part.st");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(val_validates),
        cmocka_unit_test(a_limit_is_for_training),
        cmocka_unit_test(a_limit_reads_no_more),
        cmocka_unit_test(names_vary),
        cmocka_unit_test(what_is_no_part_is_named),
        cmocka_unit_test(what_contradicts_is_refused),
        cmocka_unit_test(few_classes_validate),
        cmocka_unit_test(a_run_with_val_goes_on),
        cmocka_unit_test(a_run_without_val_goes_on_without),
    };
    return cmocka_run_group_tests_name("parts", tests, create, command_folder_remove);
}
