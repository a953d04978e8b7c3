/* Signals: a run asked to end saves first, after SIGHUP too, which may come twice; signals that a
 * run ignores, under nohup or as a shell's background job, do not reach it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdlib.h>
#include <string.h>

#define TRAIN "train @/tiny.net --data @ --batch-size 16 --threads 1 --log @/log --out @/m.st "
#define LONG TRAIN "--epochs 1000000 "
#define SHORT TRAIN "--epochs 300 "

/* Appended to a background start: once its log has lines, sends a signal; then waits for its
 * end. */
#define THEN(send)                                                                                 \
    " & pid=$!\n"                                                                                  \
    "for i in $(seq 500); do test -s @/log && break; sleep 0.02; done\n" send "\nwait $pid"

static void begin(void) {
    command_shell("rm -f @/log @/m.st @/m.*; mkdir -p @/rest");
}

static void holds(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s%s", part, text, command_err);
}

static void each_saves_the_run(void **state) {
    (void)state;
    static const char *const signals[] = {"INT", "TERM", "HUP"};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        begin();
        command_shell(COMMAND_BEHIND LONG THEN("kill -%s $pid"), signals[i]);
        assert_int_equal(command_code, 130);
        holds(command_out, "interrupted  after ");
        holds(command_out, "m.checkpoint.st\n");
        assert_int_equal(command_shell("test -s @/m.st && test -s @/m.checkpoint.st"), 0);
    }
}

/* With --checkpoint, and without a terminal to write to. */
static void a_terminal_that_goes_leaves_the_run(void **state) {
    (void)state;
    begin();
    command_shell("\"$CNN\" " LONG "--checkpoint @/m.run >/dev/full 2>&1" THEN("kill -HUP $pid"));
    assert_int_equal(command_code, 130);
    assert_int_equal(command_shell("test -s @/m.run"), 0);
    assert_int_equal(command_shell("test ! -e @/m.run.lock && rm @/m.run"), 0);
}

/* The system and the shell each send one when a terminal closes. */
static void two_hangups_at_once_are_one(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++) {
        begin();
        command_shell("\"$CNN\" " LONG THEN("kill -HUP $pid; kill -HUP $pid; kill -HUP $pid"));
        assert_int_equal(command_code, 130);
        assert_int_equal(command_shell("test -s @/m.checkpoint.st"), 0);
    }
}

/* A pipe that is not read blocks the checkpoint that the first asks for. */
static void a_second_ends_at_once(void **state) {
    static const struct second {
        const char *name;
        int code;
    } seconds[] = {{"INT", 130}, {"TERM", 143}, {"HUP", 129}};
    (void)state;
    command_shell("mkfifo @/fifo");
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        begin();
        command_shell(COMMAND_BEHIND LONG "--checkpoint @/fifo --every 60m" THEN(
                          "kill -%s $pid; sleep 0.5; kill -%s $pid || echo gone too soon\n"
                          "for i in $(seq 100); do kill -0 $pid 2>/dev/null || break; sleep 0.02; "
                          "done\nkill -9 $pid 2>/dev/null"),
                      seconds[i].name, seconds[i].name);
        assert_int_equal(command_code, seconds[i].code);
        assert_null(strstr(command_out, "gone too soon"));
        assert_null(strstr(command_out, "interrupted"));
    }
}

/* The run continues to its end, undisturbed. */
static void ends_well(void) {
    if (command_code || strstr(command_out, "interrupted"))
        fail_msg("exit code %d: %s%s", command_code, command_out, command_err);
    holds(command_out, "300/300");
    assert_int_equal(command_shell("test -s @/m.st && test ! -e @/m.checkpoint.st"), 0);
}

static void ignored_ones_stay_ignored(void **state) {
    (void)state;
    static const char *const signals[] = {"INT", "TERM", "HUP"};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        begin();
        command_shell("(trap '' %s; exec \"$CNN\" " SHORT ")" THEN("kill -%s $pid"), signals[i],
                      signals[i]);
        ends_well();
    }
}

static void a_background_job_is_not_interrupted(void **state) {
    (void)state;
    begin();
    command_shell("\"$CNN\" " SHORT THEN("kill -INT $pid"));
    ends_well();
    /* But asked to end. */
    begin();
    command_shell("\"$CNN\" " LONG THEN("kill -INT $pid; sleep 0.1; kill -TERM $pid"));
    assert_int_equal(command_code, 130);
}

static void nohup_holds(void **state) {
    (void)state;
    if (command_shell("command -v nohup")) {
        print_message("nohup is not installed: skipped\n");
        skip();
    }
    begin();
    command_shell("nohup \"$CNN\" " SHORT THEN("kill -HUP $pid"));
    ends_well();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_saves_the_run),
        cmocka_unit_test(a_terminal_that_goes_leaves_the_run),
        cmocka_unit_test(two_hangups_at_once_are_one),
        cmocka_unit_test(a_second_ends_at_once),
        cmocka_unit_test(ignored_ones_stay_ignored),
        cmocka_unit_test(a_background_job_is_not_interrupted),
        cmocka_unit_test(nohup_holds),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
