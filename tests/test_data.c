#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "class_names.h"
#include "cnn.h"
#include "dataset.h"
#include "gunzip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define ROOM 4096

/* The bytes of a file, made by hand. */
typedef struct blob {
    uint8_t data[ROOM];
    size_t size;
} blob;

static void put32(blob *file, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        file->data[file->size++] = (uint8_t)(value >> shift);
}

static blob images_of(uint32_t count, uint32_t height, uint32_t width) {
    blob file = {.size = 0};
    put32(&file, 0x803);
    put32(&file, count);
    put32(&file, height);
    put32(&file, width);
    for (size_t i = 0; i < (size_t)count * height * width; i++)
        file.data[file.size++] = (uint8_t)(7 * i);
    return file;
}

/* Labels 0, 1, ..., 9, 0, ... */
static blob labels_of(uint32_t count) {
    blob file = {.size = 0};
    put32(&file, 0x801);
    put32(&file, count);
    for (uint32_t i = 0; i < count; i++)
        file.data[file.size++] = (uint8_t)(i % 10);
    return file;
}

static blob zipped(const void *data, size_t size) {
    blob file;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    stream.next_out = file.data;
    stream.avail_out = sizeof file.data;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    file.size = sizeof file.data - stream.avail_out;
    deflateEnd(&stream);
    return file;
}

/* From copies of exactly that many bytes, so that the sanitizer sees a read past the end. */
static cnn_dataset *parse(const blob *images, const blob *labels, size_t classes,
                          cnn_error *error) {
    uint8_t *a = malloc(images->size ? images->size : 1), *b = malloc(labels->size + 1);
    assert_non_null(a);
    assert_non_null(b);
    memcpy(a, images->data, images->size);
    memcpy(b + 1, labels->data, labels->size);
    cnn_dataset *set = cnn_dataset_from_idx(a, images->size, b + 1, labels->size, classes, error);
    free(a);
    free(b);
    return set;
}

static void assert_error(const cnn_error *error, cnn_status status, const char *text) {
    char got[600];
    cnn_error_text(error, got, sizeof got);
    assert_string_equal(got, text);
    assert_int_equal(error->status, status);
}

/* Refused as a bad file, with this error text; and no less without an error to fill. */
static void assert_refused(const blob *images, const blob *labels, size_t classes,
                           const char *text) {
    cnn_error error;
    assert_null(parse(images, labels, classes, &error));
    assert_error(&error, CNN_BAD_FILE, text);
    assert_null(parse(images, labels, classes, NULL));
}

static void assert_three_images(const cnn_dataset *set) {
    assert_non_null(set);
    const cnn_dataset_info info = cnn_dataset_about(set);
    const blob images = images_of(3, 4, 5);
    assert_int_equal(info.images, 3);
    assert_int_equal(info.height, 4);
    assert_int_equal(info.width, 5);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.classes, 10);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(cnn_dataset_image(set, i), images.data + 16 + 20 * i, 20);
        assert_int_equal(cnn_dataset_label(set, i), i);
    }
}

/* ------------------------------------------------------------------------------ made in memory */

static void create_copies(void **state) {
    (void)state;
    uint8_t images[2][1][2][3] = {{{{1, 2, 3}, {4, 5, 6}}}, {{{7, 8, 9}, {10, 11, 12}}}};
    uint8_t labels[2] = {2, 0};
    const cnn_dataset_info info = {2, 1, 2, 3, 3};
    cnn_dataset *set = cnn_dataset_create(&info, &images[0][0][0][0], labels, NULL);
    assert_non_null(set);
    memset(images, 0, sizeof images);
    memset(labels, 0, sizeof labels);
    assert_int_equal(cnn_dataset_image(set, 1)[5], 12);
    assert_int_equal(cnn_dataset_label(set, 0), 2);
    assert_int_equal(cnn_dataset_about(set).channels, 3);
    assert_string_equal(cnn_dataset_class(set, 2), "2");
    cnn_dataset_free(set);
    cnn_dataset_free(NULL);
}

