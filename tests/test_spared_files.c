/* Files that no flag names and that no call may overwrite: the images of a data set, default names,
 * the library's temporary files; and files that may be named twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "png_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files and links, not when their folders changed. */
#define STATE                                                                                      \
    "find . ! -type d -exec ls -li --time-style=full-iso {} + -exec cksum {} + 2>&1 | sort"
#define RUN "cd @/w && case $CNN in /*) ;; *) CNN=$OLDPWD/$CNN ;; esac; "

typedef struct op_case {
    const char *prepare, *call, *part, *other;
} op_case;

static void restore(void) {
    command_shell("cd @ && rm -rf w && cp -a kept w");
    assert_int_equal(command_code, 0);
}

static void refuses(const op_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const op_case *op_case = &cases[i];
        restore();
        command_shell(RUN "%s; " STATE " >../before; \"$CNN\" %s; code=$?; " STATE
                          " >../after; cmp ../before ../after || code=touched; echo $code >../code",
                      op_case->prepare, op_case->call);
        char *code = command_file("code", NULL);
        const bool refused = !strcmp(code, "1\n") && !strchr(command_err, '\n')[1];
        if (!refused || !strstr(command_err, op_case->part) || !strstr(command_err, op_case->other))
            fail_msg("%s; cnn %s: exit code %s%s%s", op_case->prepare, op_case->call, code,
                     command_out, command_err);
        free(code);
    }
}

#define REFUSES(list) refuses(list, sizeof(list) / sizeof *(list))
#define AMONG "lies among the images of --data"

static void files_of_a_data_set(void **state) {
    static const op_case cases[] = {
        {":", "train tiny.net --data data --out data/train-labels-idx1-ubyte", AMONG, "--out"},
        {":", "train tiny.net --data data --log data/t10k-images-idx3-ubyte", AMONG, "--log"},
        {":", "train tiny.net --data data --checkpoint data/classes.txt", AMONG, "--checkpoint"},
        {":", "train tiny.net --data data --out data/train-images-idx3-ubyte.gz", AMONG, "--out"},
        {"cp data/train-images-idx3-ubyte data/train-images.idx3-ubyte",
         "train tiny.net --data data --out data/train-images.idx3-ubyte", AMONG, "--out"},
        {"ln -s data/train-labels-idx1-ubyte l", "train tiny.net --data data --out l", AMONG, "l"},
        {"ln data/train-labels-idx1-ubyte l", "train tiny.net --data data --log l", AMONG, "l"},
        {"ln -s data d", "eval m --data d --errors data/t10k-images-idx3-ubyte", AMONG, "--errors"},
        {":", "trace tiny.net --data data --out ./data/t10k-labels-idx1-ubyte", AMONG, "--out"},
        {":", "eval m --data data >>data/t10k-labels-idx1-ubyte", AMONG, "standard output"},
        {":", "train tiny.net --data pets --out pets/cat/1.png", AMONG, "--out"},
        {":", "train tiny.net --data pets --out pets/cat/new", AMONG, "--out"},
        {"ln -s ../../one.png pets/dog/1.png", "train tiny.net --data pets --log one.png", AMONG,
         ""},
        {"mkdir far; mv pets/dog far; ln -s ../far/dog pets",
         "train tiny.net --data pets --log far/dog/log", AMONG, "--log"},
        {":", "train tiny.net --data pets --out pets/m", AMONG, "--out"},
        {":", "train tiny.net --data parts --out parts/train/cat/m", AMONG, "--out"},
        {":", "train tiny.net --data parts --log parts/train/log", AMONG, "--log"},
        {":", "eval m --data parts --errors parts/test/dog/sheet.png", AMONG, "--errors"},
    };
    (void)state;
    REFUSES(cases);
}

static void names_that_are_made_up(void **state) {
    static const op_case cases[] = {
        {":", "train simple.net --data data --log simple.safetensors", "default --out", "--log"},
        {"mkdir n; cp tiny.net n/tiny.safetensors; cp n/tiny.safetensors .",
         "train tiny.safetensors --data data", "default --out", "NETWORK"},
        {":", "train tiny.net --data data --out a.st --validation 0.2 --log a.best.st",
         "the best model", "--log"},
        {":", "train tiny.net --data data --out a.st --validation 0.2 --checkpoint ./a.best.st",
         "the best model", "--checkpoint"},
        {":", "train tiny.net --data data --out a.st --every 5 --log a.checkpoint.st",
         "the default --checkpoint", "--log"},
        {":", "train tiny.net --data data --out a --log a.writing", "--out a", "--log"},
        {":", "train tiny.net --data data --out a.writing --checkpoint a", "--checkpoint a",
         "--out"},
        {"cp tiny.net a.writing-7", "train a.writing-7 --data data --out a", "--out a", "NETWORK"},
        {"cp tiny.net a.lock", "train a.lock --data data --out a", "--out a", "NETWORK"},
        {"ln -s . here; cp m s.writing", "eval here/s.writing --data data --errors s", "--errors s",
         "MODEL"},
        {"cp m t.writing", "trace tiny.net --data data --weights t.writing --out ./t", "--out ./t",
         "--weights"},
        {"cp \"$(cat ../run)\" run", "train --resume run --out run.writing", "--resume run",
         "--out"},
        {": >a", "train tiny.net --data data --out a --log b >>a", "standard output", "--out"},
    };
    (void)state;
    REFUSES(cases);
}

