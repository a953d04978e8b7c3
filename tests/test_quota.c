/* The number of usable processors: by quotas in made-up trees of files; and threads that the system
 * does not start. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "cnn.h"
#include "command.h"
#include "faults.h"
#include "quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V2 "sys/fs/cgroup"
#define CPU "sys/fs/cgroup/cpu"
#define SELF "proc/self/cgroup"
#define NONE SIZE_MAX

enum { FILES = 6 };

typedef struct tree {
    const char *what;
    struct {
        const char *path, *text;
    } files[FILES];
    size_t processors;
} tree;

static const tree TREES[] = {
    {"nothing at all", {{NULL, NULL}}, NONE},
    {"a quota that is nobody's", {{V2 "/cpu.max", "200000 100000\n"}}, NONE},
    {"two of version 2", {{SELF, "0::/\n"}, {V2 "/cpu.max", "200000 100000\n"}}, 2},
    {"rounded up", {{SELF, "0::/\n"}, {V2 "/cpu.max", "150000 100000\n"}}, 2},
    {"a hair above", {{SELF, "0::/\n"}, {V2 "/cpu.max", "200001 100000\n"}}, 3},
    {"a part of one", {{SELF, "0::/\n"}, {V2 "/cpu.max", "1000 100000\n"}}, 1},
    {"none of one", {{SELF, "0::/\n"}, {V2 "/cpu.max", "0 100000\n"}}, 1},
    {"another period", {{SELF, "0::/\n"}, {V2 "/cpu.max", "40000 10000"}}, 4},
    {"no limit", {{SELF, "0::/\n"}, {V2 "/cpu.max", "max 100000\n"}}, NONE},
    {"no line feed", {{SELF, "0::/a"}, {V2 "/a/cpu.max", "300000 100000"}}, 3},
    {"the group's own",
     {{SELF, "0::/a/b\n"}, {V2 "/a/b/cpu.max", "100000 100000\n"}, {V2 "/a/cpu.max", "max 100000"}},
     1},
    {"of the group around it",
     {{SELF, "0::/a/b/c\n"},
      {V2 "/a/b/c/cpu.max", "max 100000\n"},
      {V2 "/a/b/cpu.max", "700000 100000\n"},
      {V2 "/a/cpu.max", "300000 100000\n"}},
     3},
    {"of a group beside it",
     {{SELF, "0::/a/b\n"}, {V2 "/a/other/cpu.max", "100000 100000\n"}, {V2 "/a/b/x", ""}},
     NONE},
    {"a path of the host's", {{SELF, "0::/docker/1234\n"}, {V2 "/cpu.max", "500000 100000"}}, 5},
    {"outside what can be seen", {{SELF, "0::/../..\n"}, {V2 "/cpu.max", "500000 100000"}}, 5},
    {"two of version 1",
     {{SELF, "5:memory:/x\n4:cpu,cpuacct:/a\n0::/\n"},
      {CPU "/a/cpu.cfs_quota_us", "200000\n"},
      {CPU "/a/cpu.cfs_period_us", "100000\n"}},
     2},
    {"version 1, rounded up",
     {{SELF, "4:cpuacct,cpu:/\n"},
      {CPU "/cpu.cfs_quota_us", "50001\n"},
      {CPU "/cpu.cfs_period_us", "50000\n"}},
     2},
    {"version 1 without a limit",
     {{SELF, "4:cpu:/\n"},
      {CPU "/cpu.cfs_quota_us", "-1\n"},
      {CPU "/cpu.cfs_period_us", "100000\n"}},
     NONE},
    {"version 1 by its long name",
     {{SELF, "4:cpu,cpuacct:/\n"},
      {CPU ",cpuacct/cpu.cfs_quota_us", "400000\n"},
      {CPU ",cpuacct/cpu.cfs_period_us", "100000\n"}},
     4},
    {"another controller",
     {{SELF, "4:cpuset:/\n"},
      {CPU "/cpu.cfs_quota_us", "100000\n"},
      {CPU "/cpu.cfs_period_us", "100000\n"}},
     NONE},
    {"both versions, the smaller",
     {{SELF, "4:cpu:/\n0::/s\n"},
      {CPU "/cpu.cfs_quota_us", "300000\n"},
      {CPU "/cpu.cfs_period_us", "100000\n"},
      {V2 "/unified/s/cpu.max", "200000 100000\n"}},
     2},
    {"not even numbers", {{SELF, "0::/\n"}, {V2 "/cpu.max", "many of them\n"}}, NONE},
    {"half a file", {{SELF, "0::/\n"}, {V2 "/cpu.max", "200000"}}, NONE},
    {"a period of nothing", {{SELF, "0::/\n"}, {V2 "/cpu.max", "200000 0\n"}}, NONE},
    {"beyond all numbers",
     {{SELF, "0::/\n"}, {V2 "/cpu.max", "99999999999999999999999999 1\n"}},
     NONE},
    {"lines that are none", {{SELF, "\n:\n0:\nx\n0::\n"}, {V2 "/cpu.max", "300000 100000\n"}}, 3},
};

static void write_file(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/root/%s", command_folder, name);
    assert_int_equal(command_shell("mkdir -p \"$(dirname %s)\"", path), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void write_tree(const tree *tree) {
    command_shell("rm -rf @/root");
    for (size_t i = 0; i < FILES && tree->files[i].path; i++)
        write_file(tree->files[i].path, tree->files[i].text);
}

static void quotas_of_made_up_trees(void **state) {
    char root[128];
    (void)state;
    snprintf(root, sizeof root, "%s/root", command_folder);
    for (size_t i = 0; i < sizeof TREES / sizeof *TREES; i++) {
        write_tree(&TREES[i]);
        const size_t found = quota_processors(root);
        if (found != TREES[i].processors)
            fail_msg("%s: %zu, not %zu", TREES[i].what, found, TREES[i].processors);
    }
}

/* Any text is read to its end and no further. */
static void longest_paths(void **state) {
    char root[5000], text[9000];
    (void)state;
    memset(root, 'a', sizeof root - 1);
    root[sizeof root - 1] = '\0';
    assert_true(quota_processors(root) == NONE);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "0::/", 4);
    write_tree(&(tree){.files = {{V2 "/cpu.max", "100000 100000"}}});
    write_file(SELF, text);
    snprintf(root, sizeof root, "%s/root", command_folder);
    assert_true(quota_processors(root) == NONE);
}

