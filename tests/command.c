/* Makes a folder with a small data set and runs the command in it. */
#define _XOPEN_SOURCE 700 /* for nftw */
#include "command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char command_folder[64];
int command_code;
char command_out[1 << 19], command_err[65536];

static FILE *create(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

static void put_u32(FILE *file, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(value >> shift & 255), file);
}

/* The position of the bright rectangle decides the class, of `classes` in two columns. */
static void write_images(const char *name, uint32_t count, uint32_t side, uint32_t classes,
                         uint32_t noise) {
    FILE *file = create(name);
    put_u32(file, 0x803);
    put_u32(file, count);
    put_u32(file, side);
    put_u32(file, side);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t pixel = 0; pixel < side * side; pixel++) {
            const uint32_t row = pixel / side * (classes / 2) / side;
            const uint32_t part = row * 2 + pixel % side / (side / 2);
            noise = noise * 1664525u + 1013904223u;
            fputc((int)((noise >> 24) / 3 + (part == i % classes ? 150 : 0)), file);
        }
    fclose(file);
}

static void write_labels(const char *name, uint32_t count, uint32_t classes) {
    FILE *file = create(name);
    put_u32(file, 0x801);
    put_u32(file, count);
    for (uint32_t i = 0; i < count; i++)
        fputc((int)(i % classes), file);
    fclose(file);
}

void command_images(const char *folder, uint32_t side, uint32_t classes, uint32_t train,
                    uint32_t test) {
    static const char *const parts[] = {"train", "t10k"};
    for (uint32_t part = 0; part < 2; part++) {
        char name[128];
        const uint32_t count = part ? test : train;
        snprintf(name, sizeof name, "%s/%s-images-idx3-ubyte", folder, parts[part]);
        write_images(name, count, side, classes, part + 1);
        snprintf(name, sizeof name, "%s/%s-labels-idx1-ubyte", folder, parts[part]);
        write_labels(name, count, classes);
    }
}

/* The test runner may ignore them, as nohup and background jobs do; commands would inherit that. */
static void heed_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], SIG_DFL);
}

int command_folder_create(void **state) {
    (void)state;
    heed_signals();
    strcpy(command_folder, "/tmp/cnn-command-XXXXXX");
    if (!mkdtemp(command_folder))
        return -1;
    if (!getenv("CNN"))
        setenv("CNN", "build/cnn", 1);
    command_images(".", 8, 4, 256, 64);
    FILE *file = create("tiny.net");
    fputs("input 8x8x1\nconv2d 4 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 4\n", file);
    return fclose(file);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about, (void)kind, (void)place;
    return remove(path);
}

int command_folder_remove(void **state) {
    (void)state;
    return nftw(command_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

char *command_file(const char *name, size_t *size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    fseek(file, 0, SEEK_END);
    const size_t length = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(length + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, length, file), length);
    fclose(file);
    if (size)
        *size = length;
    return bytes;
}

static void keep(const char *name, char *text, size_t size) {
    char *bytes = command_file(name, NULL);
    snprintf(text, size, "%s", bytes);
    free(bytes);
}

/* Writes text with each @ replaced by the folder. */
static void expand(const char *text, char *line, size_t size) {
    size_t at = 0;
    for (; *text && at + 1 < size; text++)
        at += *text == '@' ? (size_t)snprintf(line + at, size - at, "%s", command_folder)
                           : (size_t)snprintf(line + at, size - at, "%c", *text);
    assert_true(at + 1 < size);
}

static int run_shell(const char *text) {
    char line[4096];
    expand(text, line, sizeof line);
    const int status = system(line);
    assert_true(WIFEXITED(status));
    command_code = WEXITSTATUS(status);
    keep("out", command_out, sizeof command_out);
    keep("err", command_err, sizeof command_err);
    return command_code;
}

int command_shell(const char *text, ...) {
    char filled[2048], line[2200];
    va_list values;
    va_start(values, text);
    vsnprintf(filled, sizeof filled, text, values);
    va_end(values);
    snprintf(line, sizeof line, "{ %s\n} >@/out 2>@/err", filled);
    return run_shell(line);
}

int command_run(const char *arguments, ...) {
    char filled[2048], line[2200];
    va_list values;
    va_start(values, arguments);
    vsnprintf(filled, sizeof filled, arguments, values);
    va_end(values);
    snprintf(line, sizeof line, "\"$CNN\" %s >@/out 2>@/err", filled);
    return run_shell(line);
}

void command_refused(int code, const char *part, const char *other) {
    const char *end = strchr(command_err, '\n');
    if (command_code != code || strncmp(command_err, "cnn: ", 5) || !end || end[1] ||
        (part && !strstr(command_err, part)) || (other && !strstr(command_err, other)))
        fail_msg("exit code %d, expected %d; output: %s", command_code, code, command_err);
}

json_t *command_json(void) {
    json_error_t error;
    json_t *object = json_loads(command_out, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object))
        fail_msg("%s in: %s\n%s", error.text, command_out, command_err);
    return object;
}
