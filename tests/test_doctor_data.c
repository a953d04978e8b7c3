/* cnn doctor: illnesses of labels and pixels, planted one by one. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "doctor_result.h"

#include <stdbool.h>
#include <stdio.h>

/* A folder NAME with the images of the small set and a label of its own for each. */
static void relabel(const char *name, uint8_t (*label)(uint32_t image)) {
    char path[96];
    command_shell("mkdir @/%s && cp @/train-images-idx3-ubyte @/t10k-* @/%s/", name, name);
    assert_int_equal(command_code, 0);
    snprintf(path, sizeof path, "%s/train-labels-idx1-ubyte", name);
    FILE *file = doctor_create(path);
    fwrite("\0\0\10\1\0\0\1\0", 1, 8, file); /* 256 of them */
    for (uint32_t i = 0; i < 256; i++)
        fputc(label(i), file);
    assert_int_equal(fclose(file), 0);
}

static uint8_t shuffled(uint32_t image) {
    return (image * 2654435761u >> 13) % 4;
}

static uint8_t constant(uint32_t image) {
    (void)image;
    return 2;
}

static uint8_t few(uint32_t image) {
    return image % 4 == 3 ? 1 : image % 4;
}

static uint8_t uneven(uint32_t image) {
    return image < 16 ? image % 4 : 0;
}

static void labels_shuffled(void **state) {
    (void)state;
    relabel("shuffled", shuffled);
    json_t *result =
        doctor_examine("doctor @/wide.net --data @/shuffled --batch-size 16 --lr 0.003 --json");
    doctor_is_cause(result, "labels", NULL);
    doctor_has(result, "one-batch", NULL, "healthy");
    doctor_has(result, "classes", NULL, "healthy");
    assert_true(doctor_number(doctor_finding(result, "labels", NULL), "right") < 0.5);
    json_decref(result);
}

static void labels_constant(void **state) {
    (void)state;
    relabel("constant", constant);
    json_t *result = doctor_examine("doctor @/wide.net --data @/constant --lr 0.01 --json");
    doctor_is_cause(result, "classes", NULL);
    assert_int_equal(doctor_number(doctor_finding(result, "classes", NULL), "present"), 1);
    json_decref(result);
}

static void labels_lopsided(void **state) {
    (void)state;
    relabel("few", few);
    json_t *result = doctor_examine("doctor @/wide.net --data @/few --lr 0.01 --json");
    doctor_has(result, "classes", NULL, "suspect");
    assert_int_equal(doctor_number(doctor_finding(result, "classes", NULL), "present"), 3);
    doctor_has(result, "labels", NULL, "healthy");
    json_decref(result);
    relabel("uneven", uneven);
    result = doctor_examine("doctor @/wide.net --data @/uneven --lr 0.01 --json");
    doctor_has(result, "classes", NULL, "suspect");
    assert_true(doctor_number(doctor_finding(result, "classes", NULL), "largest_share") > 0.9);
    json_decref(result);
}

/* Horizontal or vertical stripes, bright or dark first: both classes have the same gray mean. */
static void write_stripes(void) {
    uint32_t noise = 7;
    command_shell("mkdir @/stripes && cp @/t10k-* @/stripes/");
    FILE *images = doctor_create("stripes/train-images-idx3-ubyte");
    FILE *labels = doctor_create("stripes/train-labels-idx1-ubyte");
    fwrite("\0\0\10\3\0\0\4\0\0\0\0\10\0\0\0\10", 1, 16, images);
    fwrite("\0\0\10\1\0\0\4\0", 1, 8, labels);
    for (uint32_t i = 0; i < 1024; i++) {
        const bool stands = i & 1, dark = i >> 1 & 1;
        fputc(stands, labels);
        for (uint32_t pixel = 0; pixel < 64; pixel++) {
            const bool odd = (stands ? pixel % 8 : pixel / 8) / 2 % 2;
            noise = noise * 1664525u + 1013904223u;
            fputc((int)((noise >> 24) / 8 + (odd != dark ? 200 : 0)), images);
        }
    }
    assert_int_equal(fclose(images) | fclose(labels), 0);
}

static void labels_that_means_cannot_tell(void **state) {
    (void)state;
    write_stripes();
    json_t *result =
        doctor_examine("doctor @/wide.net --data @/stripes --batch-size 16 --lr 0.003 --json");
    doctor_has(result, "labels", NULL, "healthy");
    assert_true(doctor_number(doctor_finding(result, "labels", NULL), "sigmas_of_means") < 4);
    assert_true(doctor_number(doctor_finding(result, "labels", NULL), "right") > 0.9);
    json_decref(result);
}

static void pixels_not_normalized(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--lr 0.01 --mean 0 --std 0.00392156862");
    doctor_is_cause(result, "pixels", NULL);
    assert_in_range(doctor_number(doctor_finding(result, "pixels", NULL), "mean"), 75, 85);
    json_decref(result);
    result = doctor_examine(DOCTOR "--lr 0.01 --mean 0.3 --std 0.05");
    doctor_has(result, "pixels", NULL, "suspect");
    json_decref(result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_shuffled),       cmocka_unit_test(labels_constant),
        cmocka_unit_test(labels_lopsided),       cmocka_unit_test(labels_that_means_cannot_tell),
        cmocka_unit_test(pixels_not_normalized),
    };
    return cmocka_run_group_tests(tests, doctor_folder_create, command_folder_remove);
}
