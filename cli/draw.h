/* Draws pictures in the terminal. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "cnn.h"

#include <stdio.h>

/* Draws pixels[height][width][channels], 0 for black, cut down to the width of a screen: grays in
 * half blocks if the terminal has colors, else letters of more or less ink. False without
 * memory. */
bool draw_pixels(FILE *stream, const uint8_t *pixels, size_t height, size_t width, size_t channels,
                 cnn_error *error);

#endif
