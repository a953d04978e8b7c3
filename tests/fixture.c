/* Makes the folder, writes its files and compares errors. */
#define _GNU_SOURCE
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "allocations.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fixture_create(void **state) {
    fixture *here = calloc(1, sizeof *here);
    const char *parent = getenv("TMPDIR");
    if (!here)
        return -1;
    snprintf(here->folder, sizeof here->folder, "%s/cnn-test-XXXXXX", parent ? parent : "/tmp");
    *state = here;
    return mkdtemp(here->folder) ? 0 : -1;
}

/* Counts the entries of the folder, and removes them if `delete`. */
static size_t each_file(fixture *here, bool delete) {
    DIR *folder = opendir(here->folder);
    size_t count = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        count++;
        if (delete)
            remove(fixture_path(here, entry->d_name));
    }
    closedir(folder);
    return count;
}

int fixture_remove(void **state) {
    fixture *here = *state;
    each_file(here, true);
    const int result = rmdir(here->folder);
    free(here);
    return result;
}

size_t fixture_files(fixture *here) {
    return each_file(here, false);
}

const char *fixture_path(fixture *here, const char *name) {
    const int length = snprintf(here->path, sizeof here->path, "%s/%s", here->folder, name);
    assert_in_range(length, 1, sizeof here->path - 1);
    return here->path;
}

void fixture_write(fixture *here, const char *name, const void *data, size_t size) {
    FILE *file = fopen(fixture_path(here, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

uint8_t *fixture_read(fixture *here, const char *name, size_t *size) {
    FILE *file = fopen(fixture_path(here, name), "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

void *fixture_copy(const void *data, size_t size) {
    void *copy = malloc(size);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

uint8_t *fixture_tensors(const char *header, size_t data, size_t *size) {
    const size_t length = strlen(header);
    *size = 8 + length + data;
    uint8_t *bytes = malloc(*size);
    assert_non_null(bytes);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)length >> 8 * i);
    memcpy(bytes + 8, header, length);
    for (size_t i = 0; i < data; i++)
        bytes[8 + length + i] = (uint8_t)i;
    return bytes;
}

void fixture_error_is(const cnn_error *error, cnn_status status, const char *text) {
    char got[600];
    cnn_error_text(error, got, sizeof got);
    assert_string_equal(got, text);
    assert_int_equal(error->status, status);
}

static size_t held;

static void *counted_malloc(size_t size) {
    void *block = malloc(size);
    held += block != NULL;
    return block;
}

static void counted_free(void *block) {
    held -= block != NULL;
    free(block);
}

/* Request number n fails. False once there is no such request. */
static bool survives(bool (*run)(cnn_error *error), size_t n, bool all) {
    cnn_error error = {.status = CNN_STATUS_NO_MEMORY};
    held = 0;
    allocations_fail(n, all);
    const bool good = run(&error), reached = allocations() > n;
    allocations_succeed();
    if (!good && error.status != CNN_STATUS_NO_MEMORY)
        fail_msg("request %zu: %s", n, error.message);
    assert_true(good || reached);
    assert_int_equal(held, 0);
    return reached;
}

void fixture_survives(bool (*run)(cnn_error *error), size_t least) {
    json_set_alloc_funcs(counted_malloc, counted_free);
    for (int all = 0; all < 2; all++) {
        size_t n = 0;
        while (survives(run, n, all))
            n++;
        assert_true(n > least);
    }
    json_set_alloc_funcs(malloc, free);
}
