/* cnn exercise, cnn check and cnn train --with, as a reader and a teacher use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* Puts a solution into the folder, with one text replaced. */
static void solve(const char *exercise, const char *was, const char *has) {
    command_shell("mkdir -p @/my && sed 's|%s|%s|' tests/workshop/%s.solution >@/my/%s.c", was, has,
                  exercise, exercise);
    assert_int_equal(command_code, 0);
}

/* A cross compiler's programs may not start by themselves, without flags of its test. */
static bool programs_start(void) {
    return command_shell("echo 'int main(void) { return 0; }' >@/start.c &&"
                         " ${CC:-cc} -o @/start @/start.c && @/start") == 0;
}

static void exercises_are_written(void **state) {
    (void)state;
    assert_int_equal(command_run("exercise"), 0);
    assert_non_null(strstr(command_out, "conv2d"));
    assert_int_equal(command_run("exercise conv2d --out @/new"), 0);
    char *text = command_file("new/conv2d.c", NULL);
    assert_int_equal(command_run("exercise conv2d"), 0);
    assert_string_equal(text, command_out);
    free(text);
    command_run("exercise conv2d --out @/new");
    command_refused(1, "new/conv2d.c", "not replaced");
    command_run("exercise conv2");
    command_refused(2, "did you mean conv2d?", NULL);
}

static void what_is_not_written_is_said(void **state) {
    (void)state;
    if (!programs_start())
        skip();
    command_run("exercise conv2d --out @/empty");
    assert_int_equal(command_run("check @/empty/conv2d.c"), 1);
    assert_non_null(strstr(command_out, "not written yet"));
}

/* One more each time, and never the solution's lines. */
static void hints_one_by_one(void **state) {
    (void)state;
    command_run("exercise relu --out @/hints");
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(command_run("check @/hints/relu.c --hint"), 0);
        char last[32], next[32];
        snprintf(last, sizeof last, "hint %d of 3", i < 3 ? i : 3);
        snprintf(next, sizeof next, "hint %d of 3", i + 1);
        assert_non_null(strstr(command_out, last));
        assert_null(strstr(command_out, next));
        assert_null(strstr(command_out, "= dy[i];"));
    }
    assert_non_null(strstr(command_out, "These are all."));
}

static void wrong_is_drawn(void **state) {
    (void)state;
    if (!programs_start())
        skip();
    solve("conv2d", "dx\\[n\\]\\[h\\]\\[w\\]\\[c\\] += g . weight\\[r\\]\\[s\\]",
          "dx[n][h][w][c] += g * weight[R - 1 - r][S - 1 - s]");
    assert_int_equal(command_run("check @/my/conv2d.c"), 1);
    assert_non_null(strstr(command_out, "Case 2 of 12, a 2x2 kernel"));
    assert_non_null(strstr(command_out, "dx as it should be   yours"));
    assert_non_null(strstr(command_out, "dx[0][0][1][0] should be -4 and is -8."));
    assert_non_null(strstr(command_out, "dy[0][0][1][0] weight[0][0][0][0]"));
    assert_non_null(strstr(command_out, "(conv-dx-flipped)"));
    assert_non_null(strstr(command_out, "dw           right"));
}

static void teachers_get_lines(void **state) {
    (void)state;
    if (!programs_start())
        skip();
    solve("relu", "none", "none");
    solve("dense", "dw\\[c\\]\\[k\\] += dy\\[n\\]\\[k\\]", "dw[c][k] += dy[n][k] / N");
    assert_int_equal(command_run("check @/my/relu.c @/my/dense.c"), 1);
    assert_non_null(strstr(command_out, "right in all 4 cases"));
    assert_non_null(strstr(command_out, "dw wrong; y, dx, db right: dense-dw-over-n-twice"));
    assert_int_equal(command_run("check @/my/relu.c"), 0);
    assert_int_equal(command_run("check @/my/dense.c --json"), 1);
    json_t *object = command_json();
    const json_t *dw = json_array_get(json_object_get(object, "parts"), 2);
    assert_true(json_is_false(json_object_get(object, "right")));
    assert_string_equal(json_string_value(json_object_get(dw, "answer")), "wrong");
    assert_true(json_is_true(json_object_get(dw, "over_images")));
    const json_t *names = json_array_get(json_object_get(dw, "mistakes"), 0);
    assert_string_equal(json_string_value(json_array_get(names, 0)), "dense-dw-over-n-twice");
    json_decref(object);
    command_shell("cp @/my/relu.c @/my/anna.c");
    command_run("check @/my/anna.c");
    command_refused(1, "--exercise", NULL);
    assert_int_equal(command_run("check @/my/anna.c --exercise relu"), 0);
}

static const char net[] = "input 8x8x1\nconv2d 3 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 4\n";

static void train(const char *more) {
    command_shell("printf '%s' >@/own.net && \"$CNN\" train @/own.net --data @ --epochs 2 "
                  "--batch-size 8 --out @/own.safetensors --with @/my %s",
                  net, more);
}

/* Every layer, the loss and Adam are the reader's. */
static void losses_agree(void **state) {
    static const char *const names[] = {"relu",      "dense",  "softmax_xent",
                                        "maxpool2d", "conv2d", "adam"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        solve(names[i], "none", "none");
    train("");
    if (command_code)
        fail_msg("%s%s", command_out, command_err);
    assert_non_null(strstr(command_out, "relu, dense, softmax_xent, maxpool2d, conv2d, adam"));
    assert_non_null(strstr(command_out, "yours and the book's agree in every step"));
    assert_int_equal(command_run("eval @/own.safetensors --data @"), 0);
}

static void losses_part(void **state) {
    (void)state;
    losses_agree(state);
    solve("softmax_xent", "/ N;", ";");
    train("--optimizer sgd --lr 0.1");
    assert_int_equal(command_code, 0);
    assert_non_null(strstr(command_out, "they part in step "));
    solve("softmax_xent", "/ N;", "/ N; label[1 << 29] == 0 ? 0 : *(volatile int *)0;");
    train("");
    assert_int_equal(command_code, 1);
    train("--break relu-open");
    command_refused(2, "--with excludes", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exercises_are_written), cmocka_unit_test(what_is_not_written_is_said),
        cmocka_unit_test(hints_one_by_one),      cmocka_unit_test(wrong_is_drawn),
        cmocka_unit_test(teachers_get_lines),    cmocka_unit_test(losses_agree),
        cmocka_unit_test(losses_part),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
