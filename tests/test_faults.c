/* Every command with every request for memory and every call on a file failing, one at a time and
 * from one on: an error in one line, nothing leaked, no file damaged. tests/faults_preload.c
 * injects the failures. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "cnn.h"
#include "command.h"
#include "faults.h"
#include "png_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRAIN_SHORT                                                                                \
    "train @/line.net --data @ --limit 8 --test-limit 8 --batch-size 4 --epochs 1 --threads 1 "
#define DOCTOR "doctor @/line.net --data @ --limit 8 --batch-size 4 --threads 1"
#define PACKED_IMAGES "@/packed/t10k-images-idx3-ubyte.gz"

static const command_case command_cases[] = {
    {.name = "info", .arguments = "info @/tiny.net"},
    {.name = "info of a model", .arguments = "info @/ready.safetensors --json"},
    {.name = "info --program", .arguments = "info @/tiny.net --program --threads 2"},
    {.name = "info --program --json", .arguments = "info @/tiny.net --program --json"},
    {.name = "info --cpu", .arguments = "info --cpu --json"},
    {.name = "gradcheck", .arguments = "gradcheck @/tiny.net --samples 2 --batch-size 2"},
    {.name = "gradcheck --json",
     .arguments = "gradcheck @/line.net --samples 2 --batch-size 2 --json"},
    {.name = "trace",
     .arguments = "trace @/line.net --data @ --batch-size 2 --threads 1 --out @/trace.safetensors",
     .outputs = {"trace.safetensors"}},
    {.name = "train",
     .arguments = "train @/tiny.net --data @ --limit 16 --test-limit 8 --batch-size 4 --epochs 1 "
                  "--threads 1 "
                  "--validation 0.25 --out @/new.safetensors --log @/log --profile",
     .outputs = {"new.safetensors", "new.best.safetensors"},
     .timed = true},
    {.name = "train --json",
     .arguments = TRAIN_SHORT "--out @/new.safetensors --profile --json",
     .outputs = {"new.safetensors"},
     .timed = true},
    {.name = "train with a checkpoint",
     .arguments = TRAIN_SHORT "--out @/new.safetensors --checkpoint @/run.st --every 2",
     .outputs = {"new.safetensors"},
     .timed = true,
     .checkpoint = "run.st"},
    {.name = "train --resume",
     .arguments = "train --resume @/run.st --threads 1",
     .outputs = {"resumed.safetensors"},
     .timed = true,
     .checkpoint = "run.st",
     .resumes = "begun.st"},
    {.name = "train on PNGs",
     .arguments = "train @/line.net --data @/p --epochs 1 --batch-size 4 --threads 1 --out "
                  "@/new.safetensors",
     .outputs = {"new.safetensors"},
     .timed = true},
    {.name = "train on parts",
     .arguments = "train @/line.net --data @/v --epochs 1 --batch-size 4 --threads 1 --out "
                  "@/new.safetensors",
     .outputs = {"new.safetensors", "new.best.safetensors"},
     .timed = true},
    {.name = "eval of parts",
     .arguments = "eval @/ready.safetensors --data @/v --threads 1 --json --answers"},
    {.name = "eval", .arguments = "eval @/ready.safetensors --data @/packed" TWO_THREADS},
    {.name = "eval --json",
     .arguments = "eval @/ready.safetensors --data @ --limit 8" TWO_THREADS "--json"},
    {.name = "eval of PNGs",
     .arguments = "eval @/ready.safetensors --data @/p --threads 1 --errors @/sheet.png --json",
     .outputs = {"sheet.png"}},
    {.name = "predict",
     .arguments = "predict @/ready.safetensors " PACKED_IMAGES " --limit 2 --threads 1 --show"},
    {.name = "predict --json",
     .arguments = "predict @/ready.safetensors @/p/test/1/0.png --threads 1 --json"},
    {.name = "explain",
     .arguments = "explain @/ready.safetensors @/packed fc1.weight.grad[3,1] --index 1"},
    {.name = "explain --json",
     .arguments = "explain @/ready.safetensors @/p/test/1/0.png probabilities[1] --json"},
    {.name = "gradcheck --at",
     .arguments = "gradcheck @/ready.safetensors --at input[3,3] --image @/p"},
    {.name = "doctor", .arguments = DOCTOR, .timed = true},
    {.name = "doctor --json", .arguments = DOCTOR " --json", .timed = true},
    {.name = "help", .arguments = "help train"},
};

/* A device is written to, and nothing is renamed. */
static const command_case to_device = {
    .name = "train into a device", .arguments = TRAIN_SHORT "--out /dev/null", .timed = true};

enum { COMMAND_CASES = sizeof command_cases / sizeof *command_cases };

/* One picture of each class, from `first` on, as FOLDER/CLASS/0.png. */
static void put_pictures(const char *folder, size_t first) {
    cnn_dataset *set = cnn_dataset_load(command_folder, CNN_SPLIT_TEST, 4, NULL);
    assert_non_null(set);
    for (size_t i = first; i < first + 4; i++) {
        char name[64];
        const png_pixels pixels = {8, 8, 1, (uint8_t *)(uintptr_t)cnn_dataset_image_at(set, i)};
        snprintf(name, sizeof name, "%s/%zu/0.png", folder, cnn_dataset_label_at(set, i));
        png_file_write(name, &pixels);
    }
    cnn_dataset_free(set);
}

