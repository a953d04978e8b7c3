/* Lays out misread images with their captions and writes them as one PNG. */
#include "sheet.h"

#include "font.h"
#include "print.h"
#include "source.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct sheet {
    size_t width, height, channels; /* channels: 1 or 3 */
    uint8_t *pixels;                /* [height][width][channels] */
    cnn_dataset_info info;          /* of the images */
    size_t enlarge, every;          /* at least one is 1 */
    size_t shown_w, shown_h;        /* size of a picture on the sheet */
    size_t cell_w, cell_h;          /* with its caption and the gap */
} sheet;

static void plan_cell(sheet *sheet) {
    const size_t h = sheet->info.height, w = sheet->info.width, side = h > w ? h : w;
    const size_t line = SHEET_LETTERS * FONT_ADVANCE;
    sheet->enlarge = side < SHEET_SIDE ? SHEET_SIDE / side : 1;
    sheet->every = (side + SHEET_SIDE - 1) / SHEET_SIDE;
    sheet->shown_w = (w + sheet->every - 1) / sheet->every * sheet->enlarge;
    sheet->shown_h = (h + sheet->every - 1) / sheet->every * sheet->enlarge;
    sheet->cell_w = (sheet->shown_w > line ? sheet->shown_w : line) + SHEET_GAP;
    sheet->cell_h = sheet->shown_h + FONT_HEIGHT + 2 * SHEET_LINE + SHEET_GAP;
}

/* Allocates a blank sheet for `count` pictures below a line of `letters`. */
static bool lay_out(sheet *sheet, size_t count, size_t letters, cnn_error *error) {
    const size_t columns = count < SHEET_COLUMNS ? count : SHEET_COLUMNS;
    const size_t rows = (count + SHEET_COLUMNS - 1) / SHEET_COLUMNS;
    const size_t title = letters * FONT_ADVANCE;
    plan_cell(sheet);
    sheet->channels = sheet->info.channels == 3 ? 3 : 1;
    sheet->width = columns * sheet->cell_w + SHEET_GAP;
    if (sheet->width < title + 2 * SHEET_GAP)
        sheet->width = title + 2 * SHEET_GAP;
    sheet->height = 2 * SHEET_GAP + SHEET_LINE + rows * sheet->cell_h;
    const size_t size = sheet->height * sheet->width * sheet->channels;
    sheet->pixels = malloc(size);
    if (!sheet->pixels)
        return source_refuse(error, "", "no memory for %zu bytes", size);
    memset(sheet->pixels, SHEET_PAPER, size);
    return true;
}

static uint8_t *pixel_at(const sheet *sheet, size_t x, size_t y) {
    return sheet->pixels + (y * sheet->width + x) * sheet->channels;
}

static void draw_text(sheet *sheet, size_t left, size_t top, const char *text) {
    for (; *text; text++, left += FONT_ADVANCE)
        for (size_t y = 0; y < FONT_HEIGHT; y++)
            for (size_t x = 0; x < FONT_WIDTH; x++)
                if (font_ink(*text, x, y))
                    memset(pixel_at(sheet, left + x, top + y), 0, sheet->channels);
}

/* With a channel count other than 1 and 3, channels are not colors: the first is shown. */
static void draw_image(sheet *sheet, size_t left, size_t top, const uint8_t *image) {
    for (size_t y = 0; y < sheet->shown_h; y++)
        for (size_t x = 0; x < sheet->shown_w; x++) {
            const size_t row = y / sheet->enlarge * sheet->every;
            const size_t column = x / sheet->enlarge * sheet->every;
            memcpy(pixel_at(sheet, left + x, top + y),
                   image + (row * sheet->info.width + column) * sheet->info.channels,
                   sheet->channels);
        }
}

/* Writes "Ankle boot" and "as Sneaker 98.7%": a long name is cut, never the number. */
static void draw_caption(sheet *sheet, size_t left, size_t top, const misread *one,
                         const cnn_model *model) {
    char name[SHEET_LETTERS + 1], number[16] = "?", line[2 * SHEET_LETTERS];
    if (!isnan(one->probability))
        snprintf(number, sizeof number, "%.1f%%", 100 * (double)one->probability);
    font_fit(cnn_model_class_at(model, one->truth), SHEET_LETTERS, name, sizeof name);
    draw_text(sheet, left, top, name);
    const size_t capacity = SHEET_LETTERS - strlen("as  ") - strlen(number);
    font_fit(cnn_model_class_at(model, one->guess), capacity, name, sizeof name);
    snprintf(line, sizeof line, "as %s %s", name, number);
    draw_text(sheet, left, top + SHEET_LINE, line);
}

static void draw(sheet *sheet, const misreads *found, const cnn_model *model,
                 const cnn_dataset *images) {
    for (size_t i = 0; i < found->shown; i++) {
        const misread *one = &found->worst[i];
        const size_t left = SHEET_GAP + i % SHEET_COLUMNS * sheet->cell_w;
        const size_t top = 2 * SHEET_GAP + SHEET_LINE + i / SHEET_COLUMNS * sheet->cell_h;
        draw_image(sheet, left, top, cnn_dataset_image_at(images, one->image));
        draw_caption(sheet, left, top + sheet->shown_h + SHEET_LINE - FONT_HEIGHT, one, model);
    }
}

/* libpng makes the file in memory, so that the disk gets a complete file or none. */
static bool save(const sheet *sheet, const char *path, cnn_error *error) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)sheet->width,
                       .height = (png_uint_32)sheet->height,
                       .format = sheet->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = malloc(size);
    bool good = bytes || source_refuse(error, path, "no memory for %zu bytes", (size_t)size);
    if (good && !png_image_write_to_memory(&image, bytes, &size, 0, sheet->pixels, 0, NULL))
        good = source_refuse(error, path, "libpng: %s", image.message);
    good = good && cnn_file_save(path, bytes, size, error);
    free(bytes);
    return good;
}

bool sheet_save(const misreads *found, const cnn_model *model, const cnn_dataset *images,
                const char *path, cnn_error *error) {
    char title[128];
    sheet sheet = {.info = cnn_dataset_get_info(images)};
    snprintf(title, sizeof title, "%s of %s misread%s", thousands(found->count).text,
             thousands(found->images).text,
             found->shown < found->count ? ", the worst 100"
             : found->count              ? ", worst first"
                                         : "");
    if (!lay_out(&sheet, found->shown, strlen(title), error))
        return false;
    draw_text(&sheet, SHEET_GAP, SHEET_GAP, title);
    draw(&sheet, found, model, images);
    const bool good = save(&sheet, path, error);
    free(sheet.pixels);
    return good;
}
