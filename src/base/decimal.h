/* Whole numbers in decimal, read from text. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the digits that text[length] begins with, and returns how many they are, 0 if there are
 * none. A number above `most` becomes `most`, and *large becomes true; else *large stays. */
size_t decimal_digits(const char *text, size_t length, uint64_t most, uint64_t *number,
                      bool *large);

/* True if text is digits only, at least one, and the number at most `most`; else *number is
 * unchanged. */
bool decimal_whole(const char *text, uint64_t most, uint64_t *number);

#endif
