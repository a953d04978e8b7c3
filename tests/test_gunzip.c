/* gzip of several members, and the bytes that may follow the last: as `gzip -t` has it. */
#include "gunzip.h"
#include "idx_blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What bgzip ends its files with: a member of no bytes that has an extra field. */
static const uint8_t EMPTY_LAST[28] = {0x1f, 0x8b, 8,    4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C',
                                       2,    0,    0x1b, 0, 3, 0, 0, 0, 0, 0,    0, 0, 0,   0};

static void append(blob *file, const void *bytes, size_t size) {
    assert_true(file->size + size <= CAPACITY);
    memcpy(file->data + file->size, bytes, size);
    file->size += size;
}

/* The bytes in members of `step` each, the last may be shorter. */
static blob in_members(const blob *plain, size_t step) {
    blob file = {.size = 0};
    for (size_t at = 0; at < plain->size; at += step) {
        const size_t left = plain->size - at;
        const blob member = zipped(plain->data + at, left < step ? left : step);
        append(&file, member.data, member.size);
    }
    return file;
}

static void assert_unpacks(const blob *file, const blob *want) {
    uint8_t *out = NULL, head[24];
    size_t size = 0, count = sizeof head;
    cnn_error error;
    if (!gunzip(file->data, file->size, CAPACITY, &out, &size, &error))
        fail_msg("byte %zu: %s", error.offset, error.message);
    assert_int_equal(size, want->size);
    assert_memory_equal(out, want->data, size);
    free(out);
    assert_true(gunzip_head(file->data, file->size, head, &count, &error));
    assert_int_equal(count, want->size < sizeof head ? want->size : sizeof head);
    assert_memory_equal(head, want->data, count);
}

static void assert_not_unpacked(const blob *file, size_t offset, const char *part) {
    uint8_t *out = NULL;
    size_t size = 0;
    cnn_error error;
    assert_false(gunzip(file->data, file->size, CAPACITY, &out, &size, &error));
    assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
    assert_int_equal(error.offset, offset);
    assert_non_null(strstr(error.message, part));
}

/* Also headers of IDX that end in another member than they begin in. */
static void members_follow_each_other(void **state) {
    (void)state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    static const size_t STEPS[] = {1, 3, 5, 16, 17, 60};
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        const blob packed = in_members(&images, STEPS[i]), few = in_members(&labels, STEPS[i]);
        assert_unpacks(&packed, &images);
        cnn_dataset *set = parse(&packed, &few, 10, NULL);
        assert_three_images(set);
        cnn_dataset_free(set);
    }
}

static void empty_members(void **state) {
    (void)state;
    const blob labels = labels_of(9), packed = zipped(labels.data, labels.size);
    blob file = {.size = 0}, nothing = {.size = 0};
    append(&file, EMPTY_LAST, sizeof EMPTY_LAST);
    assert_unpacks(&file, &nothing);
    append(&file, packed.data, packed.size);
    assert_unpacks(&file, &labels);
    append(&file, EMPTY_LAST, sizeof EMPTY_LAST);
    assert_unpacks(&file, &labels);
}

static void zeros_behind_the_last(void **state) {
    (void)state;
    const blob labels = labels_of(9);
    blob file = in_members(&labels, 10);
    for (size_t i = 0; i < 600; i++) {
        append(&file, "", 1);
        assert_unpacks(&file, &labels);
    }
}

static void other_bytes_behind_the_last(void **state) {
    (void)state;
    const blob labels = labels_of(9), good = in_members(&labels, 10);
    static const struct {
        const char *bytes;
        size_t size;
        const char *part;
    } CASES[] = {
        {"x", 1, "1 bytes after the end of the gzip data"},
        {"\0\0\0x", 4, "4 bytes after the end of the gzip data"},
        {"\x1f", 1, "1 bytes after the end of the gzip data"},
        {"\x1f\x8c", 2, "2 bytes after the end of the gzip data"},
        /* Nor is a member looked for after zeros. */
        {"\0\x1f\x8b\x08", 4, "4 bytes after the end of the gzip data"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        blob file = good;
        append(&file, CASES[i].bytes, CASES[i].size);
        assert_not_unpacked(&file, good.size, CASES[i].part);
    }
}

/* A second member is checked as strictly as the first. */
static void damage_in_a_later_member(void **state) {
    (void)state;
    const blob labels = labels_of(9), first = zipped(labels.data, labels.size);
    for (size_t size = 2; size < first.size; size++) {
        blob file = first;
        append(&file, first.data, size);
        assert_not_unpacked(&file, file.size, "the gzip data ends too early");
    }
    blob file = first;
    append(&file, first.data, first.size);
    file.data[file.size - 8] ^= 1;
    uint8_t *out = NULL;
    size_t size = 0;
    cnn_error error;
    assert_false(gunzip(file.data, file.size, CAPACITY, &out, &size, &error));
    assert_non_null(strstr(error.message, "damaged gzip data: incorrect data check"));
    assert_true(error.offset > first.size);
}

static void the_limit_counts_all_members(void **state) {
    (void)state;
    const blob labels = labels_of(92), file = in_members(&labels, 30);
    uint8_t *out = NULL;
    size_t size = 0;
    cnn_error error;
    assert_true(gunzip(file.data, file.size, 100, &out, &size, &error));
    free(out);
    assert_false(gunzip(file.data, file.size, 99, &out, &size, &error));
    assert_string_equal(error.message, "decompresses to more than 99 bytes");
}

/* Half a million empty members: if each were found from the start of the file, this would take
 * hours. */
static void members_without_number(void **state) {
    (void)state;
    enum { MEMBERS = 500000, SIZE = sizeof EMPTY_LAST };
    uint8_t *bytes = malloc((size_t)MEMBERS * SIZE), *out = NULL;
    size_t size = 0;
    cnn_error error;
    for (size_t i = 0; i < MEMBERS; i++)
        memcpy(bytes + i * SIZE, EMPTY_LAST, SIZE);
    assert_true(gunzip(bytes, (size_t)MEMBERS * SIZE, 1, &out, &size, &error));
    assert_int_equal(size, 0);
    free(out);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_follow_each_other), cmocka_unit_test(empty_members),
        cmocka_unit_test(zeros_behind_the_last),     cmocka_unit_test(other_bytes_behind_the_last),
        cmocka_unit_test(damage_in_a_later_member),  cmocka_unit_test(the_limit_counts_all_members),
        cmocka_unit_test(members_without_number),
    };
    return cmocka_run_group_tests_name("gunzip", tests, NULL, NULL);
}
