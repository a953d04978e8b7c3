/* Files that promise more than can exist, up to 2^64 - 1 of something: each is refused at once,
 * before any work or allocation. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "file_formats.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* Limits for a refusal: processor time, which does not depend on how busy the machine is, and new
 * memory of the process. */
enum { MILLISECONDS = 50, KILOBYTES = 16 << 10, SLOWER = 10 };

/* Under a sanitizer, which is when a share of the tests is requested, everything takes longer. */
static double milliseconds_allowed(void) {
    return getenv("CNN_TEST_SHARE") ? SLOWER * MILLISECONDS : MILLISECONDS;
}

/* A file, and the format it is handed to. */
typedef struct promise {
    const char *format, *what;
    format_file (*make)(const struct promise *promise);
    const char *text; /* of texts and headers */
    uint32_t sizes[4];
    size_t count; /* of sizes, or of what else is made */
} promise;

/* ------------------------------------------------------------------------------- how it is made */

static format_file as_text(const promise *p) {
    return format_file_copy(p->text, strlen(p->text));
}

/* Numbers as IDX has them. */
static format_file as_idx(const promise *p) {
    format_file file = {malloc(4 * p->count + 1), 0};
    for (size_t i = 0; i < p->count; i++)
        for (int shift = 24; shift >= 0; shift -= 8)
            file.bytes[file.size++] = (uint8_t)(p->sizes[i] >> shift);
    return file;
}

/* Numbers, followed by a few million zeros, in gzip. */
static format_file as_bomb(const promise *p) {
    enum { ZEROS = 32 << 20, CAPACITY = 1 << 18 };
    static uint8_t zeros[1 << 20];
    format_file head = as_idx(p), file = {malloc(CAPACITY), 0};
    z_stream z = {.next_in = head.bytes, .avail_in = (uInt)head.size};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = file.bytes;
    z.avail_out = CAPACITY;
    deflate(&z, Z_NO_FLUSH);
    for (int i = 0; i < ZEROS >> 20; i++) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        deflate(&z, Z_NO_FLUSH);
    }
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    file.size = CAPACITY - z.avail_out;
    deflateEnd(&z);
    free(head.bytes);
    return file;
}

/* A good gzip file whose last four bytes say that it holds 4 GB; or whose extra field does. */
static format_file as_gzip(const promise *p) {
    format_file file = file_format_named("gzip")->make();
    memset(file.bytes + file.size - 4, 0xff, 4);
    if (p->count) {
        file.bytes[3] = 4;
        memset(file.bytes + 10, 0xff, 2);
    }
    return file;
}

/* The length of a header alone. */
static format_file as_length(const promise *p) {
    uint8_t bytes[16] = {0};
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(p->sizes[i / 4] >> 8 * (i % 4));
    memcpy(bytes + 8, "{}      ", 8);
    return format_file_copy(bytes, sizeof bytes);
}

static format_file as_header(const promise *p) {
    format_file file;
    file.bytes = fixture_tensors(p->text, p->count, &file.size);
    return file;
}

/* "BEFORE|REPEATED|AFTER": a header with the middle `count` times. */
static format_file as_many(const promise *p) {
    const char *first = strchr(p->text, '|'), *second = strchr(first + 1, '|');
    const size_t before = (size_t)(first - p->text), length = (size_t)(second - first) - 1;
    char *header = calloc(before + p->count * length + strlen(second), 1), *to = header + before;
    memcpy(header, p->text, before);
    for (size_t i = 0; i < p->count; i++, to += length)
        memcpy(to, first + 1, length);
    strcpy(to, second + 1);
    format_file file;
    file.bytes = fixture_tensors(header, 4, &file.size);
    free(header);
    return file;
}

/* A model with this network in its metadata. */
static format_file as_network(const promise *p) {
    static const char FORM[] = "{\"__metadata__\":{\"cnn.version\":\"1\",\"cnn.network\":\"%s\","
                               "\"cnn.mean\":\"0\",\"cnn.deviation\":\"1\",\"cnn.classes\":"
                               "\"[\\\"a\\\",\\\"b\\\",\\\"c\\\"]\"},\"fc1.weight\":{\"dtype\":"
                               "\"F32\",\"shape\":[3,1],\"data_offsets\":[0,12]},\"fc1.bias\":"
                               "{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}";
    char header[1024];
    format_file file;
    snprintf(header, sizeof header, FORM, p->text);
    file.bytes = fixture_tensors(header, 24, &file.size);
    memset(file.bytes + file.size - 24, 0, 24);
    return file;
}

