/* Disks without space: whatever the reason, one line, exit code 1, and the earlier checkpoint is
 * untouched. Full and read-only disks are real ones, in a mount name space of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <stdlib.h>
#include <string.h>

/* Some 150 kB a checkpoint: one fits on a disk of 256 kB, the next beside it does not. */
#define TRAIN "train @/wide.net --data @ --batch-size 16 --epochs 60 --threads 1 --out @/m "

/* As root in a name space, or by a user's own. */
static const char *unshare(void) {
    static const char *const ways[] = {"unshare -m", "unshare -rm"};
    for (size_t i = 0; i < 2; i++)
        if (!command_shell("%s mount -t tmpfs -o size=256k tmpfs @/disk", ways[i]))
            return ways[i];
    return NULL;
}

static int create(void **state) {
    if (command_folder_create(state))
        return -1;
    return command_shell("mkdir @/disk; printf 'input 8x8x1\nflatten\ndense 160\nrelu\ndense 4\n' "
                         ">@/wide.net");
}

/* True, after reporting the reason, if no disk can be mounted here. */
static bool cannot_mount(void) {
    if (unshare())
        return false;
    print_message("no disk can be mounted here (unshare, mount): skipped\n");
    return true;
}

/* The model that the complete run makes. */
static void make_whole(void) {
    assert_int_equal(command_run(TRAIN), 0);
    assert_int_equal(command_shell("mv @/m @/whole"), 0);
}

/* The checkpoint left on the disk, in the file "kept", is resumed to the same model. */
static void goes_on(void) {
    assert_int_equal(
        command_shell("cp @/kept @/again; \"$CNN\" train --resume @/again --every 1m && "
                      "cmp @/m @/whole"),
        0);
}

static void test_full_disk(void **state) {
    (void)state;
    if (cannot_mount())
        skip();
    make_whole();
    command_shell("%s sh -c 'mount -t tmpfs -o size=256k tmpfs @/disk\n"
                  "\"$CNN\" " TRAIN "--checkpoint @/disk/run --every 1; code=$?\n"
                  "cp @/disk/run @/kept; ls @/disk >@/list; exit $code'",
                  unshare());
    command_refused(1, "disk/run: cannot write: No space left on device", NULL);
    char *list = command_file("list", NULL);
    assert_string_equal(list, "run\n");
    free(list);
    goes_on();
}

static void test_disk_turns_read_only(void **state) {
    (void)state;
    if (cannot_mount())
        skip();
    command_shell("%s sh -c 'mount -t tmpfs -o size=4m tmpfs @/disk\n"
                  "\"$CNN\" " TRAIN "--checkpoint @/disk/run --every 1 & pid=$!\n"
                  "for i in $(seq 500); do test -s @/disk/run && break; sleep 0.002; done\n"
                  "until mount -o remount,ro @/disk 2>/dev/null; do :; done\n"
                  "wait $pid; code=$?; cp @/disk/run @/kept; exit $code'",
                  unshare());
    command_refused(1, "disk/run: cannot ", "Read-only file system");
    goes_on();
}

static void test_read_only_folder(void **state) {
    (void)state;
    if (cannot_mount())
        skip();
    command_shell("%s sh -c 'mount -t tmpfs -o ro tmpfs @/disk\n"
                  "\"$CNN\" " TRAIN "--checkpoint @/disk/run'",
                  unshare());
    command_refused(1, "disk/run: cannot be written there: Read-only file system", NULL);
}

static void test_device_without_room(void **state) {
    (void)state;
    command_run(TRAIN "--checkpoint /dev/full --every 1");
    command_refused(1, "/dev/full: cannot write: No space left on device", NULL);
    assert_int_equal(command_shell("test -c /dev/full"), 0);
}

/* The first checkpoint is of a run without a limit. */
static void test_limit_of_file_size(void **state) {
    (void)state;
    command_shell("\"$CNN\" " TRAIN "--checkpoint @/limited --every 1 & pid=$!\n"
                  "for i in $(seq 500); do test -s @/limited && break; sleep 0.002; done\n"
                  "kill -9 $pid; wait $pid; cp @/limited @/kept; test -s @/kept");
    assert_int_equal(command_code, 0);
    if (COMMAND_COUNTS)
        skip();
    command_shell("(ulimit -f 20; \"$CNN\" train --resume @/limited)");
    command_refused(1, "limited: cannot write: File too large", NULL);
    command_shell("cmp @/limited @/kept && test ! -e @/limited.writing");
    assert_int_equal(command_code, 0);
    goes_on();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_disk),          cmocka_unit_test(test_disk_turns_read_only),
        cmocka_unit_test(test_read_only_folder),   cmocka_unit_test(test_device_without_room),
        cmocka_unit_test(test_limit_of_file_size),
    };
    return cmocka_run_group_tests(tests, create, command_folder_remove);
}
