/* Training from existing weights: those of a model, or of a file beside a network text. And the end
 * of a run whose numbers do not stay finite. */
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

#define FLAGS "--data @ --lr 0.01 --batch-size 16 --threads 1 "

static void runs(const char *arguments) {
    if (command_run("%s", arguments))
        fail_msg("%s: %s", arguments, command_err);
}

static double number_of(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static double last_loss(void) {
    json_t *object = command_json();
    const json_t *epochs = json_object_get(object, "epochs");
    const double loss =
        number_of(json_array_get(epochs, json_array_size(epochs) - 1), "train_loss");
    json_decref(object);
    return loss;
}

static bool same(const char *a, const char *b) {
    return command_shell("cmp -s @/%s @/%s", a, b) == 0;
}

static int make_model(void **state) {
    return command_folder_create(state) ||
           command_run("train @/tiny.net " FLAGS "--epochs 2 --out @/two.st") ||
           command_shell("cp @/two.st @/kept.st");
}

/* --------------------------------------------------------------------------------- from a model */

/* Two epochs and three more equal five, except for the order of the images, which is drawn anew,
 * and for the optimizer's state, which starts afresh: with one image, and without such state, all
 * bytes are the same. */
static void two_and_three_are_five(void **state) {
    (void)state;
#define ONE "--data @ --limit 1 --optimizer sgd --lr 0.1 "
    runs("train @/tiny.net " ONE "--epochs 5 --out @/five.st");
    runs("train @/tiny.net " ONE "--epochs 2 --out @/two-of-five.st");
    assert_false(same("two-of-five.st", "five.st"));
    runs("train @/two-of-five.st " ONE "--epochs 3 --out @/three.st");
    assert_true(same("three.st", "five.st"));
    runs("train @/tiny.net " ONE "--momentum 0.9 --epochs 5 --out @/five.st");
    runs("train @/tiny.net " ONE "--momentum 0.9 --epochs 2 --out @/two-of-five.st");
    runs("train @/two-of-five.st " ONE "--momentum 0.9 --epochs 3 --out @/three.st");
    assert_false(same("three.st", "five.st"));
}

/* The first epoch from a model begins where the model was. */
static void a_model_goes_on_from_its_weights(void **state) {
    (void)state;
    runs("train @/tiny.net " FLAGS "--epochs 1 --json --out @/a.st");
    const double first = last_loss();
    runs("train @/two.st " FLAGS "--epochs 1 --json --out @/a.st");
    json_t *object = command_json();
    assert_non_null(strstr(json_string_value(json_object_get(object, "weights")), "/two.st"));
    json_decref(object);
    assert_true(last_loss() < 0.5 * first);
    assert_true(same("two.st", "kept.st"));
}

/* With a negligible rate, the output is the input: weights, names, normalization. */
static void nothing_is_lost_on_the_way(void **state) {
    (void)state;
    runs("train @/two.st --data @ --epochs 1 --optimizer sgd --lr 0 --out @/same.st");
    assert_non_null(strstr(command_out, "two.st, trained on"));
    assert_true(same("same.st", "two.st"));
    command_shell("mkdir -p @/names && cp @/t* @/names && printf 'a\\nb\\nc\\nd\\n' "
                  ">@/names/classes.txt");
    runs("train @/tiny.net --data @/names --epochs 1 --mean 0.25 --std 0.5 --out @/named.st");
    runs("train @/named.st --data @ --epochs 1 --optimizer sgd --lr 0 --out @/same.st");
    assert_true(same("same.st", "named.st"));
    command_shell("printf 'a\\nb\\nd\\nc\\n' >@/names/classes.txt");
    command_run("train @/named.st --data @/names --epochs 1 --out @/other.st");
    command_refused(1, "class 2 is d here, and c in ", "named.st");
    assert_int_equal(command_shell("test ! -e @/other.st"), 0);
}

static void the_default_name_is_another(void **state) {
    (void)state;
    command_shell("CNN=$(realpath \"$CNN\"); cd @ && cp two.st m.safetensors && "
                  "\"$CNN\" train m.safetensors --data . --epochs 1 --threads 1 && "
                  "cmp m.safetensors two.st && test -s m.trained.safetensors");
    assert_int_equal(command_code, 0);
    assert_non_null(strstr(command_out, "model        m.trained.safetensors"));
    command_shell("CNN=$(realpath \"$CNN\"); cd @ && "
                  "\"$CNN\" train m.trained.safetensors --data . --epochs 1 --threads 1 && "
                  "test -s m.trained.trained.safetensors");
    assert_int_equal(command_code, 0);
}

static void from_scratch_takes_the_network_alone(void **state) {
    (void)state;
    runs("train @/tiny.net " FLAGS "--epochs 1 --out @/a.st");
    runs("train @/two.st " FLAGS "--epochs 1 --from-scratch --out @/b.st");
    assert_true(same("a.st", "b.st"));
    assert_null(strstr(command_out, "trained on"));
    command_run("train @/tiny.net --data @ --from-scratch --out @/c.st");
    command_refused(1, "tiny.net: ", "from scratch");
}

/* Settings of the model cannot be overridden. */
static void flags_that_contradict_a_model(void **state) {
    (void)state;
    static const char *const calls[] = {
        "train @/two.st --data @ --mean 0 --out @/x",
        "train @/two.st --data @ --std 1 --out @/x",
        "train @/two.st --data @ --init constant --out @/x",
        "trace @/two.st --data @ --init constant --out @/x",
        "trace @/two.st --data @ --mean 0 --out @/x",
        "doctor @/two.st --data @ --std 1",
        "train @/tiny.net --weights @/two.st --data @ --init constant --out @/x",
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        command_run("%s", calls[i]);
        command_refused(2, "--init", NULL);
    }
    runs("train @/two.st --data @ --mean 0 --from-scratch --epochs 1 --out @/x");
}

static void runs_from_a_model_resume(void **state) {
    (void)state;
    runs("train @/two.st " FLAGS "--epochs 3 --out @/a.st");
    command_shell("\"$CNN\" train @/two.st " FLAGS "--epochs 3000 --checkpoint @/run --every 1 "
                  "--out @/b.st >@/out & pid=$!; for i in $(seq 400); do test -s @/run && break; "
                  "sleep 0.02; done; kill -KILL $pid; wait; test -s @/run");
    assert_int_equal(command_code, 0);
    command_run("eval @/run --data @");
    command_refused(1, "run: a checkpoint of a run, not a model", "--resume");
    assert_int_equal(command_shell("rm -f @/run @/run.*"), 0);
}

/* A trace and the doctor begin with a model's weights, too. */
static void others_begin_with_a_model(void **state) {
    (void)state;
    runs("trace @/two.st --data @ --batch-size 4 --out @/t1.st");
    runs("trace @/tiny.net --weights @/two.st --data @ --batch-size 4 --out @/t2.st");
    assert_true(same("t1.st", "t2.st"));
    runs("trace @/tiny.net --data @ --batch-size 4 --out @/t3.st");
    assert_false(same("t1.st", "t3.st"));
    runs("doctor @/tiny.net --weights @/two.st --data @ --json");
    char text[sizeof command_out];
    strcpy(text, strstr(command_out, "\"findings\""));
    runs("doctor @/two.st --data @ --json");
    assert_string_equal(text, strstr(command_out, "\"findings\""));
}

/* ------------------------------------------------------------------------ weights beside a text */

static void weights_of_a_file(void **state) {
    (void)state;
    runs("eval @/two.st --data @");
    const char *model = strdup(strstr(command_out, "test "));
    runs("eval @/tiny.net --weights @/two.st --data @");
    assert_string_equal(strstr(command_out, "test "), model);
    free((char *)model);
    command_shell("\"$CNN\" predict @/two.st @/t10k-images-idx3-ubyte >@/1 && \"$CNN\" predict "
                  "@/tiny.net @/t10k-images-idx3-ubyte --weights @/two.st >@/2 && cmp @/1 @/2");
    assert_int_equal(command_code, 0);
    runs("train @/tiny.net --weights @/two.st --data @ --epochs 1 --optimizer sgd --lr 0 "
         "--out @/w.st");
    assert_true(same("w.st", "two.st"));
}

/* two.st without its metadata, as another program would write its tensors. */
static void write_bare(void) {
    size_t size;
    char *bytes = command_file("two.st", &size), path[128];
    const size_t header = (unsigned char)bytes[0] | (size_t)(unsigned char)bytes[1] << 8;
    json_t *object = json_loadb(bytes + 8, header, 0, NULL);
    assert_int_equal(json_object_del(object, "__metadata__"), 0);
    char *text = json_dumps(object, JSON_COMPACT);
    const size_t length = strlen(text);
    const char head[8] = {(char)length, (char)(length >> 8)};
    snprintf(path, sizeof path, "%s/bare.st", command_folder);
    FILE *file = fopen(path, "wb");
    assert_true(file && fwrite(head, 8, 1, file) == 1 && fwrite(text, length, 1, file) == 1 &&
                fwrite(bytes + 8 + header, size - 8 - header, 1, file) == 1 && !fclose(file));
    free(text);
    free(bytes);
    json_decref(object);
}

/* Tensors alone do not say how pixels are normalized: a guess would be silent nonsense. */
static void weights_without_a_network(void **state) {
    (void)state;
    write_bare();
    command_run("eval @/bare.st --data @");
    command_refused(1, "bare.st: ", "no network in it; its tensors can be the weights of one");
    command_run("eval @/tiny.net --weights @/bare.st --data @");
    command_refused(1, "bare.st: does not say how pixels are normalized", "--mean and --std");
    command_run("predict @/tiny.net @/t10k-images-idx3-ubyte --weights @/bare.st --mean 0.1");
    command_refused(1, "bare.st: does not say how pixels are normalized", "--mean and --std");
    runs("eval @/tiny.net --weights @/bare.st --mean 0.5 --std 0.5 --data @");
    runs("train @/tiny.net --weights @/bare.st --data @ --epochs 1 --optimizer sgd --lr 0 "
         "--out @/w.st");
    assert_true(same("w.st", "two.st"));
    runs("doctor @/tiny.net --weights @/bare.st --data @");
}

static void weights_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *call, *said;
        int code;
    } rows[] = {
        {"eval @/two.st --weights @/two.st --data @", "two.st: has weights of its own", 1},
        {"train @/two.st --weights @/two.st --data @ --out @/x", "two.st: has weights of its own",
         1},
        {"eval @/tiny.net --data @", "tiny.net: not a model but a network", 1},
        {"predict @/tiny.net @/t10k-images-idx3-ubyte", "tiny.net: not a model but a network", 1},
        {"eval @/tiny.net --weights @/tiny.net --data @",
         "a safetensors file of weights is expected", 1},
        {"eval @/tiny.net --weights @/none --data @", "none: cannot open", 1},
        {"eval @/two.st --mean 0.5 --data @", "--mean and --std go with --weights", 2},
        {"predict @/two.st @/t10k-images-idx3-ubyte --std 1", "--mean and --std", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        command_run("%s", rows[i].call);
        command_refused(rows[i].code, rows[i].said, NULL);
    }
}

