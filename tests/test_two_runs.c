/* Two calls at once that would write one file: one of them is refused before it does anything, the
 * other continues untouched. And files that a run leaves alone because they are not its own. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRAIN "train tiny.net --data . --batch-size 16 --threads 1 "
#define LONG TRAIN "--epochs 1000000 "
#define SHORT TRAIN "--epochs 2 "

enum { ROUNDS = 5, CALLS = 8 };

/* Those that are still running; 0: none. */
static pid_t running[CALLS];

static void ended(pid_t child) {
    for (int i = 0; i < CALLS; i++)
        running[i] = running[i] == child ? 0 : running[i];
}

static void doze(void) {
    nanosleep(&(struct timespec){0, 2000000}, NULL);
}

/* Starts a call in the folder; its output goes to out1 and err1, or with another number. */
static pid_t start(int number, const char *arguments) {
    char line[512];
    const pid_t child = fork();
    assert_true(child >= 0);
    running[number] = child;
    if (child)
        return child;
    snprintf(line, sizeof line, "exec \"$CNN\" %s >out%d 2>err%d", arguments, number, number);
    if (!chdir(command_folder))
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

static bool there(const char *name) {
    char path[128];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    return !lstat(path, &about);
}

static void wait_for(const char *name) {
    for (int i = 0; i < 5000 && !there(name); i++)
        doze();
    if (!there(name))
        fail_msg("no %s", name);
}

static int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int end(pid_t child, int signal_number) {
    int status;
    if (signal_number)
        kill(child, signal_number);
    assert_int_equal(waitpid(child, &status, 0), child);
    ended(child);
    return code_of(status);
}

/* Waits for the first call to end; returns its process and exit code. */
static pid_t first_to_end(int *code) {
    int status;
    pid_t child = 0;
    for (int i = 0; i < 10000 && !child; i++, doze())
        child = waitpid(-1, &status, WNOHANG);
    if (child <= 0)
        fail_msg("all of them go on");
    ended(child);
    *code = code_of(status);
    return child;
}

/* Cleans up after a test that failed. */
static int end_all(void **state) {
    (void)state;
    for (int i = 0; i < CALLS; i++)
        if (running[i])
            end(running[i], SIGKILL);
    return 0;
}

static void says(const char *name, const char *part) {
    char *text = command_file(name, NULL);
    const char *line_end = strchr(text, '\n');
    if (!strstr(text, part) || line_end[1])
        fail_msg("no \"%s\" in: %s", part, text);
    free(text);
}

static void clear(void) {
    command_shell("cd @ && rm -f run* m* one* two* log* err? out? tiny.s* seen*");
}

static void loads(const char *name) {
    char path[128];
    cnn_error error;
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    cnn_checkpoint *checkpoint = cnn_checkpoint_load(path, &error);
    if (!checkpoint)
        fail_msg("%s: %s", name, error.message);
    cnn_checkpoint_free(checkpoint);
}

/* Two calls that share one file, named in the message. */
static const struct rivals {
    const char *one, *two, *file;
} rivals[] = {
    {LONG "--out one --checkpoint run --every 1", LONG "--out two --checkpoint run --every 1",
     "run"},
    {LONG "--out one --checkpoint run --every 1", LONG "--out two --checkpoint ./run-link", "run"},
    {LONG "--out m", LONG "--out m", "m"},
    {LONG "--out one --log log", LONG "--out two --log log", "log"},
    {LONG "--out m --validation 0.2", LONG "--out m.best", "m.best"},
    {LONG "--out m --every 1", LONG "--out one --checkpoint m.checkpoint", "m.checkpoint"},
    {LONG "--out m", "trace tiny.net --data . --steps 1000000 --out m", "m"},
    {LONG, LONG, "tiny.safetensors"},
};

/* One of them is refused, either one; the other is asked to end. */
static void race(const struct rivals *pair) {
    int code;
    clear();
    command_shell("ln -s run @/run-link");
    const pid_t one = start(1, pair->one), two = start(2, pair->two);
    const pid_t first = first_to_end(&code), other = first == one ? two : one;
    if (code != 1)
        fail_msg("%s: the first to end has exit code %d", pair->one, code);
    says(first == one ? "err1" : "err2", pair->file);
    says(first == one ? "err1" : "err2", "another run has it");
    /* It may not listen to signals yet. */
    code = end(other, SIGTERM);
    if (code != 130 && code != 143)
        fail_msg("%s: exit code %d", pair->one, code);
    if (there("run"))
        loads("run");
}

static void one_of_two_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rivals / sizeof *rivals; i++)
        for (int round = 0; round < ROUNDS; round++)
            race(&rivals[i]);
}

/* Many at once: one continues. */
static void one_of_many_goes_on(void **state) {
    int code;
    (void)state;
    for (int round = 0; round < 4; round++) {
        clear();
        for (int i = 0; i < CALLS; i++)
            start(i, LONG "--out m --checkpoint run --every 1");
        for (int left = CALLS; left > 1; left--) {
            first_to_end(&code);
            assert_int_equal(code, 1);
        }
        wait_for("run");
        for (int i = 0; i < CALLS; i++)
            if (running[i])
                assert_int_equal(end(running[i], SIGTERM), 130);
        loads("run");
    }
}

