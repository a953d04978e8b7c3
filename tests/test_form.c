/* Whether a data set's images have MNIST's form is measured, on the drawings and on nothing
 * else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, IMAGES = 100 };

/* A lit rectangle. */
typedef struct patch {
    size_t top, left, height, width;
} patch;

/* Twenty of 28 high, its center on pixel (14, 14): as MNIST would have it. */
static const patch FORM = {4, 11, 20, 6};

static void light(uint8_t *image, const patch *patch) {
    for (size_t y = patch->top; y < patch->top + patch->height; y++)
        memset(image + y * SIDE + patch->left, 255, patch->width);
}

/* 100 images, of which the last `others` have another patch. */
static bool has_form(size_t others, const patch *other, size_t channels) {
    uint8_t *images = calloc(IMAGES * SIDE * SIDE, channels);
    const uint32_t labels[IMAGES] = {0};
    for (size_t i = 0; i < IMAGES; i++)
        light(images + i * SIDE * SIDE, i + others < IMAGES ? &FORM : other);
    const cnn_dataset_info info = {IMAGES, SIDE, SIDE, channels, 1};
    cnn_dataset *set = cnn_dataset_create(&info, images, labels, NULL);
    assert_non_null(set);
    const bool form = cnn_dataset_preprocessing(set);
    cnn_dataset_free(set);
    free(images);
    return form;
}

static void centered_drawings_of_twenty_have_it(void **state) {
    (void)state;
    const patch lying = {11, 4, 6, 20}, hair_off = {5, 12, 19, 6};
    assert_true(has_form(0, &FORM, 1));
    assert_true(has_form(IMAGES, &lying, 1));
    assert_true(has_form(IMAGES, &hair_off, 1));
}

static void others_do_not(void **state) {
    (void)state;
    static const patch OTHERS[] = {
        {0, 11, 28, 6}, /* as high as the image */
        {6, 11, 16, 6}, /* too small */
        {2, 11, 20, 6}, /* too high up */
        {4, 14, 20, 6}, /* too far right */
        {4, 11, 0, 6},  /* black */
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_false(has_form(IMAGES, &OTHERS[i], 1));
    assert_false(has_form(0, &FORM, 3));
}

static void five_in_a_hundred_may_differ(void **state) {
    (void)state;
    const patch other = {0, 0, 28, 28};
    assert_true(has_form(5, &other, 1));
    assert_false(has_form(6, &other, 1));
}

/* The real data sets, if they are there. */
static void check_real(const char *folder, bool form) {
    cnn_dataset *set = cnn_dataset_load(folder, CNN_SPLIT_TEST, 0, NULL);
    if (!set) {
        print_message("%s is not here: skipped\n", folder);
        skip();
    }
    assert_int_equal(cnn_dataset_preprocessing(set), form);
    cnn_dataset_free(set);
}

static void mnist_has_it(void **state) {
    (void)state;
    check_real("data/mnist", true);
}

static void fashion_mnist_does_not(void **state) {
    (void)state;
    check_real("data/fashion-mnist", false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(centered_drawings_of_twenty_have_it),
        cmocka_unit_test(others_do_not),
        cmocka_unit_test(five_in_a_hundred_may_differ),
        cmocka_unit_test(mnist_has_it),
        cmocka_unit_test(fashion_mnist_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
