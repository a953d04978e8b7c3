/* The program in README.md builds against the library and does what it says. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines of the first block of C, written to path. */
static size_t extract_program(const char *path) {
    char line[512];
    size_t lines = 0;
    bool inside = false;
    FILE *readme = fopen("README.md", "r"), *program = fopen(path, "w");
    assert_non_null(readme);
    assert_non_null(program);
    while (fgets(line, sizeof line, readme)) {
        if (inside && !strncmp(line, "```", 3))
            break;
        if (inside) {
            fputs(line, program);
            lines++;
        }
        inside |= !strcmp(line, "```c\n");
    }
    fclose(readme);
    fclose(program);
    return lines;
}

static void put32(FILE *file, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(value >> shift & 255), file);
}

/* 28 x 28 images whose brightness is their label. */
static void write_set(const char *folder, const char *split, uint32_t images) {
    char path[400];
    snprintf(path, sizeof path, "%s/data/mnist/%s-images-idx3-ubyte", folder, split);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put32(file, 0x803), put32(file, images), put32(file, 28), put32(file, 28);
    for (uint32_t i = 0; i < images * 28 * 28; i++)
        fputc((int)(i / (28 * 28) % 10 * 25), file);
    fclose(file);
    snprintf(path, sizeof path, "%s/data/mnist/%s-labels-idx1-ubyte", folder, split);
    file = fopen(path, "wb");
    assert_non_null(file);
    put32(file, 0x801), put32(file, images);
    for (uint32_t i = 0; i < images; i++)
        fputc((int)(i % 10), file);
    fclose(file);
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...) {
    char command[2000];
    va_list values;
    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static const char *or_else(const char *value, const char *otherwise) {
    return value && *value ? value : otherwise;
}

static void test_program_of_the_readme(void **state) {
    char folder[] = "/tmp/test_readme.XXXXXX", source[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(source, sizeof source, "%s/program.c", folder);
    assert_true(extract_program(source) > 20);
    run("mkdir -p %s/data/mnist && cp -r networks %s", folder, folder);
    write_set(folder, "train", 256);
    write_set(folder, "t10k", 64);
    run("%s %s %s -std=c11 -Wall -Wextra -Werror -Iinclude -o %s/program %s %s/libcnn.a -ljansson "
        "-lpng -lz -lm -pthread %s",
        or_else(getenv("CC"), "cc"), or_else(getenv("CFLAGS"), ""), or_else(getenv("LDFLAGS"), ""),
        folder, source, or_else(getenv("BUILD"), "build"), or_else(getenv("LDLIBS"), ""));
    run("cd %s && ./program > out && grep -q 'right' out && grep -q 'is a 7' out", folder);
    run("cd %s && test -s mnist.safetensors", folder);
    run("rm -r %s", folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_program_of_the_readme)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