static void no_going_on_with_what_is_written(void **state) {
    (void)state;
    clear();
    const pid_t one = start(1, LONG "--out one --checkpoint run --every 1");
    wait_for("run");
    assert_int_equal(end(start(2, "train --resume run --out two"), 0), 1);
    says("err2", "run: another run has it (process ");
    assert_int_equal(end(one, SIGTERM), 130);
    assert_false(there("run.lock"));
    loads("run");
}

/* A killed run leaves its lock file, which blocks no other run. */
static void a_killed_run_holds_nothing(void **state) {
    (void)state;
    clear();
    const pid_t one = start(1, TRAIN "--epochs 400 --out m --checkpoint run --every 5 --log log");
    wait_for("run");
    assert_int_equal(end(one, SIGKILL), 128 + SIGKILL);
    assert_true(there("run.lock") && there("m.lock"));
    assert_int_equal(end(start(2, "train --resume run"), 0), 0);
    assert_int_equal(command_shell("cd @ && ! ls *.lock && test -s m && test ! -e run"), 0);
}

/* Another file under the checkpoint's name, from elsewhere. */
static void what_is_not_ones_own_stays(void **state) {
    (void)state;
    clear();
    command_shell("cd @ && echo 'of another' >seen");
    const pid_t one =
        start(1, TRAIN "--epochs 400 --out m --log log --checkpoint run --every 100000");
    wait_for("log"); /* opened after the check that there is no checkpoint */
    command_shell("cp @/seen @/run");
    assert_int_equal(end(one, 0), 0);
    assert_int_equal(command_shell("cmp @/run @/seen && ! grep removed @/out1"), 0);
}

/* A lock file that was removed by hand, and taken by another run. */
static void another_lock_stays(void **state) {
    (void)state;
    clear();
    const pid_t one = start(1, LONG "--out one --checkpoint run --every 60m");
    wait_for("one.lock");
    wait_for("run.lock");
    command_shell("rm @/run.lock");
    const pid_t two = start(2, LONG "--out two --checkpoint run --every 60m");
    wait_for("two.lock");
    wait_for("run.lock");
    end(one, SIGTERM);
    assert_true(there("run.lock"));
    end(two, SIGTERM);
}

static void a_link_to_the_checkpoint_stays(void **state) {
    (void)state;
    clear();
    command_shell("cd @ && ln -s run-real run-link");
    const pid_t one = start(1, TRAIN "--epochs 400 --out m --checkpoint run-real --every 5");
    wait_for("run-real");
    end(one, SIGKILL);
    assert_int_equal(end(start(2, "train --resume run-link"), 0), 0);
    assert_int_equal(command_shell("cd @ && test -L run-link && test ! -e run-real"), 0);
}

static void stop_one(const char *name) {
    const pid_t one = start(1, LONG "--out m.st --log log");
    wait_for("log");
    for (int i = 0; i < 50; i++)
        doze();
    assert_int_equal(end(one, SIGTERM), 130);
    loads(name);
    command_shell("rm @/log");
}

/* Each interrupted run can be resumed: none overwrites another's checkpoint. */
static void stopped_runs_stand_side_by_side(void **state) {
    (void)state;
    clear();
    stop_one("m.checkpoint.st");
    command_shell("cp @/m.checkpoint.st @/seen");
    stop_one("m.checkpoint-2.st");
    assert_int_equal(command_shell("cmp @/seen @/m.checkpoint.st"), 0);
    assert_int_equal(command_shell("grep 'train --resume m.checkpoint-2.st' @/out1"), 0);
    assert_int_equal(
        command_shell("grep '^checkpoint   m.checkpoint-2.st, as the usual name' @/out1"), 0);
    command_shell("rm @/m.checkpoint.st; ln -s nowhere @/m.checkpoint.st");
    stop_one("m.checkpoint-3.st");
    assert_int_equal(command_shell("test -L @/m.checkpoint.st && ! ls @/*.lock"), 0);
}

static int create(void **state) {
    char path[4096];
    if (command_folder_create(state) || !realpath(getenv("CNN"), path))
        return -1;
    return setenv("CNN", path, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_of_two_is_refused, end_all),
        cmocka_unit_test_teardown(one_of_many_goes_on, end_all),
        cmocka_unit_test_teardown(no_going_on_with_what_is_written, end_all),
        cmocka_unit_test_teardown(a_killed_run_holds_nothing, end_all),
        cmocka_unit_test_teardown(what_is_not_ones_own_stays, end_all),
        cmocka_unit_test_teardown(another_lock_stays, end_all),
        cmocka_unit_test_teardown(a_link_to_the_checkpoint_stays, end_all),
        cmocka_unit_test_teardown(stopped_runs_stand_side_by_side, end_all),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