/* Seen from another folder, a run's images are not where its checkpoint says. */
static void images_of_a_run_elsewhere(void **state) {
    (void)state;
    command_shell("CNN=$(realpath \"$CNN\"); mkdir -p @/moved/data && cp @/t*ubyte @/moved/data && "
                  "cd @/moved && { \"$CNN\" train ../tiny.net --data data --lr 0.01 --epochs 3000 "
                  "--checkpoint run --every 1 --out far.st >out & } && pid=$!; "
                  "for i in $(seq 400); do test -s run && break; sleep 0.02; done; "
                  "kill -KILL $pid; wait $pid 2>/dev/null; cd / && \"$CNN\" train --resume "
                  "@/moved/run");
    command_refused(1, "data: the images of the run are not there", "--data");
}

/* ------------------------------------------------------------------------------------- diverged */

#define DIVERGES "train @/tiny.net --data @ --optimizer sgd --lr 1e6 --epochs 50 "

static void a_diverged_run_keeps_the_model(void **state) {
    (void)state;
    command_shell("cp @/two.st @/good.st");
    command_run(DIVERGES "--out @/good.st");
    command_refused(1, "good.st: not written: the run has diverged in epoch ", "--lr");
    assert_true(same("good.st", "kept.st"));
    assert_null(strstr(command_out, "next"));
    assert_null(strstr(command_out, "nan"));
    command_run("train @/two.st --data @ --optimizer sgd --lr 1e6 --epochs 50 --out @/good.st");
    command_refused(1, "the run has diverged", NULL);
    assert_true(same("good.st", "kept.st"));
}