static void create_refuses(void **state) {
    (void)state;
    static const struct {
        cnn_dataset_info info;
        const char *text;
    } CASES[] = {
        {{0, 1, 1, 1, 3}, "no images in it"},
        {{2, 0, 1, 1, 3}, "no images in it"},
        {{2, 1, 0, 1, 3}, "no images in it"},
        {{2, 1, 1, 0, 3}, "no images in it"},
        {{2, 1, 1, 1, 0}, "0 classes, where 1 to 1048576 can be"},
        {{2, 1, 1, 1, 1048577}, "1048577 classes, where 1 to 1048576 can be"},
        {{2, 1, 1, 1, 2}, "label 2 of image 1 is not below 2"},
    };
    static const uint8_t images[2] = {0}, labels[2] = {1, 2};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        assert_null(cnn_dataset_create(&CASES[i].info, images, labels, &error));
        assert_error(&error, CNN_BAD_ARGUMENT, CASES[i].text);
        assert_null(cnn_dataset_create(&CASES[i].info, images, labels, NULL));
    }
    static const cnn_dataset_info TOO_MANY[] = {
        {1, SIZE_MAX, 2, 1, 3}, {1, SIZE_MAX, 1, 2, 3}, {2, SIZE_MAX, 1, 1, 3}};
    for (size_t i = 0; i < 3; i++) {
        cnn_error error;
        assert_null(cnn_dataset_create(&TOO_MANY[i], images, labels, &error));
        assert_int_equal(error.status, CNN_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "are too many"));
    }
}

static void truncate_keeps_the_first(void **state) {
    (void)state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    cnn_dataset *set = parse(&images, &labels, 10, NULL);
    assert_true(cnn_dataset_truncate(set, 4, NULL));
    assert_three_images(set);
    cnn_error error;
    assert_false(cnn_dataset_truncate(set, 0, &error));
    assert_error(&error, CNN_BAD_ARGUMENT, "a data set cannot be cut to 0 images");
    assert_three_images(set);
    assert_true(cnn_dataset_truncate(set, 2, NULL));
    assert_int_equal(cnn_dataset_about(set).images, 2);
    assert_int_equal(cnn_dataset_label(set, 1), 1);
    assert_true(cnn_dataset_truncate(set, 3, NULL));
    assert_int_equal(cnn_dataset_about(set).images, 2);
    cnn_dataset_free(set);
}

/* count images of one pixel, of which the first `keep` are measured. */
static cnn_normalisation measured(const uint8_t *pixels, size_t count, size_t keep) {
    uint8_t *labels = calloc(count, 1);
    const cnn_dataset_info info = {count, 1, 1, 1, 1};
    cnn_dataset *set = cnn_dataset_create(&info, pixels, labels, NULL);
    assert_non_null(set);
    assert_true(cnn_dataset_truncate(set, keep, NULL));
    const cnn_normalisation normalisation = cnn_dataset_measure(set);
    cnn_dataset_free(set);
    free(labels);
    return normalisation;
}

static void measure_by_hand(void **state) {
    (void)state;
    /* Sum 101, squares 3081: mean 25.25, variance 770.25 - 637.5625 = 132.6875. */
    static const uint8_t four[] = {10, 20, 30, 41}, ends[] = {0, 255, 9};
    cnn_normalisation n = measured(four, 4, 4);
    assert_true(n.mean == 0.0990f && n.deviation == 0.0452f);
    n = measured(ends, 3, 2); /* 9 is cut off */
    assert_true(n.mean == 0.5f && n.deviation == 0.5f);
    /* A deviation of 1/25500, nearer to 0 than to 0.0001; and one of 0.0001, which can divide. */
    static uint8_t most[10000] = {1};
    n = measured(most, 10000, 10000);
    assert_true(n.mean == 0 && n.deviation == 1);
    n = measured(most, 10000, 1000);
    assert_true(n.mean == 0 && n.deviation == 0.0001f);
}

/* Every mean is the float that its four decimals read as; the deviation of a constant is 1. */
static void measure_rounds_to_decimals(void **state) {
    (void)state;
    for (int value = 0; value < 256; value++) {
        const uint8_t pixels[3] = {(uint8_t)value, (uint8_t)value, (uint8_t)value};
        const cnn_normalisation n = measured(pixels, 3, 3);
        char text[16];
        snprintf(text, sizeof text, "%.4f", value / 255.0);
        assert_true(n.mean == strtof(text, NULL));
        assert_true(n.deviation == 1);
    }
}

/* ----------------------------------------------------------------------------------- IDX, gzip */