/* Names in a checkpoint count as given. */
static void names_that_a_checkpoint_knows(void **state) {
    static const op_case cases[] = {
        {"cp \"$(cat ../run)\" run", "train --resume run --log other", "--out", "--log"},
        {"cp \"$(cat ../run)\" other", "train --resume other", "--out", "--resume"},
        {"cp \"$(cat ../run)\" run", "train --resume run --out data/classes.txt", AMONG, "--out"},
    };
    (void)state;
    REFUSES(cases);
}

static void passes(const char *call) {
    restore();
    command_shell(RUN "\"$CNN\" %s", call);
    if (command_code)
        fail_msg("cnn %s: exit code %d: %s", call, command_code, command_err);
}

static void what_may_be_named(void **state) {
    static const char *const calls[] = {
        "train tiny.net --data data --epochs 1 --out /dev/null --log /dev/null",
        "train tiny.net --data data --epochs 1 --out /dev/null --checkpoint /dev/null",
        "train tiny.net --data data --epochs 1 --out a --log /dev/stdout",
        "train tiny.net --data data --epochs 1 --out data/a --log data/log --checkpoint data/b",
        "train wide.net --data pets --epochs 1 --out pets/.a --log pets/cat/.log",
        "train wide.net --data parts --epochs 1 --out parts/models/a --log parts/log",
        "train tiny.net --data data --epochs 1 --out a >log 2>&1",
        "train tiny.net --data data --epochs 1 --out m --checkpoint m.checkpoint",
        "predict m pets/cat/0.png pets/cat/0.png >m.png",
        "eval two --data parts --errors parts/sheet.png >parts/log",
        "trace tiny.net --data data --weights m --batch-size 2 --out m.trace",
        "info m >/dev/null",
    };
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        passes(calls[i]);
}

/* A file that only has the name of a lock is not taken for a lock. */
static void a_lock_is_not_what_bears_its_name(void **state) {
    (void)state;
    restore();
    command_shell(RUN
                  "echo mine >a.lock; \"$CNN\" train tiny.net --data data --epochs 1 --out a && "
                  "cat a.lock && ls");
    assert_int_equal(command_code, 0);
    assert_non_null(strstr(command_out, "\nmine\n"));
    restore();
    command_shell(RUN "\"$CNN\" train tiny.net --data data --epochs 1 --out a --log l && ls");
    assert_null(strstr(command_out, ".lock"));
}

static void draw_pictures(void) {
    static const char *const names[] = {
        "pets/cat/0.png",        "pets/cat/1.png",
        "pets/dog/0.png",        "parts/train/cat/0.png",
        "parts/train/dog/0.png", "parts/test/cat/0.png",
        "parts/test/dog/0.png",  "one.png",
    };
    uint8_t data[8 * 8];
    char name[64];
    command_shell("cd @/kept && cp tiny.net simple.net && mkdir -p pets/cat pets/dog parts/models "
                  "parts/train/cat parts/train/dog parts/test/cat parts/test/dog && "
                  "printf 'input 8x8x1\nflatten\ndense 2\n' >wide.net");
    assert_int_equal(command_code, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        memset(data, (int)(20 * i), sizeof data);
        snprintf(name, sizeof name, "kept/%s", names[i]);
        png_file_write(name, &(png_pixels){8, 8, 1, data});
    }
}

static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    command_shell("mkdir @/kept @/kept/data && mv @/tiny.net @/kept && mv @/*-ubyte @/kept/data");
    assert_int_equal(
        command_run("train @/kept/tiny.net --data @/kept/data --epochs 1 --out @/kept/m"), 0);
    command_shell("mkdir @/w && cd @/w && cp -a ../kept/* . && case $CNN in /*) ;; *) "
                  "CNN=$OLDPWD/$CNN ;; esac; "
                  "\"$CNN\" train tiny.net --data data --epochs 4000 --checkpoint run --every 1 "
                  "--out other & pid=$!\n"
                  "for i in $(seq 500); do test -s @/w/run && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; mv @/w/run @/begun && echo @/begun >@/run");
    assert_int_equal(command_code, 0);
    draw_pictures();
    return command_run("train @/kept/wide.net --data @/kept/pets --epochs 1 --out @/kept/two");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_a_data_set),
        cmocka_unit_test(names_that_are_made_up),
        cmocka_unit_test(names_that_a_checkpoint_knows),
        cmocka_unit_test(what_may_be_named),
        cmocka_unit_test(a_lock_is_not_what_bears_its_name),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
