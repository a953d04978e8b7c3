/* Decimal integers, read from text. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the digits at the start of text[length] and returns their number, 0 if there is no digit. A
 * number above `most` becomes `most` and sets *large to true; otherwise *large is unchanged. */
size_t decimal_digits(const char *text, size_t length, uint64_t most, uint64_t *number,
                      bool *large);

/* True if text is at least one digit and nothing else, and the number at most `most`; else *number
 * is unchanged. */
bool decimal_whole(const char *text, uint64_t most, uint64_t *number);

#endif
