/* Stopping and resuming by the command: output after Ctrl-C, flags beside --resume, and changes of
 * the disk or the images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdlib.h>
#include <string.h>

#define TRAIN "train @/tiny.net --data @ --batch-size 16 --threads 1 "

static void same_files(const char *a, const char *b) {
    if (command_shell("cmp @/%s @/%s", a, b))
        fail_msg("%s%s", command_out, command_err);
}

static void holds(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

/* A run of many epochs, stopped once its log has lines, with these flags. */
static void interrupt(const char *signal_name, const char *flags) {
    command_shell("rm -f @/log; " COMMAND_BEHIND TRAIN
                  "--epochs 2000 --log @/log --out @/m.st %s & "
                  "pid=$!\n"
                  "for i in $(seq 500); do test -s @/log && break; sleep 0.02; done\n"
                  "kill -%s $pid; wait $pid",
                  flags, signal_name);
    assert_int_equal(command_code, 130);
}

static void test_ctrl_c_says_how_to_go_on(void **state) {
    char wanted[256];
    (void)state;
    interrupt("INT", "");
    holds(command_out, "interrupted  after ");
    snprintf(wanted, sizeof wanted, " train --resume %s/m.checkpoint.st\n", command_folder);
    holds(command_out, wanted);
    assert_string_equal(command_err, "");
    /* The model has the state of that step, the checkpoint is the one named. */
    assert_int_equal(command_run("eval @/m.st --data @"), 0);
    command_shell("rm @/m.checkpoint.st");
    interrupt("TERM", "--json --checkpoint @/kept");
    json_t *result = command_json();
    holds(json_string_value(json_object_get(result, "checkpoint")), "/kept");
    json_decref(result);
    command_shell("test ! -e @/m.checkpoint.st && rm @/kept");
    assert_int_equal(command_code, 0);
}

/* Stopped in the ninth epoch, which had no room reserved yet: the report of the epochs before is
 * still right. */
static void test_epochs_told_after_ctrl_c(void **state) {
    (void)state;
    command_shell("mkdir @/many");
    command_images("many", 8, 4, 60000, 16);
    command_shell(
        "rm -f @/log; " COMMAND_BEHIND "train @/tiny.net --data @/many --batch-size 16 --json "
        "--threads 1 --epochs 1000 --log @/log --out @/m.st --checkpoint @/kept & pid=$!\n"
        "while kill -0 $pid && ! grep -q 'step\", \"epoch\": 9' @/log; do sleep 0.002; done\n"
        "kill -INT $pid; wait $pid; code=$?; rm @/kept; exit $code");
    assert_int_equal(command_code, 130);
    json_t *result = command_json();
    const json_t *epochs = json_object_get(result, "epochs");
    assert_true(json_array_size(epochs) >= 8);
    for (size_t i = 0; i < json_array_size(epochs); i++) {
        const json_t *epoch = json_array_get(epochs, i);
        const double seconds = json_number_value(json_object_get(epoch, "seconds"));
        const double loss = json_number_value(json_object_get(epoch, "train_loss"));
        assert_true(seconds > 1e-6 && seconds < 1e6 && loss > 0 && loss < 2);
    }
    json_decref(result);
}

/* A pipe that is not read blocks the checkpoint that the first signal asks for. */
static void test_second_signal_ends_at_once(void **state) {
    (void)state;
    command_shell("mkfifo @/fifo; rm -f @/log\n" COMMAND_BEHIND TRAIN
                  "--epochs 1000000 --log @/log --out @/m.st "
                  "--checkpoint @/fifo --every 60m & pid=$!\n"
                  "for i in $(seq 500); do test -s @/log && break; sleep 0.02; done\n"
                  "kill -INT $pid; sleep 0.5; kill -INT $pid || echo gone too soon\n"
                  "for i in $(seq 100); do kill -0 $pid 2>/dev/null || break; sleep 0.02; done\n"
                  "kill -9 $pid 2>/dev/null; wait $pid");
    assert_int_equal(command_code, 130);
    assert_null(strstr(command_out, "gone too soon"));
    assert_null(strstr(command_out, "interrupted"));
}

/* Leaves the checkpoint of a run that is far from its end. */
static void stop_early(void) {
    command_shell("rm -f @/run; \"$CNN\" " TRAIN
                  "--epochs 400 --checkpoint @/run --every 5 --out @/early & pid=$!\n"
                  "for i in $(seq 500); do test -s @/run && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; test -s @/run");
    assert_int_equal(command_code, 0);
}

