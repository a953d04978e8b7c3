/* Which UTF-8 characters a terminal may show: one rule for names that are read and texts that are
 * shown. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>

/* The number of bytes of the first character, or 0 if it is a control character or invalid UTF-8.
 * length is at least 1. */
size_t printable_character(const uint8_t *text, size_t length);

/* The index of the first byte that is not part of a printable UTF-8 character; length if all are.
 * Control characters are not printable. */
size_t name_first_unprintable(const uint8_t *name, size_t length);

/* The number of bytes of the first character, which may be a control character, and its code point;
 * 0 if it is invalid UTF-8. length is at least 1. */
size_t utf8_character(const uint8_t *text, size_t length, uint32_t *code);

#endif
