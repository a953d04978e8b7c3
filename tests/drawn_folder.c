/* Draws digits and writes them as PNGs or IDX files. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "drawn_folder.h"
#include "glyphs.h"
#include "png_blobs.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FONTS_FOLDER "/usr/share/hershey-fonts/"
static const char *const FONTS[] = {"futural", "futuram", "rowmant", "timesr", "scriptc"};
enum { FONT_COUNT = sizeof FONTS / sizeof *FONTS, MOST = 200 };

/* How a picture is stored. */
typedef enum coat { GRAY, COLORS, PALETTE, DEEP, CLEAR_DARK, CLEAR_LIGHT, WIDE } coat;

/* Side, height, pen, place, slant, turn, paper, ink, shade, grain, seed. */
static const struct {
    hand hand;
    coat coat;
} MANNERS[] = {
    {{128, 80, 8, 64, 64, 0, 0, 0, 255, 0, 0, 0}, GRAY},          /* clean, light on dark */
    {{128, 60, 5, 50, 80, 0, 0, 235, 40, 0, 0, 0}, GRAY},         /* on paper */
    {{200, 110, 9, 90, 105, 0.1, 0, 225, 60, 0.45, 6, 7}, GRAY},  /* photographed */
    {{200, 110, 4, 100, 105, 0.1, 0, 220, 150, 0.3, 5, 3}, GRAY}, /* pencil */
    {{200, 110, 9, 100, 105, -0.1, 0, 50, 190, 0.3, 6, 5}, GRAY}, /* chalk */
    {{28, 16, 2, 14, 14, 0, 0, 0, 255, 0, 0, 0}, GRAY},           /* the size of MNIST's */
    {{96, 60, 6, 48, 48, 0, 0.1, 230, 30, 0.2, 3, 9}, COLORS},    /* blue on yellow */
    {{64, 40, 4, 36, 28, 0.1, 0, 255, 0, 0, 0, 0}, PALETTE},      /* saved small */
    {{100, 70, 7, 50, 50, 0, -0.1, 20, 230, 0, 0, 0}, DEEP},      /* 16 bits, interlaced */
    {{100, 70, 6, 50, 50, 0, 0, 0, 255, 0, 0, 0}, CLEAR_DARK},    /* black on nothing */
    {{100, 70, 6, 50, 50, 0.2, 0, 0, 255, 0, 0, 0}, CLEAR_LIGHT}, /* white on nothing */
    {{160, 50, 5, 40, 80, 0, 0, 240, 20, 0, 0, 0}, WIDE},         /* a strip of paper */
};
enum { MANNER_COUNT = sizeof MANNERS / sizeof *MANNERS };

/* The bytes of one pixel in its coat, from its gray; returns how many. */
static size_t put_pixel(coat coat, uint8_t gray, uint8_t *to) {
    switch (coat) {
    case COLORS:
        to[0] = gray;
        to[1] = (uint8_t)(gray * 4 / 5 + 10);
        to[2] = (uint8_t)(120 - gray / 3);
        return 3;
    case DEEP:
        to[0] = gray;
        to[1] = 77;
        return 2;
    case CLEAR_DARK:
    case CLEAR_LIGHT:
        to[0] = coat == CLEAR_DARK ? 0 : 255;
        to[1] = gray;
        return 2;
    default:
        to[0] = gray;
        return 1;
    }
}

static uint8_t *png_in_coat(coat coat, const uint8_t *pixels, size_t side, size_t *size) {
    static const int types[] = {PNG_COLOR_TYPE_GRAY,       PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_PALETTE,    PNG_COLOR_TYPE_GRAY,
                                PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_GRAY_ALPHA,
                                PNG_COLOR_TYPE_GRAY};
    static uint8_t rows[3 * MOST * MOST], palette[3 * 256];
    /* Wide pictures keep the middle third. */
    const size_t height = coat == WIDE ? side / 3 : side, skip = coat == WIDE ? side * height : 0;
    size_t used = 0;
    for (size_t i = 0; i < height * side; i++)
        used += put_pixel(coat, pixels[skip + i], rows + used);
    for (size_t i = 0; i < 256; i++)
        memset(palette + 3 * i, (int)i, 3);
    const png_plan plan = {.width = (uint32_t)side,
                           .height = (uint32_t)height,
                           .type = types[coat],
                           .depth = coat == DEEP ? 16 : 8,
                           .interlaced = coat == DEEP,
                           .rows = rows,
                           .palette = coat == PALETTE ? palette : NULL,
                           .colors = coat == PALETTE ? 256 : 0};
    return png_made(&plan, size);
}

static void path_of(char path[256], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void path_of(char path[256], const char *format, ...) {
    const int used = snprintf(path, 256, "%s/", command_folder);
    va_list values;
    va_start(values, format);
    vsnprintf(path + used, (size_t)(256 - used), format, values);
    va_end(values);
}

static void save(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The number decides font and manner; both repeat before any pair does. */
static void draw(const char *path, const glyph *glyph, size_t number) {
    static uint8_t pixels[MOST * MOST];
    hand hand = MANNERS[number % MANNER_COUNT].hand;
    size_t size;
    hand.seed += number;
    hand.height *= 1 + 0.01 * (double)(number % 7);
    glyph_draw(glyph, &hand, pixels);
    uint8_t *bytes = png_in_coat(MANNERS[number % MANNER_COUNT].coat, pixels, hand.side, &size);
    save(path, bytes, size);
    free(bytes);
}

void drawn_folder(const char *folder, size_t each) {
    static glyph glyphs[FONT_COUNT][10];
    char path[256];
    for (size_t i = 0; i < FONT_COUNT; i++) {
        snprintf(path, sizeof path, FONTS_FOLDER "%s.jhf", FONTS[i]);
        if (!glyphs_of_digits(path, glyphs[i]))
            fail_msg("%s is missing: scripts/need hershey", path);
    }
    path_of(path, "%s", folder);
    mkdir(path, 0700);
    for (size_t digit = 0; digit < 10; digit++) {
        path_of(path, "%s/%zu", folder, digit);
        mkdir(path, 0700);
        for (size_t i = 0; i < each; i++) {
            path_of(path, "%s/%zu/%03zu.png", folder, digit, i);
            draw(path, &glyphs[i % FONT_COUNT][digit], i);
        }
    }
}

static void put_number(uint8_t *to, size_t number) {
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(number >> (24 - 8 * i));
}

void drawn_idx(const char *folder, const char *which, const cnn_dataset *images) {
    const cnn_dataset_info info = cnn_dataset_get_info(images);
    const size_t size = info.height * info.width;
    char path[256];
    uint8_t *bytes = calloc(16 + info.images * size, 1);
    assert_non_null(bytes);
    path_of(path, "%s", folder);
    mkdir(path, 0700);
    put_number(bytes, 0x803);
    put_number(bytes + 4, info.images);
    put_number(bytes + 8, info.height);
    put_number(bytes + 12, info.width);
    for (size_t i = 0; i < info.images; i++)
        memcpy(bytes + 16 + i * size, cnn_dataset_image_at(images, i), size);
    path_of(path, "%s/%s-images-idx3-ubyte", folder, which);
    save(path, bytes, 16 + info.images * size);
    put_number(bytes, 0x801);
    for (size_t i = 0; i < info.images; i++)
        bytes[8 + i] = (uint8_t)cnn_dataset_label_at(images, i);
    path_of(path, "%s/%s-labels-idx1-ubyte", folder, which);
    save(path, bytes, 8 + info.images);
    free(bytes);
}
