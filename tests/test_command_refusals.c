/* Calls that the command refuses, in one line and with the right exit code, and its use of the
 * output streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdlib.h>
#include <string.h>

typedef struct refusal {
    const char *arguments, *part, *other;
} refusal;

static void refuses(int code, const refusal *refusals, size_t count) {
    for (size_t i = 0; i < count; i++) {
        command_run("%s", refusals[i].arguments);
        assert_string_equal(command_out, "");
        command_refused(code, refusals[i].part, refusals[i].other);
    }
}

#define REFUSES(code, list) refuses(code, list, sizeof(list) / sizeof *(list))

static void usage_is_explained(void **state) {
    (void)state;
    static const refusal usage[] = {
        {"", "which command", NULL},
        {"trian", "unknown command trian", "did you mean train?"},
        {"help evl", "evl", "did you mean eval?"},
        {"train --epoch 3", "--epoch;", "--epochs?"},
        {"train --bacth-size=3", "--bacth-size;", "--batch-size?"},
        {"gradcheck --brake fc1", "--brake", "--break?"},
        {"train --optimizer adamm", "takes adam, adamw", "did you mean adam?"},
        {"train --epochs", "--epochs needs a value", NULL},
        {"train --epochs ten", "from 1 to 1,000,000", "'ten'"},
        {"train --epochs 5x", "whole number", "'5x'"},
        {"train --epochs -1", "whole number", "'-1'"},
        {"train --epochs 0", "from 1 to 1,000,000", "'0'"},
        {"train --batch-size 18446744073709551617", "--batch-size", "18446744073709551617"},
        {"train --lr 1e", "--lr takes a number", "'1e'"},
        {"train --lr nan", "--lr takes a number", "'nan'"},
        {"train --lr=0x1p3", "--lr takes a number", "'0x1p3'"},
        {"train --validation 1.5", "from 0 to 0.9", "'1.5'"},
        {"train --seed -1", "--seed", "'-1'"},
        {"train --json=yes", "--json takes no value", NULL},
        {"train --out=", "--out FILE must not be empty", NULL},
        {"train a.net b.net", "'b.net'", "too many"},
        {"train -- --epochs 3", "'3'", "too many"},
        {"train --momentum 0.9", "--momentum", "sgd"},
        {"train --optimizer sgd --nesterov", "--nesterov", "--momentum"},
        {"train --step-epochs 2", "--step-epochs", "step"},
        {"train --gamma 0.5", "--gamma", "step"},
        {"train --constant 0.5", "--constant", "--init constant"},
        {"gradcheck --layer conv1", "--layer", "--break"},
        {"gradcheck --layer conv1 --break fc1", "--layer", "--break"},
        {"train --break relu-open --checkpoint x", "--break", "--checkpoint"},
        {"train --break relu-open --every 5", "--break", "--checkpoint"},
        {"help train --json", "--json", "mistakes"},
        {"help relu-opened", "relu-opened", NULL},
        {"trace @/tiny.net --data @", "--out FILE is missing", NULL},
        {"trace --out x", "NETWORK is missing", NULL},
        {"eval", "MODEL is missing", NULL},
        {"info", "FILE is missing", NULL},
        {"info @/tiny.net --cpu", "--cpu", "FILE"},
    };
    REFUSES(2, usage);
}

static void files_are_named(void **state) {
    (void)state;
    static const refusal refused[] = {
        {"train @/none.net --data @", "none.net: ", NULL},
        {"train @/tiny.net --data @/none", "none", NULL},
        {"train @/tiny.net --data @ --log @/none/x.jsonl --out @/x", "none/x.jsonl: ", NULL},
        {"eval @/none.safetensors --data @", "none.safetensors: ", NULL},
        {"eval @/tiny.net --data @", "tiny.net: not a model", NULL},
        {"info @/none", "none: ", NULL},
        {"info @", NULL, NULL},
        {"gradcheck @/none.net", "none.net: ", NULL},
        {"gradcheck @/tiny.net --break conv9", "no layer conv9", "did you mean conv1?"},
        {"gradcheck @/tiny.net --break relu-opem", "no mistake and no layer relu-opem",
         "did you mean relu-open?"},
        {"gradcheck @/tiny.net --break x", "no mistake and no layer x", "cnn help mistakes"},
        {"gradcheck @/tiny.net --break relu-open --layer conv9", "no layer conv9",
         "did you mean conv1?"},
        {"gradcheck @/tiny.net --break relu-open --layer fc1", "\"relu-open\" cannot be made in",
         "fc1"},
        {"gradcheck @/tiny.net --break leaky-closed", "cannot be made in this network", NULL},
        {"train @/tiny.net --data @ --break relu-opem", "no mistake relu-opem",
         "did you mean relu-open?"},
        {"doctor @/tiny.net --data @ --break x", "no mistake x; cnn help mistakes", NULL},
        {"trace @/tiny.net --data @ --batch-size 257 --out @/x", "256 images", "257"},
        {"trace @/tiny.net --data @ --weights @/tiny.net --out @/x", "tiny.net: ", NULL},
    };
    REFUSES(1, refused);
}

static void outputs_are_checked_first(void **state) {
    (void)state;
    static const refusal refused[] = {
        {"train @/tiny.net --data @ --out @/none/m.safetensors",
         "none/m.safetensors: ", "No such file"},
        {"train @/tiny.net --data @ --out @", "is a folder", NULL},
        {"trace @/tiny.net --data @ --out @/none/t", "none/t: ", "No such file"},
    };
    REFUSES(1, refused);
}

static void networks_are_refused_by_line(void **state) {
    (void)state;
    command_shell("printf 'input 8x8x1\\nflatten\\nmaxpool2d 2\\n' >@/bad.net; "
                  "\"$CNN\" train @/bad.net --data @");
    command_refused(1, "bad.net: line 3", "column");
    command_shell("printf 'input 8x8x1\\nconv 4\\n' >@/bad.net; \"$CNN\" info @/bad.net");
    command_refused(1, "bad.net: line 2", "column");
    command_shell("printf 'input 9x9x1\\nflatten\\ndense 4\\n' >@/nine.net; "
                  "\"$CNN\" train @/nine.net --data @");
    command_refused(1, "images are 8x8x1", "9x9x1");
}

static void damaged_data_is_refused(void **state) {
    (void)state;
    assert_int_equal(command_shell("mkdir @/cut && cp @/*-ubyte @/cut && "
                                   "head -c 100 @/train-labels-idx1-ubyte "
                                   ">@/cut/train-labels-idx1-ubyte"),
                     0);
    command_run("train @/tiny.net --data @/cut --out @/cut/m");
    command_refused(1, "train-labels-idx1-ubyte: ", NULL);
    assert_int_equal(command_shell("printf 'input 8x8x1\\nflatten\\ndense 3\\n' >@/three.net"), 0);
    command_run("train @/three.net --data @ --out @/x");
    command_refused(1, "train-labels-idx1-ubyte: byte 11: ", "3");
    command_shell("test ! -e @/cut/m && test ! -e @/x");
    assert_int_equal(command_code, 0);
}

static void damaged_models_are_refused(void **state) {
    (void)state;
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --out @/m"), 0);
    command_shell("head -c 400 @/m >@/half; \"$CNN\" eval @/half --data @");
    command_refused(1, "half: ", NULL);
    command_shell("head -c 5 @/m >@/half; \"$CNN\" info @/half");
    command_refused(1, "half: ", NULL);
}

static void lost_output_is_a_failure(void **state) {
    (void)state;
    command_shell("\"$CNN\" help train >/dev/full");
    command_refused(1, "standard output: ", "space");
    command_shell("\"$CNN\" info @/tiny.net --json >&-");
    command_refused(1, "standard output: ", NULL);
    command_shell("(sleep 0.3; \"$CNN\" info @/tiny.net; echo $? >@/code) | true\n"
                  "for i in $(seq 100); do test -s @/code && break; sleep 0.05; done; cat @/code");
    command_refused(0, "standard output: ", "pipe");
    assert_string_equal(command_out, "1\n");
}

/* Only the exit code can report it. */
static void lost_complaints_keep_the_exit_code(void **state) {
    (void)state;
    static const char *const ways[] = {"2>/dev/full", "2>&-", ">/dev/full 2>/dev/full",
                                       ">&- 2>&- <&-"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        command_shell("\"$CNN\" info @/none %s", ways[i]);
        assert_int_equal(command_code, 1);
        command_shell("\"$CNN\" info %s", ways[i]);
        assert_int_equal(command_code, 2);
        command_shell("\"$CNN\" train @/tiny.net --data @ --epochs 1 --out /dev/full %s", ways[i]);
        assert_int_equal(command_code, 1);
    }
}