static void there_is_one_at_least(void **state) {
    (void)state;
    assert_true(cnn_processor_count() >= 1);
    assert_true(cnn_processor_count() <= quota_processors(""));
}

/* --------------------------------------------------------------- threads that cannot be started */

#define FAILING                                                                                    \
    "CNN_FAULT=thread:0+:11 CNN_FAULT_REPORT=@/report LD_PRELOAD=${BUILD:-build}/tests/faults.so " \
    "\"$CNN\" "

/* Every command that makes a model, with the default number of threads. */
static void goes_on_with_fewer(void **state) {
    static const char *const COMMANDS[] = {
        "train @/tiny.net --data @ --epochs 1 --out @/few",
        "eval @/few --data @",
        "predict @/few @/t10k-images-idx3-ubyte --limit 2",
        "trace @/tiny.net --data @ --batch-size 4 --out @/trace",
        "doctor @/tiny.net --data @",
    };
    char wanted[128];
    (void)state;
    if (faults_impossible())
        skip();
    if (cnn_processor_count() == 1)
        skip();
    snprintf(wanted, sizeof wanted,
             "cnn: 1 of %zu threads could be started: slower, with the same results\n",
             cnn_processor_count());
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (command_shell(FAILING "%s", COMMANDS[i]))
            fail_msg("%s: %s", COMMANDS[i], command_err);
        if (!strstr(command_err, wanted))
            fail_msg("%s: said: %s", COMMANDS[i], command_err);
        command_run("%s", COMMANDS[i]);
        assert_null(strstr(command_err, "could be started"));
    }
    command_run("train @/tiny.net --data @ --epochs 1 --threads 1 --out @/one");
    command_shell(FAILING "train @/tiny.net --data @ --epochs 1 --out @/few && cmp @/one @/few");
    assert_int_equal(command_code, 0);
}

static void a_number_asked_for_is_needed(void **state) {
    (void)state;
    if (faults_impossible() || POOL_THREADS(2) < 2)
        skip();
    command_shell(FAILING "train @/tiny.net --data @ --epochs 1 --threads 2 --out @/two");
    command_refused(1, "cannot start thread 2 of 2", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotas_of_made_up_trees),      cmocka_unit_test(longest_paths),
        cmocka_unit_test(there_is_one_at_least),        cmocka_unit_test(goes_on_with_fewer),
        cmocka_unit_test(a_number_asked_for_is_needed),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
