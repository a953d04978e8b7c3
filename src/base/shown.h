/* Words from outside, made fit to stand in a message. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

#define SHOWN_MAX 60

typedef struct shown {
    char text[SHOWN_MAX + 4];
} shown;

/* At most `limit` bytes, SHOWN_MAX or fewer, with "..." behind them if that is not all; a byte that
 * is not part of a printable UTF-8 character becomes a question mark, a tab a space. */
shown show(const void *text, size_t length, size_t limit);

/* A whole text, as long as a name may be. */
shown show_name(const char *name);

/* Sizes as in 16x1x3x3; "one number" if there are none. */
shown show_shape(size_t rank, const size_t *shape);

#endif
