/* Writes PNGs into the folder of the test. */
#include <setjmp.h>
#include <stdarg.h>

#include "png_file.h"

#include <cmocka.h>

#include "command.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path_of(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    return path;
}

png_pixels png_file_read(const char *name) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path_of(name)))
        fail_msg("%s: %s", name, image.message);
    image.format &= PNG_FORMAT_FLAG_COLOR;
    png_pixels pixels = {image.height, image.width, image.format ? 3 : 1, NULL};
    pixels.data = calloc(1, PNG_IMAGE_SIZE(image));
    assert_non_null(pixels.data);
    assert_true(png_image_finish_read(&image, NULL, pixels.data, 0, NULL));
    return pixels;
}

void png_file_write(const char *name, const png_pixels *pixels) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)pixels->width,
                       .height = (png_uint_32)pixels->height,
                       .format = pixels->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    if (!png_image_write_to_file(&image, path_of(name), 0, pixels->data, 0, NULL))
        fail_msg("%s: %s", name, image.message);
}
