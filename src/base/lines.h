/* The lines of a text that people write, as editors of every system leave it. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lines {
    const char *next, *end; /* what follows this line; borrowed */
    char mark;              /* the last byte of the end of a line */
    size_t number;          /* of this line, from 1; 0 before the first */
    const char *text;       /* without its end */
    size_t length;
} lines;

/* A mark of UTF-8 at the start is passed over. A line ends with LF or CR LF, or with CR where the
 * text has no LF; the last with any of these, a CR alone, or nothing. Returns NULL, or in words
 * what the text is, if it is none of bytes: lines_next() then must not be called. */
const char *lines_begin(lines *lines, const void *text, size_t size);

/* Moves to the next line; false after the last. */
bool lines_next(lines *lines);

/* Does anything follow but blank lines? */
bool lines_more(const lines *lines);

/* Nothing but blanks and tabs? */
bool line_blank(const char *text, size_t length);

#endif