/* A model, and the data set once more, compressed and with names of classes; and some of it as
 * PNGs. */
static int make_folder(void **state) {
    if (faults_impossible())
        return 0;
    if (command_folder_create(state))
        return -1;
    if (command_shell("printf 'input 8x8x1\nflatten\ndense 4\n' >@/line.net && \"$CNN\" train "
                      "@/line.net --data @ --limit 8 --epochs 1 --out @/ready.safetensors"))
        fail_msg("%s", command_err);
    command_shell("for part in train test; do for class in 0 1 2 3; do mkdir -p @/p/$part/$class; "
                  "done; done");
    /* After the first of two steps, since the second checkpoint cannot get its name. */
    command_shell("LD_PRELOAD=${BUILD:-build}/tests/faults.so CNN_FAULT=rename:1:5 "
                  "CNN_FAULT_REPORT=@/report \"$CNN\" " TRAIN_SHORT
                  "--out @/resumed.safetensors --checkpoint @/begun.st --every 1");
    command_refused(1, "begun.st", "Input/output error");
    put_pictures("p/train", 0);
    put_pictures("p/test", 4);
    command_shell("cp -r @/p @/v && mv @/v/train @/v/Training && cp -r @/v/test @/v/val");
    return command_shell("mkdir @/packed && for f in train-images-idx3 train-labels-idx1 "
                         "t10k-images-idx3 t10k-labels-idx1; do "
                         "gzip -c @/$f-ubyte >@/packed/$f-ubyte.gz; done && "
                         "printf 'a\\nb\\nc\\nd\\n' >@/packed/classes.txt");
}

static int remove_folder(void **state) {
    return faults_impossible() ? 0 : command_folder_remove(state);
}

/* Two processes do half of the cases each: a run waits more than it computes. */
static size_t half;

/* In all cases together. A kind that no case requests would test nothing. */
/* Returns the number of failed requests. */
static size_t inject_some(const fault *fault, bool once_only) {
    size_t failed = 0;
    if (faults_impossible()) {
        print_message("not run: %s\n", faults_impossible());
        skip();
    }
    for (size_t i = half; i < COMMAND_CASES; i += 2)
        for (int all_after = 0; all_after < (once_only ? 1 : 2); all_after++)
            failed += faults_inject(&command_cases[i], fault, all_after);
    return failed;
}

static void inject(const fault *fault, bool once_only) {
    assert_true(inject_some(fault, once_only) > 0);
}

static void test_memory(void **state) {
    (void)state;
    inject(&(fault){"malloc", ENOMEM, false}, false);
}

static void test_threads(void **state) {
    (void)state;
    const size_t failed = inject_some(&(fault){"thread", EAGAIN, false}, false);
    assert_int_equal(failed > 0, POOL_THREADS(2) > 1); /* one thread alone requests none */
}

static void test_files(void **state) {
    (void)state;
    static const fault faults[] = {
        {"stat", EIO, false},   {"read", -1, false},      {"open", EMFILE, false},
        {"read", EIO, false},   {"write", ENOSPC, false}, {"fsync", EIO, false},
        {"rename", EIO, false}, {"close", EIO, false},    {"fflush", ENOSPC, false},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        inject(&faults[i], false);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        faults_inject(&to_device, &faults[i], false);
}

/* An interrupted call is made again, a short one continued. EINTR every time would be no signal but
 * an endless loop. */
static void test_interrupted_and_short(void **state) {
    (void)state;
    inject(&(fault){"read", EINTR, true}, true);
    inject(&(fault){"write", EINTR, true}, true);
    inject(&(fault){"fsync", EINTR, true}, true);
    inject(&(fault){"read", 0, true}, false);
    inject(&(fault){"write", 0, true}, false);
}

/* The other half reports through this file: its counts are passed on, and all output if it
 * failed. */
static FILE *begin_other_half(pid_t *other) {
    FILE *log = tmpfile();
    fflush(stdout);
    *other = log ? fork() : -1;
    half = *other == 0;
    if (half && (dup2(fileno(log), 1) != 1 || dup2(fileno(log), 2) != 2))
        _exit(1);
    return log;
}

static int end_other_half(pid_t other, FILE *log) {
    int status = 0;
    char line[512];
    const bool good = waitpid(other, &status, 0) == other && !status;
    rewind(log);
    while (fgets(line, sizeof line, log))
        if (good ? strstr(line, " x ") != NULL : !strstr(line, "PASSED"))
            fputs(line, stderr);
    return !good;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_interrupted_and_short),
    };
    pid_t other;
    FILE *log = begin_other_half(&other);
    if (other < 0)
        return 1;
    const int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    if (half)
        exit(failed);
    return failed + end_other_half(other, log);
}
