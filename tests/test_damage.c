/* Damage of every kind to a file of every format: nothing crashes, a cut file is refused, accepted
 * content can be used, and a refusal gives the place and the reason in one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocations.h"
#include "class_names.h"
#include "file_formats.h"
#include "fixture.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

enum { FLIPPED = 4096, ROUNDS = 10000 };

/* A file of a few hundred bytes may ask for no more at a time than this. */
#define GRANTED ((size_t)1 << 24)

/* One line, and the byte or the line at fault. */
static void whole_refusal(const char *name, const cnn_error *error, size_t size) {
    const size_t length = strlen(error->message);
    const bool file = error->status == CNN_STATUS_BAD_FILE &&
                      (error->offset <= size || strstr(error->message, "counted decompressed"));
    const bool text = error->status == CNN_STATUS_BAD_NETWORK && error->line && error->column;
    const bool memory = error->status == CNN_STATUS_NO_MEMORY && allocations_refused();
    if (!length || name_first_unprintable((const uint8_t *)error->message, length) < length ||
        !(file || text || memory))
        fail_msg("%s: status %d, byte %zu: %s", name, error->status, error->offset, error->message);
}

/* From a copy that ends where its block ends. */
static bool accepts(const file_format *format, const uint8_t *bytes, size_t size) {
    cnn_error error = {.status = CNN_STATUS_OK};
    uint8_t *copy = fixture_copy(bytes, size);
    allocations_limit(GRANTED);
    const bool accepted = format->read(copy, size, &error);
    if (!accepted)
        whole_refusal(format->name, &error, size);
    allocations_limit(SIZE_MAX);
    free(copy);
    return accepted;
}

static void whole_files_are_accepted(void **state) {
    (void)state;
    for (size_t i = 0; i < file_format_count; i++) {
        const format_file file = file_formats[i].make();
        assert_true(accepts(&file_formats[i], file.bytes, file.size));
        free(file.bytes);
    }
}

static void no_cut_is_accepted(void **state) {
    (void)state;
    for (size_t i = 0; i < file_format_count; i++) {
        const file_format *format = &file_formats[i];
        const format_file file = format->make();
        size_t texts = 0;
        for (size_t size = 0; size < file.size; size++) {
            if (!accepts(format, file.bytes, size))
                continue;
            if (!format->beginning || !format->beginning(file.bytes, size))
                fail_msg("%s: cut to %zu of %zu bytes, accepted", format->name, size, file.size);
            texts++;
        }
        print_message("%s: cut to 0 to %zu bytes, %zu beginnings are whole\n", format->name,
                      file.size - 1, texts);
        free(file.bytes);
    }
}

/* Only bytes that the format allows may follow. */
static void no_byte_more_is_accepted(void **state) {
    (void)state;
    static const uint8_t MORE[] = {0, 'x', 0xff};
    for (size_t i = 0; i < file_format_count * sizeof MORE; i++) {
        const file_format *format = &file_formats[i / sizeof MORE];
        const uint8_t more = MORE[i % sizeof MORE];
        const bool allowed =
            format->behind == BEHIND_ANYTHING || (format->behind == BEHIND_ZEROS && more == 0);
        format_file file = format->make();
        file.bytes[file.size++] = more;
        if (accepts(format, file.bytes, file.size) != allowed)
            fail_msg("%s: %s with byte %u behind it", format->name,
                     allowed ? "refused" : "accepted", more);
        free(file.bytes);
    }
}

static void each_bit(void **state) {
    (void)state;
    for (size_t i = 0; i < file_format_count; i++) {
        const file_format *format = &file_formats[i];
        const format_file file = format->make();
        const size_t bits = 8 * (file.size < FLIPPED ? file.size : FLIPPED);
        size_t accepted = 0;
        for (size_t bit = 0; bit < bits; bit++) {
            file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            accepted += accepts(format, file.bytes, file.size);
            file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_true(!format->sealed || !accepted);
        print_message("%s: %zu bits flipped, %zu accepted and used\n", format->name, bits,
                      accepted);
        free(file.bytes);
    }
}

/* ------------------------------------------------------------------------------- random damages */

/* Any of the first `count` numbers. */
static size_t any(random_state *random, size_t count) {
    return random_below(random, (uint32_t)count);
}

/* A new byte, a bit, a byte from elsewhere, or one that often has a meaning. */
static void change(random_state *random, format_file *file) {
    static const uint8_t TELLING[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', '\n', '#', '9'};
    uint8_t *byte = &file->bytes[any(random, file->size)];
    const uint8_t choices[] = {(uint8_t)random_bits(random), (uint8_t)(*byte ^ 1 << any(random, 8)),
                               file->bytes[any(random, file->size)],
                               TELLING[any(random, sizeof TELLING)]};
    *byte = choices[any(random, sizeof choices)];
}

/* Moves the bytes after `at` by a block that is left out, doubled or filled at random. */
static void shift(random_state *random, format_file *file) {
    const size_t at = any(random, file->size), left = file->size - at;
    const size_t block = 1 + any(random, left < 16 ? left : 16);
    if (any(random, 3) == 0) {
        memmove(file->bytes + at, file->bytes + at + block, left - block);
        file->size -= block;
        return;
    }
    memmove(file->bytes + at + block, file->bytes + at, left);
    file->size += block;
    for (size_t i = 0; any(random, 2) && i < block; i++)
        file->bytes[at + i] = (uint8_t)random_bits(random);
}

/* One to four damages; there is room for each to add a block. */
static format_file damaged(random_state *random, const format_file *file) {
    format_file bad = {malloc(file->size + 64), file->size};
    assert_non_null(bad.bytes);
    memcpy(bad.bytes, file->bytes, file->size);
    for (size_t i = any(random, 4); i < 4 && bad.size; i++)
        if (any(random, 3))
            change(random, &bad);
        else
            shift(random, &bad);
    return bad;
}

static void damaged_anyhow(void **state) {
    (void)state;
    for (size_t i = 0; i < file_format_count; i++) {
        const file_format *format = &file_formats[i];
        const format_file file = format->make();
        random_state random = random_seeded(7, i);
        size_t accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            const format_file bad = damaged(&random, &file);
            const bool same = bad.size == file.size && !memcmp(bad.bytes, file.bytes, file.size);
            const bool good = accepts(format, bad.bytes, bad.size);
            assert_true(!format->sealed || good == same);
            accepted += good;
            free(bad.bytes);
        }
        print_message("%s: %d files damaged, %zu accepted and used\n", format->name, ROUNDS,
                      accepted);
        free(file.bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_are_accepted), cmocka_unit_test(no_cut_is_accepted),
        cmocka_unit_test(no_byte_more_is_accepted), cmocka_unit_test(each_bit),
        cmocka_unit_test(damaged_anyhow),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
