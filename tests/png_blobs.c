/* Writes pixels as PNGs with libpng. */
#include "png_blobs.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct growing {
    uint8_t *data;
    size_t size;
} growing;

static void append(png_structp png, png_bytep data, size_t count) {
    growing *file = png_get_io_ptr(png);
    file->data = realloc(file->data, file->size + count);
    memcpy(file->data + file->size, data, count);
    file->size += count;
}

static void put_colors(png_structp png, png_infop info, const png_plan *plan) {
    png_color palette[256];
    for (size_t i = 0; i < plan->colors; i++)
        memcpy(&palette[i], plan->palette + 3 * i, 3);
    if (plan->palette)
        png_set_PLTE(png, info, palette, (int)plan->colors);
    if (plan->opacity)
        png_set_tRNS(png, info, plan->opacity, (int)plan->opacities, NULL);
    if (plan->missing) {
        const uint16_t *m = plan->missing;
        const bool gray = plan->type == PNG_COLOR_TYPE_GRAY;
        const png_color_16 color = {
            .red = m[0], .green = gray ? 0 : m[1], .blue = gray ? 0 : m[2], .gray = m[0]};
        png_set_tRNS(png, info, NULL, 0, &color);
    }
}

static void put_comment(png_structp png, png_infop info, const char *comment) {
    char key[] = "Comment", text[64];
    strncpy(text, comment, sizeof text - 1);
    text[sizeof text - 1] = 0;
    const png_text chunk = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = key, .text = text};
    png_set_text(png, info, &chunk, 1);
}

uint8_t *png_made(const png_plan *plan, size_t *size) {
    growing file = {NULL, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, append, NULL);
    png_set_IHDR(png, info, plan->width, plan->height, plan->depth, plan->type,
                 plan->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    if (plan->quick) {
        png_set_filter(png, 0, PNG_FILTER_NONE);
        png_set_compression_level(png, 1);
    }
    put_colors(png, info, plan);
    png_write_info(png, info);
    const size_t stride = png_get_rowbytes(png, info);
    png_bytepp rows = malloc(plan->height * sizeof *rows);
    for (size_t y = 0; y < plan->height; y++)
        rows[y] = (png_bytep)plan->rows + y * stride;
    png_write_image(png, rows);
    if (plan->comment)
        put_comment(png, info, plan->comment);
    png_write_end(png, info);
    free(rows);
    png_destroy_write_struct(&png, &info);
    *size = file.size;
    return file.data;
}

uint8_t *png_gray(const uint8_t *pixels, size_t height, size_t width, size_t *size) {
    const png_plan plan = {.width = (uint32_t)width,
                           .height = (uint32_t)height,
                           .type = PNG_COLOR_TYPE_GRAY,
                           .depth = 8,
                           .rows = pixels};
    return png_made(&plan, size);
}

uint8_t *png_rich(size_t *size) {
    uint8_t rows[9 * 7 * 4];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)(i * i);
    const png_plan plan = {.width = 9,
                           .height = 7,
                           .type = PNG_COLOR_TYPE_RGBA,
                           .depth = 8,
                           .rows = rows,
                           .interlaced = true,
                           .comment = "a flower"};
    return png_made(&plan, size);
}
