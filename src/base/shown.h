/* Makes words from outside fit for a message. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

#define SHOWN_MAX 60

typedef struct shown {
    char text[SHOWN_MAX + 4];
} shown;

/* At most `limit` bytes, SHOWN_MAX or fewer, with "..." appended if text is longer; a byte that is
 * not part of a printable UTF-8 character becomes a question mark, a tab a space. */
shown show(const void *text, size_t length, size_t limit);

/* An entire text, up to the length of a name. */
shown show_name(const char *name);

/* Sizes such as 16x1x3x3; "one number" for rank 0. */
shown show_shape(size_t rank, const size_t *shape);

#endif
