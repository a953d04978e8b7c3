/* Power loss, modeled. The calls of one file_write() over an old checkpoint are recorded, then the
 * power fails after each of them. Unflushed changes may be lost in any mixture: any number of a
 * file's bytes from the front may be there, the others zeros or missing; of the changes to the
 * folder any selection. Under the checkpoint's name there must be the old or the new one, complete.
 * Also here: calls that are interrupted or move fewer bytes than requested. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "file.h"
#include "fixture.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------------ recording */

enum { CALLS = 64, NAMES = 4 };

typedef enum call_kind { CREATE, WRITE, FLUSH, RENAME, REMOVE, FLUSH_FOLDER } call_kind;

/* One call that changes the contents of a disk. Files are numbered in the order of their making; 0
 * is the old checkpoint. */
typedef struct call {
    call_kind kind;
    int file;
    size_t size; /* of a write */
    char name[64], to[64];
} call;

static call calls[CALLS];
static size_t call_count;
static bool recording;
static int files, descriptors[64]; /* the file of each descriptor; -1 a folder */

/* How calls misbehave: 0 not at all, else every n-th is interrupted and others move one byte at a
 * time. */
static unsigned trouble, trouble_turn;

int __real_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __real_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_open(const char *path, int flags, ...);
/* The name of open() in programs for files beyond 2 GB. */
__attribute__((alias("__wrap_open"))) int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static call *record(call_kind kind, int file, const char *name) {
    assert_true(call_count < CALLS);
    call *call = &calls[call_count++];
    *call = (struct call){.kind = kind, .file = file};
    snprintf(call->name, sizeof call->name, "%s", name);
    return call;
}

int __wrap_open(const char *path, int flags, ...) {
    va_list values;
    va_start(values, flags);
    const int mode = flags & O_CREAT ? va_arg(values, int) : 0;
    va_end(values);
    const int fd = __real_open(path, flags, mode);
    if (recording && fd >= 0) {
        assert_true(fd < 64);
        descriptors[fd] = flags & O_CREAT ? ++files : -1;
        if (flags & O_CREAT)
            record(CREATE, files, base_of(path));
    }
    return fd;
}

/* True if this call is to be interrupted. */
static bool interrupts(void) {
    if (!trouble || ++trouble_turn % trouble)
        return false;
    errno = EINTR;
    return true;
}

ssize_t __wrap_read(int fd, void *data, size_t size) {
    if (interrupts())
        return -1;
    return __real_read(fd, data, trouble && size > 3 ? 1 + trouble_turn % 3 : size);
}

ssize_t __wrap_write(int fd, const void *data, size_t size) {
    if (interrupts())
        return -1;
    const ssize_t count = __real_write(fd, data, trouble && size > 3 ? 1 + trouble_turn % 3 : size);
    if (recording && count > 0)
        record(WRITE, descriptors[fd], "")->size = (size_t)count;
    return count;
}

int __wrap_fsync(int fd) {
    if (interrupts())
        return -1;
    if (recording)
        record(descriptors[fd] < 0 ? FLUSH_FOLDER : FLUSH, descriptors[fd], "");
    return __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to) {
    if (recording) {
        call *call = record(RENAME, 0, base_of(from));
        snprintf(call->to, sizeof call->to, "%s", base_of(to));
    }
    return __real_rename(from, to);
}

int __wrap_unlink(const char *path) {
    if (recording)
        record(REMOVE, 0, base_of(path));
    return __real_unlink(path);
}

/* -------------------------------------------------------------------------- the model of a disk */

/* Names in a folder, each with the number of its file. */
typedef struct folder {
    struct {
        char name[64];
        int file;
    } entries[NAMES];
    size_t count;
} folder;

static int *entry_of(folder *folder, const char *name) {
    for (size_t i = 0; i < folder->count; i++)
        if (!strcmp(folder->entries[i].name, name))
            return &folder->entries[i].file;
    return NULL;
}

