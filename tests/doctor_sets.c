/* Writes data sets with one planted illness each. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "doctor_result.h"
#include "doctor_sets.h"

#include <stdbool.h>

/* Test images show pictures that no training image shows. */
enum { FIRST_TEST = 1000000, TEST_IMAGES = 512 };

static uint32_t noise(uint32_t picture, uint32_t pixel) {
    uint32_t x = picture * 64 + pixel + 1;
    for (int round = 0; round < 2; round++)
        x = (x ^ x >> 16) * 0x45d9f3bu;
    return x >> 8 & 255;
}

/* A quarter somewhat brighter than the noise around: the class is picture % 4. */
static uint32_t quarter(uint32_t picture, uint32_t pixel) {
    const uint32_t part = pixel / 32 * 2 + pixel % 8 / 4;
    return noise(picture, pixel) * 3 / 4 + (part == picture % 4 ? 40 : 0);
}

/* Horizontal or vertical stripes, bright first or dark: the means of the classes are equal. */
static uint32_t stripe(uint32_t picture, uint32_t pixel) {
    const bool odd = (picture & 1 ? pixel % 8 : pixel / 8) / 2 % 2;
    return noise(picture, pixel) / 8 + (odd != (picture >> 2 & 1) ? 200 : 0);
}

static void put_u32(FILE *file, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(value >> shift & 255), file);
}

static FILE *begin(const char *folder, const char *name, uint32_t magic, uint32_t count) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = doctor_create(path);
    put_u32(file, magic);
    put_u32(file, count);
    return file;
}

static void write_pixels(FILE *file, uint32_t picture, bool stripes) {
    for (uint32_t pixel = 0; pixel < 64; pixel++)
        fputc((int)(picture == DOCTOR_BLANK ? 0
                    : picture >= DOCTOR_NEARLY
                        ? quarter(0, pixel) + (pixel == 0 && picture % 32 == 0)
                    : stripes ? stripe(picture, pixel)
                              : quarter(picture, pixel)),
              file);
}

static void write_part(const doctor_set *set, const char *part, uint32_t count, bool test) {
    char name[64];
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", part);
    FILE *images = begin(set->name, name, 0x803, count);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", part);
    FILE *labels = begin(set->name, name, 0x801, count);
    put_u32(images, 8);
    put_u32(images, 8);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t picture = test ? FIRST_TEST + i : set->picture(i);
        write_pixels(images, picture, set->stripes);
        fputc((int)(test ? picture % 4 : set->label(i)), labels);
    }
    assert_int_equal(fclose(images) | fclose(labels), 0);
}

void doctor_set_create(const doctor_set *set) {
    command_shell("mkdir @/%s", set->name);
    assert_int_equal(command_code, 0);
    write_part(set, "train", set->count, false);
    write_part(set, "t10k", TEST_IMAGES, true);
}
