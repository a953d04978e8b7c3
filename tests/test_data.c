/* Data sets made in memory and from IDX bytes. */
#include "class_names.h"
#include "dataset.h"
#include "gunzip.h"
#include "idx_blobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ made in memory */

static void create_copies(void **state) {
    (void)state;
    uint8_t images[2][1][2][3] = {{{{1, 2, 3}, {4, 5, 6}}}, {{{7, 8, 9}, {10, 11, 12}}}};
    uint32_t labels[2] = {2, 0};
    const cnn_dataset_info info = {2, 1, 2, 3, 3};
    cnn_dataset *set = cnn_dataset_create(&info, &images[0][0][0][0], labels, NULL);
    assert_non_null(set);
    memset(images, 0, sizeof images);
    memset(labels, 0, sizeof labels);
    assert_int_equal(cnn_dataset_image_at(set, 1)[5], 12);
    assert_int_equal(cnn_dataset_label_at(set, 0), 2);
    assert_int_equal(cnn_dataset_get_info(set).channels, 3);
    assert_string_equal(cnn_dataset_class_at(set, 2), "2");
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
    static const uint8_t images[2] = {0};
    static const uint32_t labels[2] = {1, 2};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        cnn_error error;
        assert_null(cnn_dataset_create(&CASES[i].info, images, labels, &error));
        assert_error(&error, CNN_STATUS_BAD_ARGUMENT, CASES[i].text);
        assert_null(cnn_dataset_create(&CASES[i].info, images, labels, NULL));
    }
    static const cnn_dataset_info TOO_MANY[] = {
        {1, SIZE_MAX, 2, 1, 3}, {1, SIZE_MAX, 1, 2, 3}, {2, SIZE_MAX, 1, 1, 3}};
    for (size_t i = 0; i < 3; i++) {
        cnn_error error;
        assert_null(cnn_dataset_create(&TOO_MANY[i], images, labels, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_ARGUMENT);
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
    assert_error(&error, CNN_STATUS_BAD_ARGUMENT, "a data set cannot be cut to 0 images");
    assert_three_images(set);
    assert_true(cnn_dataset_truncate(set, 2, NULL));
    assert_int_equal(cnn_dataset_get_info(set).images, 2);
    assert_int_equal(cnn_dataset_label_at(set, 1), 1);
    assert_true(cnn_dataset_truncate(set, 3, NULL));
    assert_int_equal(cnn_dataset_get_info(set).images, 2);
    cnn_dataset_free(set);
}

/* count images of one pixel, of which the first `keep` are measured. */
static cnn_normalization measured(const uint8_t *pixels, size_t count, size_t keep) {
    uint32_t *labels = calloc(count, sizeof *labels);
    const cnn_dataset_info info = {count, 1, 1, 1, 1};
    cnn_dataset *set = cnn_dataset_create(&info, pixels, labels, NULL);
    assert_non_null(set);
    assert_true(cnn_dataset_truncate(set, keep, NULL));
    const cnn_normalization normalization = cnn_dataset_measure(set);
    cnn_dataset_free(set);
    free(labels);
    return normalization;
}

static void measure_by_hand(void **state) {
    (void)state;
    /* Sum 101, squares 3081: mean 25.25, variance 770.25 - 637.5625 = 132.6875. */
    static const uint8_t four[] = {10, 20, 30, 41}, ends[] = {0, 255, 9};
    cnn_normalization n = measured(four, 4, 4);
    assert_true(n.mean == 0.0990f && n.std == 0.0452f);
    n = measured(ends, 3, 2); /* 9 is cut off */
    assert_true(n.mean == 0.5f && n.std == 0.5f);
    /* A deviation of 1/25500, nearer to 0 than to 0.0001; and one of 0.0001, which can divide. */
    static uint8_t most[10000] = {1};
    n = measured(most, 10000, 10000);
    assert_true(n.mean == 0 && n.std == 1);
    n = measured(most, 10000, 1000);
    assert_true(n.mean == 0 && n.std == 0.0001f);
}

/* Every mean is the float that its four decimals read as; the deviation of a constant is 1. */
static void measure_rounds_to_decimals(void **state) {
    (void)state;
    for (int value = 0; value < 256; value++) {
        const uint8_t pixels[3] = {(uint8_t)value, (uint8_t)value, (uint8_t)value};
        const cnn_normalization n = measured(pixels, 3, 3);
        char text[16];
        snprintf(text, sizeof text, "%.4f", value / 255.0);
        assert_true(n.mean == strtof(text, NULL));
        assert_true(n.std == 1);
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
    assert_int_equal(cnn_dataset_get_info(set).classes, 3);
    cnn_dataset_free(set);
}

static void idx_images_alone(void **state) {
    (void)state;
    const blob images = images_of(3, 4, 5), labels = labels_of(3),
               gz = zipped(images.data, images.size);
    cnn_error error;
    for (int i = 0; i < 2; i++) {
        const blob *file = i ? &gz : &images;
        cnn_dataset *set = cnn_dataset_from_idx(file->data, file->size, NULL, 0, 0, &error);
        assert_non_null(set);
        assert_int_equal(cnn_dataset_get_info(set).images, 3);
        assert_int_equal(cnn_dataset_get_info(set).classes, 1);
        assert_int_equal(cnn_dataset_label_at(set, 2), 0);
        assert_memory_equal(cnn_dataset_image_at(set, 0), images.data + 16, 3 * 4 * 5);
        cnn_dataset_free(set);
        assert_null(cnn_dataset_from_idx(file->data, file->size - 1, NULL, 0, 0, &error));
        assert_string_equal(error.file, "images");
    }
    assert_null(cnn_dataset_from_idx(labels.data, labels.size, NULL, 0, 0, NULL));
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
            assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
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

/* Headers that promise more than the file has are refused by the bytes present: nothing is
 * allocated. */
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
                   "labels: byte 4: 4294967295 bytes by its header, more than the 1073741824 that "
                   "are unpacked: unpack it beforehand (byte counted decompressed)");
}

static void idx_wrong_kind(void **state) {
    (void)state;
    blob images = images_of(3, 4, 5), labels = labels_of(3);
    assert_refused(&labels, &labels, 10,
                   "images: byte 0: not IDX images: begins with 00000801, not 00000803");
    assert_refused(&images, &images, 10,
                   "labels: byte 0: not IDX labels: begins with 00000803, not 00000801");
    labels.size = 4; /* too short as well, but the kind is checked first */
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
    assert_int_equal(cnn_dataset_label_at(set, 5), 12);
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
    assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
    assert_string_equal(error.message, "decompresses to more than 299999 bytes");
    assert_true(error.offset < packed.size);
    assert_false(gunzip(packed.data, packed.size, 1, &out, &size, NULL));
    free(zeros);
}

/* The exact place where zlib notices is not checked. */
static void assert_damaged(const blob *labels) {
    const blob images = images_of(3, 4, 5);
    cnn_error error;
    assert_null(parse(&images, labels, 10, &error));
    assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_copies),
        cmocka_unit_test(create_refuses),
        cmocka_unit_test(truncate_keeps_the_first),
        cmocka_unit_test(measure_by_hand),
        cmocka_unit_test(measure_rounds_to_decimals),
        cmocka_unit_test(idx_plain_and_gzip),
        cmocka_unit_test(idx_images_alone),
        cmocka_unit_test(idx_truncated_anywhere),
        cmocka_unit_test(idx_bytes_after_the_end),
        cmocka_unit_test(idx_headers_that_lie),
        cmocka_unit_test(idx_wrong_kind),
        cmocka_unit_test(idx_empty),
        cmocka_unit_test(idx_labels_that_do_not_fit),
        cmocka_unit_test(gunzip_limit),
        cmocka_unit_test(gzip_damaged),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
