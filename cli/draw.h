/* Pictures in the terminal. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "cnn.h"

#include <stdio.h>

/* pixels[height][width][channels] as the eye sees them, cut down to the width of a screen: grays in
 * half blocks where there are colors, else letters of more or less ink. False with no memory. */
bool draw_pixels(FILE *stream, const uint8_t *pixels, size_t height, size_t width, size_t channels,
                 cnn_error *error);

#endif