static void test_resumed_ends_the_same(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 150 --validation 0.2 --schedule cosine "
                                       "--seed 3 --out @/whole"),
                     0);
    command_shell("\"$CNN\" " TRAIN "--epochs 150 --validation 0.2 --schedule cosine --seed 3 "
                  "--checkpoint @/run --every 40 --out @/part --log @/log & pid=$!\n"
                  "for i in $(seq 500); do test -s @/run && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; rm -f @/part @/part.best; test -s @/run");
    assert_int_equal(command_code, 0);
    assert_int_equal(command_run("train --resume @/run --threads 2 --every 1m --json"), 0);
    json_t *result = command_json();
    assert_int_equal(json_array_size(json_object_get(result, "epochs")), 150);
    json_decref(result);
    same_files("whole", "part");
    same_files("whole.best", "part.best");
    /* The checkpoint is removed after use, and the log was continued. */
    assert_int_equal(command_shell("test ! -e @/run && grep -c resumed @/log"), 0);
    assert_string_equal(command_out, "1\n");
    assert_int_equal(command_shell("! head -n 1 @/log | grep resumed"), 0);
    assert_int_equal(command_shell("grep -c '\"event\": \"epoch\", .*\"epoch\": 150,' @/log"), 0);
}

typedef struct refusal {
    int code;
    const char *arguments, *part, *other;
} refusal;

static void test_refusals(void **state) {
    static const refusal refusals[] = {
        {2, "train --resume @/run --epochs 9", "--resume already says --epochs", NULL},
        {2, "train @/tiny.net --resume @/run", "--resume already says NETWORK", NULL},
        {2, "train --resume @/run --lr=0.001", "--resume already says --lr", NULL},
        {2, "train --resume @/run --checkpoint x", "--resume already says --checkpoint", NULL},
        {2, "train --every 0", "--every takes steps or minutes", "'0'"},
        {2, "train --every 5s", "'5s'", NULL},
        {2, "train --every m", "'m'", NULL},
        {2, "train --every 99999999999999999999999999999999999999999", "--every", NULL},
        {1, "train --resume @/none", "none: ", "No such file"},
        {1, "train --resume @/tiny.net", "tiny.net: a text; a safetensors file is expected", NULL},
        {1, "train --resume @", "not a regular file", NULL},
        {1, "train --resume @/run --data @/gone", "gone", NULL},
        {1, "eval @/run --data @",
         "run: a checkpoint of a run, not a model: resume it with cnn train", NULL},
        {1, TRAIN "--checkpoint @/run --out @/x", "run: already exists", "--resume"},
        {1, TRAIN "--checkpoint @/none/run --out @/x", "none/run", "No such file"},
    };
    (void)state;
    stop_early();
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        command_run("%s", refusals[i].arguments);
        assert_string_equal(command_out, "");
        command_refused(refusals[i].code, refusals[i].part, refusals[i].other);
    }
    command_shell("cp @/run @/cut; truncate -s -1 @/cut; \"$CNN\" train --resume @/cut");
    command_refused(1, "cut: byte 38: damaged or cut short", NULL);
}

/* The images a run began with: gone, others, or fewer. */
static void test_images_that_changed(void **state) {
    (void)state;
    command_shell("mkdir @/images && cp @/*-ubyte @/images");
    command_shell("\"$CNN\" train @/tiny.net --data @/images --epochs 400 --batch-size 16 "
                  "--checkpoint @/r2 --every 5 --out @/x & pid=$!\n"
                  "for i in $(seq 500); do test -s @/r2 && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; mv @/images @/moved; cp @/r2 @/r2.before");
    command_run("train --resume @/r2");
    command_refused(1, "images", NULL);
    same_files("r2", "r2.before");
    command_shell("mkdir @/images && cp @/moved/* @/images && "
                  "printf '\\001' | dd of=@/images/train-images-idx3-ubyte bs=1 seek=500 "
                  "conv=notrunc 2>/dev/null");
    command_run("train --resume @/r2");
    command_refused(1, "/images: the training images are not those the run began with", NULL);
    same_files("r2", "r2.before");
    assert_int_equal(command_run("train --resume @/r2 --data @/moved --every 1m"), 0);
}

static void test_diverged_run(void **state) {
    (void)state;
    command_run(TRAIN "--optimizer sgd --lr 1e6 --epochs 50 --checkpoint @/d --every 1 --out @/dm");
    command_refused(1, "/d: no checkpoint written, since the run has diverged", NULL);
    command_shell("rm -f @/d");
}

static void test_closed_pipe(void **state) {
    (void)state;
    command_shell("(\"$CNN\" " TRAIN "--checkpoint @/p --every 10 --out @/pm; echo $? >@/code) | "
                  "true\n"
                  "for i in $(seq 200); do test -s @/code && break; sleep 0.05; done; cat @/code");
    assert_string_equal(command_out, "1\n");
    command_refused(0, "standard output: ", "pipe");
    assert_int_equal(command_run("eval @/pm --data @"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ctrl_c_says_how_to_go_on),
        cmocka_unit_test(test_epochs_told_after_ctrl_c),
        cmocka_unit_test(test_second_signal_ends_at_once),
        cmocka_unit_test(test_resumed_ends_the_same),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_images_that_changed),
        cmocka_unit_test(test_diverged_run),
        cmocka_unit_test(test_closed_pipe),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