static void idx_plain_and_gzip(void **state) {
    (void)state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    const blob images_gz = zipped(images.data, images.size);
    const blob labels_gz = zipped(labels.data, labels.size);
    for (int i = 0; i < 4; i++) {
        cnn_dataset *set =
            parse(i & 1 ? &images_gz : &images, i & 2 ? &labels_gz : &labels, 10, NULL);
        assert_three_images(set);
        cnn_dataset_free(set);
    }
    cnn_dataset *set = parse(&images, &labels, 0, NULL);
    assert_int_equal(cnn_dataset_about(set).classes, 3);
    cnn_dataset_free(set);
}

/* A file cut anywhere is refused, and the error names it and the byte where it ends. */
static void idx_truncated_anywhere(void **state) {
    (void)state;
    const blob whole[2] = {images_of(3, 4, 5), labels_of(3)};
    const blob packed[2] = {zipped(whole[0].data, whole[0].size),
                            zipped(whole[1].data, whole[1].size)};
    static const char *const NAMES[] = {"images", "labels"};
    for (int which = 0; which < 4; which++) {
        const blob *all = which & 2 ? packed : whole;
        for (size_t size = 0; size < all[which & 1].size; size++) {
            blob files[2] = {all[0], all[1]};
            files[which & 1].size = size;
            cnn_error error;
            assert_null(parse(&files[0], &files[1], 10, &error));
            assert_int_equal(error.status, CNN_BAD_FILE);
            assert_string_equal(error.file, NAMES[which & 1]);
            assert_int_equal(error.offset, size);
            assert_non_null(strstr(error.message, "ends"));
        }
    }
}

static void idx_bytes_after_the_end(void **state) {
    (void)state;
    blob images = images_of(3, 4, 5), labels = labels_of(3);
    const blob good_images = images, good_labels = labels;
    images.data[images.size++] = 0;
    labels.size += 2;
    assert_refused(&images, &good_labels, 10,
                   "images: byte 76: 1 bytes after the last of 3 images");
    assert_refused(&good_images, &labels, 10,
                   "labels: byte 11: 2 bytes after the last of 3 labels");
    const blob packed = zipped(labels.data, labels.size);
    assert_refused(&good_images, &packed, 10,
                   "labels: byte 11: 2 bytes after the last of 3 labels"
                   " (byte counted decompressed)");
}

/* Headers that promise what is not there are refused by the bytes that are: nothing is allocated.
 */
static void idx_headers_that_lie(void **state) {
    (void)state;
    const uint32_t most = 0xffffffff;
    const blob good_images = images_of(3, 4, 5), good_labels = labels_of(3);
    blob images = {.size = 0}, labels = {.size = 0};
    put32(&images, 0x803);
    for (int i = 0; i < 3; i++)
        put32(&images, most);
    assert_refused(&images, &good_labels, 10,
                   "images: byte 4: the sizes in the header are too large");
    images.size = 4;
    put32(&images, 1);
    put32(&images, 0xffff);
    put32(&images, 0xffff);
    assert_refused(&images, &good_labels, 10,
                   "images: byte 16: the file ends 4294836225 bytes too early");
    put32(&labels, 0x801);
    put32(&labels, most);
    assert_refused(&good_images, &labels, 10,
                   "labels: byte 8: the file ends 4294967295 bytes too early");
    const blob packed = zipped(labels.data, labels.size);
    assert_refused(&good_images, &packed, 10,
                   "labels: byte 8: the file ends 4294967295 bytes too early"
                   " (byte counted decompressed)");
}

static void idx_wrong_kind(void **state) {
    (void)state;
    blob images = images_of(3, 4, 5), labels = labels_of(3);
    assert_refused(&labels, &labels, 10,
                   "images: byte 0: not IDX images: begins with 00000801, not 00000803");
    assert_refused(&images, &images, 10,
                   "labels: byte 0: not IDX labels: begins with 00000803, not 00000801");
    labels.size = 4; /* too short as well, but first of all the wrong kind */
    assert_refused(&labels, &labels, 10,
                   "images: byte 0: not IDX images: begins with 00000801, not 00000803");
}

