/* Draws a picture in half blocks of gray, or in letters where the terminal has no colors. */
#include "draw.h"

#include "print.h"

#include <stdlib.h>

/* A pixel is one column with its half block, two with its letter. */
#define BLOCK_COLUMNS PRINT_COLUMNS
#define LETTER_COLUMNS (PRINT_COLUMNS / 2)

/* The 24 grays of a terminal with 256 colors. */
#define FIRST_GRAY 232
#define GRAYS 24

/* From least to most light; a dot for empty places would hide the drawing. */
static const char LETTERS[] = " .:-=+*#%@";

static unsigned level_at(const uint8_t *pixels, size_t channels, size_t at, unsigned levels) {
    unsigned sum = 0;
    for (size_t c = 0; c < channels; c++)
        sum += pixels[at * channels + c];
    return sum * levels / (255 * (unsigned)channels + 1);
}

/* Two rows in one line: the upper in the foreground color, the lower in the background color. */
static void draw_blocks(FILE *stream, const uint8_t *pixels, size_t height, size_t width,
                        size_t channels) {
    for (size_t y = 0; y < height; y += 2) {
        for (size_t x = 0; x < width; x++) {
            const size_t at = y * width + x;
            const unsigned upper = level_at(pixels, channels, at, GRAYS);
            const unsigned lower =
                y + 1 < height ? level_at(pixels, channels, at + width, GRAYS) : 0;
            fprintf(stream, "\033[38;5;%u;48;5;%um\u2580", FIRST_GRAY + upper, FIRST_GRAY + lower);
        }
        fputs("\033[0m\n", stream);
    }
}

static void draw_letters(FILE *stream, const uint8_t *pixels, size_t height, size_t width,
                         size_t channels) {
    for (size_t y = 0; y < height; y++) {
        size_t last = 0;
        for (size_t x = 0; x < width; x++)
            if (level_at(pixels, channels, y * width + x, sizeof LETTERS - 1))
                last = x + 1;
        for (size_t x = 0; x < last; x++) {
            const char letter =
                LETTERS[level_at(pixels, channels, y * width + x, sizeof LETTERS - 1)];
            fprintf(stream, "%c%c", letter, letter);
        }
        putc('\n', stream);
    }
}

static void draw(FILE *stream, const uint8_t *pixels, size_t height, size_t width,
                 size_t channels) {
    if (terminal_style(stream, LOOK_BOLD)[0])
        draw_blocks(stream, pixels, height, width, channels);
    else
        draw_letters(stream, pixels, height, width, channels);
}

bool draw_pixels(FILE *stream, const uint8_t *pixels, size_t height, size_t width, size_t channels,
                 cnn_error *error) {
    const size_t most = terminal_style(stream, LOOK_BOLD)[0] ? BLOCK_COLUMNS : LETTER_COLUMNS;
    if (width <= most) {
        draw(stream, pixels, height, width, channels);
        return true;
    }
    const size_t rows = (height * most + width - 1) / width;
    cnn_picture *picture = cnn_picture_create(height, width, channels, pixels, error);
    uint8_t *small = malloc(rows * most * channels);
    const bool ok = picture && small && cnn_picture_resize(picture, rows, most, small, error);
    if (ok)
        draw(stream, small, rows, most, channels);
    free(small);
    cnn_picture_free(picture);
    return ok;
}