static void drop(folder *folder, const char *name) {
    for (size_t i = 0; i < folder->count; i++)
        if (!strcmp(folder->entries[i].name, name)) {
            folder->entries[i] = folder->entries[--folder->count];
            return;
        }
}

static void set(folder *folder, const char *name, int file) {
    drop(folder, name);
    assert_true(folder->count < NAMES);
    snprintf(folder->entries[folder->count].name, 64, "%s", name);
    folder->entries[folder->count++].file = file;
}

/* A rename whose source never reached the disk names the file anyway: that is the worst case. */
static void apply(folder *folder, const call *call, int renamed) {
    if (call->kind == CREATE)
        set(folder, call->name, call->file);
    else if (call->kind == REMOVE)
        drop(folder, call->name);
    else if (call->kind == RENAME) {
        drop(folder, call->name);
        set(folder, call->to, renamed);
    }
}

/* The file that the name of a rename means at the time of the call. */
static int meant_by(const char *name, size_t until) {
    int file = 0;
    for (size_t i = 0; i < until; i++)
        if (calls[i].kind == CREATE && !strcmp(calls[i].name, name))
            file = calls[i].file;
    return file;
}

static bool changes_folder(const call *call) {
    return call->kind == CREATE || call->kind == RENAME || call->kind == REMOVE;
}

/* The folder after the first `until` calls, with those unflushed changes whose bits are set in
 * `kept`. Returns the number of unflushed changes. */
static size_t folder_after(size_t until, unsigned kept, folder *folder) {
    size_t flushed = 0, loose = 0;
    *folder = (struct folder){.count = 0};
    set(folder, "run", 0);
    for (size_t i = 0; i < until; i++)
        flushed = calls[i].kind == FLUSH_FOLDER ? i : flushed;
    for (size_t i = 0; i < until; i++) {
        if (!changes_folder(&calls[i]))
            continue;
        if (i < flushed || kept >> loose & 1)
            apply(folder, &calls[i], meant_by(calls[i].name, i));
        loose += i >= flushed;
    }
    return loose;
}

typedef struct bytes_of_file {
    size_t written, safe; /* length written, and the part of it that was flushed */
} bytes_of_file;

static bytes_of_file bytes_after(size_t until, int file) {
    bytes_of_file bytes = {0, 0};
    for (size_t i = 0; i < until; i++) {
        if (calls[i].file != file)
            continue;
        if (calls[i].kind == WRITE)
            bytes.written += calls[i].size;
        if (calls[i].kind == FLUSH)
            bytes.safe = bytes.written;
    }
    return bytes;
}

/* ---------------------------------------------------------------------------------------- tests */

typedef struct whole {
    uint8_t *bytes;
    size_t size;
} whole;

static size_t states;

/* Is the file, cut or torn at `there`, a valid result? */
static void check_state(size_t until, int file, size_t there, bool zeros, const whole *old,
                        const whole *new) {
    cnn_error error;
    const whole *from = file ? new : old;
    uint8_t *bytes = calloc(from->size + 1, 1);
    assert_non_null(bytes);
    memcpy(bytes, from->bytes, there);
    const size_t size = zeros ? from->size : there;
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(bytes, size, &error);
    if (!checkpoint || memcmp(bytes, from->bytes, from->size))
        fail_msg("power lost behind call %zu: file %d has %zu bytes of %zu: %s", until, file, there,
                 from->size, error.message);
    cnn_checkpoint_free(checkpoint);
    free(bytes);
    states++;
}

