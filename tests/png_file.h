/* PNG files in the folder of command.h, read by libpng itself and not by the code under test. */
#ifndef TESTS_PNG_FILE_H
#define TESTS_PNG_FILE_H

#include <stddef.h>
#include <stdint.h>

typedef struct png_pixels {
    size_t height, width, channels; /* channels: 1 or 3 */
    uint8_t *data;                  /* [height][width][channels], to be freed */
} png_pixels;

/* name lies in the folder and may have slashes. */
png_pixels png_file_read(const char *name);
void png_file_write(const char *name, const png_pixels *pixels);

#endif