static void idx_empty(void **state) {
    (void)state;
    const blob labels = labels_of(3), no_labels = labels_of(0), images = images_of(3, 4, 5);
    const blob empty[] = {images_of(0, 4, 5), images_of(3, 0, 5), images_of(3, 4, 0)};
    for (int i = 0; i < 3; i++)
        assert_refused(&empty[i], &labels, 10, "images: byte 4: no images in it");
    assert_refused(&empty[0], &no_labels, 10, "images: byte 4: no images in it");
    assert_refused(&images, &no_labels, 10, "labels: byte 4: no labels in it");
}

static void idx_labels_that_do_not_fit(void **state) {
    (void)state;
    const blob images = images_of(6, 2, 2), few = labels_of(5), many = labels_of(7);
    assert_refused(&images, &few, 10, "labels: byte 4: 5 labels for 6 images");
    assert_refused(&images, &many, 0, "labels: byte 4: 7 labels for 6 images");
    blob labels = labels_of(6);
    labels.data[8 + 5] = 12;
    assert_refused(&images, &labels, 10, "labels: byte 13: label 12 of image 5 is not below 10");
    const blob packed = zipped(labels.data, labels.size);
    assert_refused(&images, &packed, 12,
                   "labels: byte 13: label 12 of image 5 is not below 12"
                   " (byte counted decompressed)");
    cnn_dataset *set = parse(&images, &labels, 13, NULL);
    assert_int_equal(cnn_dataset_label(set, 5), 12);
    cnn_dataset_free(set);
}

static void gunzip_limit(void **state) {
    (void)state;
    enum { SIZE = 300000 }; /* the room for output doubles three times */
    uint8_t *zeros = calloc(SIZE, 1), *out = NULL;
    const blob packed = zipped(zeros, SIZE);
    size_t size = 0;
    cnn_error error;
    assert_true(packed.size < SIZE / 500);
    assert_true(gunzip(packed.data, packed.size, SIZE, &out, &size, &error));
    assert_int_equal(size, SIZE);
    assert_memory_equal(out, zeros, SIZE);
    free(out);
    assert_false(gunzip(packed.data, packed.size, SIZE - 1, &out, &size, &error));
    assert_int_equal(error.status, CNN_BAD_FILE);
    assert_string_equal(error.message, "decompresses to more than 299999 bytes");
    assert_true(error.offset < packed.size);
    assert_false(gunzip(packed.data, packed.size, 1, &out, &size, NULL));
    free(zeros);
}

/* Where exactly zlib notices is its own affair. */
static void assert_damaged(const blob *labels) {
    const blob images = images_of(3, 4, 5);
    cnn_error error;
    assert_null(parse(&images, labels, 10, &error));
    assert_int_equal(error.status, CNN_BAD_FILE);
    assert_string_equal(error.file, "labels");
    assert_true(error.offset <= labels->size);
    assert_non_null(strstr(error.message, "damaged gzip data: "));
}

static void gzip_damaged(void **state) {
    (void)state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    const blob good = zipped(labels.data, labels.size);
    char text[128];
    blob bad = good;
    memcpy(bad.data + bad.size, "junk", 4);
    bad.size += 4;
    snprintf(text, sizeof text, "labels: byte %zu: 4 bytes after the end of the gzip data",
             good.size);
    assert_refused(&images, &bad, 10, text);
    bad = good;
    bad.data[2] = 9; /* a method of compression that does not exist */
    assert_damaged(&bad);
    bad = good;
    bad.data[good.size - 8] ^= 1; /* the sum */
    assert_damaged(&bad);
    bad = good;
    bad.data[good.size - 1] ^= 1; /* the size */
    assert_damaged(&bad);
    bad.size = 2;
    assert_refused(&images, &bad, 10, "labels: byte 2: the gzip data ends too early");
}

/* ------------------------------------------------------------------------------------- folders */

typedef struct scene {
    char folder[256];
    cnn_error error;
} scene;

static const char *const FILES[] = {"train-images-idx3-ubyte",
                                    "train-images-idx3-ubyte.gz",
                                    "train-labels-idx1-ubyte",
                                    "train-labels-idx1-ubyte.gz",
                                    "t10k-images-idx3-ubyte",
                                    "t10k-labels-idx1-ubyte",
                                    "classes.txt"};

static const char *path_of(const scene *here, const char *name) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", here->folder, name);
    return path;
}

