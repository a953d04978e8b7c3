/* Letters for pictures: five pixels wide, seven high, printable ASCII. */
#ifndef CLI_FONT_H
#define CLI_FONT_H

#include <stdbool.h>
#include <stddef.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7, FONT_ADVANCE = FONT_WIDTH + 1 };

/* True if the letter has ink here, x below FONT_WIDTH and y below FONT_HEIGHT. Characters other
 * than printable ASCII are drawn as a frame. */
bool font_ink(char letter, size_t x, size_t y);

/* Converts UTF-8 text to letters of the font, at most `most`, which must be less than size: a
 * character beyond ASCII becomes one byte that is drawn as a frame. A longer text is cut and ends
 * in two dots. Returns the number of letters. */
size_t font_fit(const char *text, size_t most, char *fitted, size_t size);

#endif