/* A chunk of PNG: length, name, bytes, checksum. */
static void put_chunk(format_file *file, uint32_t length, const char *name, const void *data,
                      size_t size) {
    uint8_t *start = file->bytes + file->size;
    for (int i = 0; i < 4; i++)
        start[i] = (uint8_t)(length >> (24 - 8 * i));
    memcpy(start + 4, name, 4);
    memcpy(start + 8, data, size);
    const uLong sum = crc32(0, start + 4, (uInt)(4 + size));
    for (int i = 0; i < 4; i++)
        start[8 + size + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
    file->size += 12 + size;
}

/* A head of sizes[0] x sizes[1]; sizes[2] is its depth, sizes[3] its color type. A chunk of `count`
 * bytes by its length follows, which holds 32 MB of zeros, deflated. */
static format_file as_png(const promise *p) {
    const promise zeros = {.count = 0};
    format_file packed = as_bomb(&zeros), file = {malloc(1 << 18), 8};
    uint8_t head[13] = {0};
    for (int i = 0; i < 8; i++)
        head[i] = (uint8_t)(p->sizes[i / 4] >> (24 - 8 * (i % 4)));
    head[8] = (uint8_t)p->sizes[2];
    head[9] = (uint8_t)p->sizes[3];
    memcpy(file.bytes, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&file, sizeof head, "IHDR", head, sizeof head);
    /* The ten bytes at the start of gzip are left out, and zlib's two take their place. */
    memcpy(packed.bytes + 8, "\x78\x9c", 2);
    put_chunk(&file, p->count ? (uint32_t)p->count : (uint32_t)packed.size - 8, p->text,
              packed.bytes + 8, packed.size - 8);
    free(packed.bytes);
    return file;
}

/* ------------------------------------------------------------------------------------ the files */

#define MOST 0xffffffffu
#define TENSOR(shape, offsets)                                                                     \
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[" shape "],\"data_offsets\":[" offsets "]}}"
#define U64 "18446744073709551615"
#define I64 "9223372036854775807"

static const promise PROMISES[] = {
    {"IDX images", "images", as_idx, NULL, {0x803, MOST, 1, 1}, 4},
    {"IDX images", "rows", as_idx, NULL, {0x803, 1, MOST, 1}, 4},
    {"IDX images", "everything", as_idx, NULL, {0x803, MOST, MOST, MOST}, 4},
    {"IDX images", "a product of 2^64", as_idx, NULL, {0x803, 1u << 31, 1u << 31, 4}, 4},
    {"IDX images", "a product of 2^64 + 2^32", as_idx, NULL, {0x803, 1u << 16, 65537, MOST}, 4},
    {"IDX images", "60,000 x 60,000 pixels", as_idx, NULL, {0x803, 1, 60000, 60000}, 4},
    {"IDX labels", "labels", as_idx, NULL, {0x801, MOST}, 2},
    {"IDX labels", "half as many", as_idx, NULL, {0x801, 1u << 31}, 2},
    {"gzip", "32 MB behind three pixels", as_bomb, NULL, {0x803, 3, 1, 1}, 4},
    {"gzip", "images in gzip", as_bomb, NULL, {0x803, MOST, 1, 1}, 4},
    {"gzip", "everything in gzip", as_bomb, NULL, {0x803, MOST, MOST, MOST}, 4},
    {"gzip", "32 MB behind no IDX", as_bomb, NULL, {0}, 4},
    {"gzip", "its own size", as_gzip, NULL, {0}, 0},
    {"gzip", "an extra field", as_gzip, NULL, {0}, 1},
    {"network text", "input height", as_text, "input " U64 "x1\ndense 3\n", {0}, 0},
    {"network text", "2^64 of height", as_text, "input 18446744073709551616x1\n", {0}, 0},
    {"network text", "input channels", as_text, "input 1x1x" U64 "\ndense 3\n", {0}, 0},
    {"network text", "input pixels", as_text, "input 60000x60000\nflatten\ndense 3\n", {0}, 0},
    {"network text", "filters", as_text, "input 8x8\nconv2d " U64 " 3x3\n", {0}, 0},
    {"network text", "kernel", as_text, "input 8x8\nconv2d 1 " U64 "\n", {0}, 0},
    {"network text", "padding", as_text, "input 8x8\nconv2d 1 3x3 pad " U64 "\n", {0}, 0},
    {"network text", "stride", as_text, "input 8x8\nmaxpool2d 2 stride " U64 "\n", {0}, 0},
    {"network text", "outputs", as_text, "input 8x8\nflatten\ndense " U64 "\n", {0}, 0},
    {"network text",
     "channels with padding",
     as_text,
     "input 1x2x4294967296\nconv2d 1 1x1 stride 3 pad 32768\n",
     {0},
     0},
    {"PNG", "sides", as_png, "IDAT", {MOST, MOST, 8, 0}, 0},
    {"PNG", "sides of 2^31 - 1", as_png, "IDAT", {MOST / 2, MOST / 2, 8, 0}, 0},
    {"PNG", "60,000 x 60,000 pixels", as_png, "IDAT", {60000, 60000, 1, 0}, 0},
    {"PNG", "16,384 x 16,384 of 16 bits", as_png, "IDAT", {16384, 16384, 16, 6}, 0},
    {"PNG", "32 MB of zeros as four pixels", as_png, "IDAT", {2, 2, 8, 0}, 0},
    {"PNG", "32 MB of zeros as a profile", as_png, "iCCP", {2, 2, 8, 0}, 0},
    {"PNG", "32 MB of zeros as a text", as_png, "zTXt", {2, 2, 8, 0}, 0},
    {"PNG", "a chunk of 2^31 - 1 bytes", as_png, "IDAT", {2, 2, 8, 0}, MOST / 2},
    {"PNG", "a text of 2^32 - 1 bytes", as_png, "tEXt", {2, 2, 8, 0}, MOST},
    {"model", "header bytes", as_length, NULL, {MOST, MOST}, 0},
    {"model", "2^63 header bytes", as_length, NULL, {0, 1u << 31}, 0},
    {"model", "100 MB of header", as_length, NULL, {100000000}, 0},
    {"model", "a byte more", as_length, NULL, {100000001}, 0},
    {"model", "numbers", as_header, TENSOR(U64, "0,4"), {0}, 4},
    {"model", "2^63 - 1 numbers", as_header, TENSOR(I64, "0,4"), {0}, 4},
    {"model", "2^64 numbers", as_header, TENSOR("4294967296,4294967296", "0,0"), {0}, 0},
    {"model", "2^64 + 4 bytes", as_header, TENSOR("4611686018427387905", "0,4"), {0}, 4},
    {"model", "an end", as_header, TENSOR("1", "0," U64), {0}, 4},
    {"model", "an end at 2^63 - 1", as_header, TENSOR("1", I64 "," I64), {0}, 4},
    {"model",
     "sizes of a shape",
     as_many,
     "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4],\"shape\":[|1,|1]}}",
     {0},
     20000},
    {"model", "depth", as_many, "{\"a\":|[|", {0}, 100000},
    {"model", "depth of objects", as_many, "|{\"a\":|0", {0}, 100000},
    {"model", "outputs", as_network, "input 1x1x1\\ndense " U64, {0}, 0},
    {"model", "inputs", as_network, "input 1x1x" U64 "\\ndense 3", {0}, 0},
};

/* ----------------------------------------------------------------------------- what it may cost */

static double milliseconds(const struct rusage *use) {
    return 1e3 * (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) +
           1e-3 * (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec);
}

/* Measurements of a child. */
typedef struct cost {
    double milliseconds;
    long kilobytes;
    bool refused;
    cnn_error error;
} cost;

static cost measured(const file_format *format, const format_file *file) {
    struct rusage before, after;
    cost cost = {.refused = false};
    getrusage(RUSAGE_SELF, &before);
    cost.refused = !format->read(file->bytes, file->size, &cost.error);
    getrusage(RUSAGE_SELF, &after);
    cost.milliseconds = milliseconds(&after) - milliseconds(&before);
    cost.kilobytes = after.ru_maxrss - before.ru_maxrss;
    return cost;
}

/* In a process of its own, whose peak of memory is its own too. */
static cost measured_apart(const file_format *format, const format_file *file) {
    int ends[2], status;
    cost cost;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        cost = measured(format, file);
        _exit(write(ends[1], &cost, sizeof cost) != sizeof cost);
    }
    assert_true(child > 0);
    assert_int_equal(read(ends[0], &cost, sizeof cost), sizeof cost);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
    return cost;
}

static void refused_at_once(void **state) {
    (void)state;
    double longest = 0;
    long most = 0;
    const size_t count = sizeof PROMISES / sizeof *PROMISES;
    for (size_t i = 0; i < count; i++) {
        const promise *p = &PROMISES[i];
        const format_file file = p->make(p);
        const cost cost = measured_apart(file_format_named(p->format), &file);
        if (!cost.refused || !cost.error.message[0] || strchr(cost.error.message, '\n') ||
            cost.milliseconds > milliseconds_allowed() || cost.kilobytes > KILOBYTES)
            fail_msg("%s, %s: %s in %.1f ms and %ld kB: %s", p->format, p->what,
                     cost.refused ? "refused" : "accepted", cost.milliseconds, cost.kilobytes,
                     cost.error.message);
        longest = cost.milliseconds > longest ? cost.milliseconds : longest;
        most = cost.kilobytes > most ? cost.kilobytes : most;
        free(file.bytes);
    }
    print_message("%zu files refused, each within %.1f ms and %ld kB\n", count, longest, most);
    assert_true(count >= 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused_at_once)};
    return cmocka_run_group_tests_name("promises", tests, NULL, NULL);
}