static void write_file(const scene *here, const char *name, const void *data, size_t size) {
    FILE *file = fopen(path_of(here, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_blob(const scene *here, const char *name, blob file) {
    write_file(here, name, file.data, file.size);
}

static int make_folder(void **state) {
    scene *here = calloc(1, sizeof *here);
    if (!here)
        return -1;
    const char *parent = getenv("TMPDIR");
    snprintf(here->folder, sizeof here->folder, "%s/test_data.XXXXXX", parent ? parent : "/tmp");
    *state = here;
    return mkdtemp(here->folder) ? 0 : -1;
}

/* remove() takes folders too. */
static int remove_folder(void **state) {
    scene *here = *state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        remove(path_of(here, FILES[i]));
    const int result = rmdir(here->folder);
    free(here);
    return result;
}

/* The error text after the name of the folder. */
static void assert_load_refused(scene *here, cnn_status status, const char *text) {
    char expected[600];
    snprintf(expected, sizeof expected, "%s%s", here->folder, text);
    assert_null(cnn_dataset_load(here->folder, CNN_TRAIN, 10, &here->error));
    assert_error(&here->error, status, expected);
    assert_null(cnn_dataset_load(here->folder, CNN_TRAIN, 10, NULL));
}

static void folder_splits(void **state) {
    scene *here = *state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3);
    write_blob(here, "train-images-idx3-ubyte.gz", zipped(images.data, images.size));
    write_blob(here, "train-labels-idx1-ubyte", labels);
    write_blob(here, "t10k-images-idx3-ubyte", images_of(2, 4, 5));
    write_blob(here, "t10k-labels-idx1-ubyte", labels_of(2));
    cnn_dataset *train = cnn_dataset_load(here->folder, CNN_TRAIN, 10, &here->error);
    cnn_dataset *test = cnn_dataset_load(here->folder, CNN_TEST, 10, &here->error);
    assert_three_images(train);
    assert_non_null(test);
    assert_int_equal(cnn_dataset_about(test).images, 2);
    assert_string_equal(cnn_dataset_class(test, 9), "9");
    cnn_dataset_free(train);
    cnn_dataset_free(test);
}

static void folder_without_files(void **state) {
    scene *here = *state;
    assert_load_refused(here, CNN_IO,
                        ": no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in it; "
                        "scripts/fetch-data gets MNIST");
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    assert_load_refused(here, CNN_IO,
                        ": no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in it; "
                        "scripts/fetch-data gets MNIST");
    assert_null(cnn_dataset_load("no/such", CNN_TEST, 10, &here->error));
    assert_error(&here->error, CNN_IO, "no/such: no such folder; scripts/fetch-data gets MNIST");
    char *path = calloc(5001, 1);
    memset(path, 'x', 5000);
    assert_null(cnn_dataset_load(path, CNN_TRAIN, 10, &here->error));
    assert_int_equal(here->error.status, CNN_IO);
    assert_string_equal(here->error.message, "the path is longer than 4095 bytes");
    free(path);
}

static void folder_names_the_file(void **state) {
    scene *here = *state;
    const blob images = images_of(6, 2, 2), labels = labels_of(5);
    assert_int_equal(mkdir(path_of(here, "train-images-idx3-ubyte"), 0700), 0);
    assert_load_refused(here, CNN_IO, "/train-images-idx3-ubyte: not a regular file");
    assert_int_equal(remove(path_of(here, "train-images-idx3-ubyte")), 0);
    write_blob(here, "train-images-idx3-ubyte", images);
    write_blob(here, "train-labels-idx1-ubyte.gz", labels);
    assert_load_refused(here, CNN_BAD_FILE,
                        "/train-labels-idx1-ubyte.gz: byte 4: 5 labels for 6 images");
    write_blob(here, "train-labels-idx1-ubyte.gz", zipped(labels.data, labels.size));
    assert_load_refused(here, CNN_BAD_FILE,
                        "/train-labels-idx1-ubyte.gz: byte 4: 5 labels for 6 images"
                        " (byte counted decompressed)");
    write_file(here, "train-images-idx3-ubyte", images.data, 20);
    assert_load_refused(here, CNN_BAD_FILE,
                        "/train-images-idx3-ubyte: byte 20: the file ends 20 bytes too early");
}

#define LONG_NAME "a name of 47 bytes, which is as many as can be."

/* For a data set of three classes. */
static void class_names_read(void **state) {
    scene *here = *state;
    static const struct {
        const char *text, *second;
    } CASES[] = {{"a\nb c\nd\n", "b c"},
                 {"a\nb", NULL},
                 {"a\r\nb\r\nc", "b"},
                 {"a\n" LONG_NAME "\nc\n", LONG_NAME},
                 {"a\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x88\nc\n", "\xc3\xa4\xe2\x82\xac"
                                                                  "\xf0\x9f\x90\x88"}};
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    write_blob(here, "train-labels-idx1-ubyte", labels_of(3));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        write_file(here, "classes.txt", CASES[i].text, strlen(CASES[i].text));
        cnn_dataset *set = cnn_dataset_load(here->folder, CNN_TRAIN, 3, &here->error);
        assert_int_equal(set != NULL, CASES[i].second != NULL);
        if (set)
            assert_string_equal(cnn_dataset_class(set, 1), CASES[i].second);
        cnn_dataset_free(set);
    }
}

static void class_names_refused(void **state) {
    scene *here = *state;
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"", "byte 0: 0 names for 10 classes"},
        {"0\n1\n2\n", "byte 6: 3 names for 10 classes"},
        {"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\nten", "byte 20: more names than the 10 classes"},
        {"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n\n", "byte 20: more names than the 10 classes"},
        {"0\n\n2\n", "byte 2: an empty line where a class name should be"},
        {"0\n" LONG_NAME ".\n", "byte 2: a class name of 48 bytes, more than 47"},
        {"0\na\tb\n", "byte 3: 0x09 in a class name is not printable UTF-8"},
        {"0\na\x7f\n", "byte 3: 0x7f in a class name is not printable UTF-8"},
    };
    write_blob(here, "train-images-idx3-ubyte", images_of(3, 4, 5));
    write_blob(here, "train-labels-idx1-ubyte", labels_of(3));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[128];
        snprintf(text, sizeof text, "/classes.txt: %s", CASES[i].error);
        write_file(here, "classes.txt", CASES[i].text, strlen(CASES[i].text));
        assert_load_refused(here, CNN_BAD_FILE, text);
    }
    remove(path_of(here, "classes.txt"));
    assert_int_equal(mkdir(path_of(here, "classes.txt"), 0700), 0);
    assert_load_refused(here, CNN_IO, "/classes.txt: not a regular file");
}