static void a_diverged_run_says_so_to_programs(void **state) {
    (void)state;
    command_run(DIVERGES "--validation 0.25 --log @/log --json --out @/new.st");
    assert_int_equal(command_code, 1);
    assert_non_null(strstr(command_err, "the run has diverged"));
    json_t *object = command_json();
    const json_t *epochs = json_object_get(object, "epochs");
    const json_t *last = json_array_get(epochs, json_array_size(epochs) - 1);
    assert_true(json_is_true(json_object_get(object, "diverged")));
    assert_true(json_is_null(json_object_get(object, "model")));
    assert_true(json_is_null(json_object_get(object, "test")));
    assert_true(json_is_null(json_object_get(last, "test_accuracy")));
    assert_true(json_array_size(epochs) < 50);
    json_decref(object);
    assert_int_equal(command_shell("test ! -e @/new.st"), 0);
    runs("train @/tiny.net --data @ --epochs 1 --json --out @/new.st");
    object = command_json();
    assert_true(json_is_false(json_object_get(object, "diverged")));
    json_decref(object);
}

/* The checkpoint before divergence is worth more than nothing. */
static void a_diverged_run_keeps_its_checkpoint(void **state) {
    (void)state;
    command_run(DIVERGES "--checkpoint @/ck --every 100000 --out @/new.st");
    command_refused(1, "the run has diverged", NULL);
    command_shell("rm -f @/ck");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_and_three_are_five),
        cmocka_unit_test(a_model_goes_on_from_its_weights),
        cmocka_unit_test(nothing_is_lost_on_the_way),
        cmocka_unit_test(the_default_name_is_another),
        cmocka_unit_test(from_scratch_takes_the_network_alone),
        cmocka_unit_test(flags_that_contradict_a_model),
        cmocka_unit_test(runs_from_a_model_resume),
        cmocka_unit_test(others_begin_with_a_model),
        cmocka_unit_test(weights_of_a_file),
        cmocka_unit_test(weights_without_a_network),
        cmocka_unit_test(weights_are_refused),
        cmocka_unit_test(images_of_a_run_elsewhere),
        cmocka_unit_test(a_diverged_run_keeps_the_model),
        cmocka_unit_test(a_diverged_run_says_so_to_programs),
        cmocka_unit_test(a_diverged_run_keeps_its_checkpoint),
    };
    return cmocka_run_group_tests_name("train on", tests, make_model, command_folder_remove);
}
