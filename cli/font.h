/* Letters for pictures: five pixels wide, seven high, printable ASCII. */
#ifndef CLI_FONT_H
#define CLI_FONT_H

#include <stdbool.h>
#include <stddef.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7, FONT_ADVANCE = FONT_WIDTH + 1 };

/* True if the letter has ink at this place, x below FONT_WIDTH and y below FONT_HEIGHT. What is not
 * printable ASCII is a frame. */
bool font_ink(char letter, size_t x, size_t y);

/* The UTF-8 text as the font has it, at most `most` letters, which must be less than size: a
 * character beyond ASCII becomes one byte that is drawn as a frame. A longer text is cut and ends
 * in two dots. Returns the number of letters. */
size_t font_fit(const char *text, size_t most, char *fitted, size_t size);

#endif