/* Stray and missing tails, long forms, surrogates, past the last code point, control characters. */
static void names_want_utf8(void **state) {
    (void)state;
    static const char *const BAD[] = {"\x80",
                                      "\xbf\xbf",
                                      "\xc3",
                                      "\xc3(",
                                      "\xe2\x82",
                                      "\xf0\x9f\x90",
                                      "\xc0\xaf",
                                      "\xc1\xbf",
                                      "\xc2\x85",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xff",
                                      "\xf8\x90\x80\x80",
                                      "\x1f",
                                      "\xf4\x90\x80\x80"};
    static const char GOOD[] = " ~\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd"
                               "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(name_first_unprintable((const uint8_t *)BAD[i], strlen(BAD[i])), 0);
    assert_int_equal(name_first_unprintable((const uint8_t *)GOOD, strlen(GOOD)), strlen(GOOD));
    assert_int_equal(name_first_unprintable((const uint8_t *)GOOD, 3), 2);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_copies),
        cmocka_unit_test(create_refuses),
        cmocka_unit_test(truncate_keeps_the_first),
        cmocka_unit_test(measure_by_hand),
        cmocka_unit_test(measure_rounds_to_decimals),
        cmocka_unit_test(idx_plain_and_gzip),
        cmocka_unit_test(idx_truncated_anywhere),
        cmocka_unit_test(idx_bytes_after_the_end),
        cmocka_unit_test(idx_headers_that_lie),
        cmocka_unit_test(idx_wrong_kind),
        cmocka_unit_test(idx_empty),
        cmocka_unit_test(idx_labels_that_do_not_fit),
        cmocka_unit_test(gunzip_limit),
        cmocka_unit_test(gzip_damaged),
        IN_FOLDER(folder_splits),
        IN_FOLDER(folder_without_files),
        IN_FOLDER(folder_names_the_file),
        IN_FOLDER(class_names_read),
        IN_FOLDER(class_names_refused),
        cmocka_unit_test(names_want_utf8),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