static void no_colors_without_a_terminal(void **state) {
    (void)state;
    assert_int_equal(command_run("gradcheck @/tiny.net"), 0);
    assert_null(strchr(command_out, '\033'));
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --out @/plain"), 0);
    assert_null(strchr(command_out, '\033'));
    assert_null(strchr(command_err, '\r'));
}

/* A terminal is made by script(1), where the machine has it and pseudo-terminals. */
static void a_terminal_shows_a_bar(void **state) {
    (void)state;
    if (command_shell("script -qec true /dev/null </dev/null")) {
        print_message("no terminal can be made here: not tried\n");
        return;
    }
    command_shell("TERM=xterm script -qec '\"$CNN\" train @/tiny.net --data @ --epochs 2 "
                  "--batch-size 1 --out @/bar' /dev/null </dev/null");
    assert_int_equal(command_code, 0);
    assert_non_null(strstr(command_out, "\repoch 1/2 ["));
    assert_non_null(strstr(command_out, " images/s  loss "));
    assert_non_null(strstr(command_out, "\033[1m"));
    command_shell("NO_COLOR=1 TERM=xterm script -qec '\"$CNN\" gradcheck @/tiny.net' /dev/null "
                  "</dev/null");
    assert_null(strchr(command_out, '\033'));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_explained),
        cmocka_unit_test(files_are_named),
        cmocka_unit_test(outputs_are_checked_first),
        cmocka_unit_test(networks_are_refused_by_line),
        cmocka_unit_test(damaged_data_is_refused),
        cmocka_unit_test(damaged_models_are_refused),
        cmocka_unit_test(lost_output_is_a_failure),
        cmocka_unit_test(lost_complaints_keep_the_exit_code),
        cmocka_unit_test(no_colors_without_a_terminal),
        cmocka_unit_test(a_terminal_shows_a_bar),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