/* The power fails after the first `until` calls. */
static void lose_power(size_t until, const whole *old, const whole *new) {
    folder folder;
    const size_t loose = folder_after(until, 0, &folder);
    for (unsigned kept = 0; kept < 1u << loose; kept++) {
        folder_after(until, kept, &folder);
        const int *file = entry_of(&folder, "run");
        if (!file)
            fail_msg("power lost behind call %zu: no checkpoint", until);
        if (!*file) {
            check_state(until, 0, old->size, false, old, new);
            continue;
        }
        const bytes_of_file bytes = bytes_after(until, *file);
        for (size_t there = bytes.safe; there < bytes.written; there += 97)
            for (int zeros = 0; zeros < 2; zeros++)
                check_state(until, *file, there, zeros, old, new);
        check_state(until, *file, bytes.written, false, old, new);
    }
}

/* Stops a run after two successive steps, as files old and new. */
typedef struct stops {
    cnn_run *run;
    size_t step;
} stops;

static bool stop_here(const cnn_progress *progress, void *context) {
    stops *stops = context;
    return progress->finished || cnn_run_get_info(stops->run).step != stops->step;
}

static void save_two(fixture *fixture, bool left, whole *old, whole *new) {
    stops stops = {.step = 1};
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    cnn_model *model = sample_model(16, 1);
    cnn_dataset *train = sample_dataset(40, 1);
    options.progress = stop_here;
    options.context = &stops;
    stops.run = cnn_run_create(model, train, NULL, &options, NULL);
    assert_non_null(stops.run);
    assert_false(cnn_run_train(stops.run, NULL, NULL));
    assert_true(cnn_run_save(stops.run, fixture_path(fixture, "run"), NULL));
    old->bytes = fixture_read(fixture, "run", &old->size);
    stops.step = 2;
    assert_false(cnn_run_train(stops.run, NULL, NULL));
    if (left)
        fixture_write(fixture, "run.writing", "left", 4);
    recording = true;
    call_count = 0;
    files = 0;
    const bool saved = cnn_run_save(stops.run, fixture_path(fixture, "run"), NULL);
    recording = false;
    assert_true(saved);
    new->bytes = fixture_read(fixture, "run", &new->size);
    cnn_run_free(stops.run);
    cnn_dataset_free(train);
    cnn_model_free(model);
}

/* With a leftover of a killed writer in the way, or without. */
static void power_may_fail(fixture *fixture, bool left) {
    whole old, new;
    save_two(fixture, left, &old, &new);
    states = 0;
    for (size_t until = 0; until <= call_count; until++)
        lose_power(until, &old, &new);
    /* At the end it is the new one. */
    folder folder;
    assert_int_equal(folder_after(call_count, 0, &folder), 0);
    assert_true(*entry_of(&folder, "run") > 0);
    assert_int_equal(fixture_files(fixture), 1);
    print_message("%zu calls, %zu disks\n", call_count, states);
    free(old.bytes);
    free(new.bytes);
}

static void test_power_may_fail(void **state) {
    power_may_fail(*state, false);
}

static void test_power_may_fail_after_a_kill(void **state) {
    power_may_fail(*state, true);
}

static void test_interrupted_and_short_calls(void **state) {
    uint8_t data[5000], *got;
    size_t size;
    const file_part parts[] = {{data, 3000}, {data + 3000, 2000}};
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 % 251);
    for (unsigned every = 2; every < 9; every++) {
        trouble = every;
        trouble_turn = 0;
        const bool written = file_write(fixture_path(*state, "file"), parts, 2, NULL);
        const bool read = written && file_read(fixture_path(*state, "file"),
                                               &(file_wanted){~0u, "any", 5000}, &got, &size, NULL);
        trouble = 0;
        assert_true(written && read);
        assert_true(trouble_turn > 2 * 5000 / 3);
        assert_int_equal(size, sizeof data);
        assert_memory_equal(got, data, size);
        free(got);
    }
    assert_int_equal(fixture_files(*state), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_may_fail, fixture_create, fixture_remove),
        cmocka_unit_test_setup_teardown(test_power_may_fail_after_a_kill, fixture_create,
                                        fixture_remove),
        cmocka_unit_test_setup_teardown(test_interrupted_and_short_calls, fixture_create,
                                        fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
