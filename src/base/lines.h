/* Iterates over the lines of a text written in any editor on any system. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lines {
    const char *next, *end; /* the text after this line; borrowed */
    char mark;              /* the last byte of a line end */
    size_t number;          /* of this line, from 1; 0 before the first */
    const char *text;       /* without its line end */
    size_t length;
} lines;

/* A UTF-8 byte order mark at the start is skipped. A line ends with LF or CR LF, or with CR if the
 * text has no LF; the last one with any of these, a single CR, or nothing. Returns NULL, or, if the
 * text is not made of bytes, a description such as "UTF-16"; lines_next() must not be called
 * then. */
const char *lines_begin(lines *lines, const void *text, size_t size);

/* Moves to the next line; false after the last. */
bool lines_next(lines *lines);

/* Whether any line that is not blank follows. */
bool lines_more(const lines *lines);

/* Whether text is only blanks and tabs. */
bool line_blank(const char *text, size_t length);

#endif
