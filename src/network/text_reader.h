/* Reads a network text line by line and word by word. Functions that report an error always return
 * false, so that a caller can return their result. */
#ifndef NETWORK_TEXT_READER_H
#define NETWORK_TEXT_READER_H

#include "lines.h"
#include "network.h"
#include "shown.h"

typedef struct word {
    const char *text;
    size_t length, column; /* column from 1; for a missing word, where it should be */
} word;

typedef struct reader {
    lines lines;
    size_t number;     /* of this line, from 1 */
    const char *line;  /* without its comment and end */
    size_t length, at; /* at: where the search for the next word starts */
    size_t input_line, input_column;
    cnn_network *network; /* NULL until the input line */
    cnn_error *error;
} reader;

/* "line 4: " message " (column 1)". */
bool refuse_with(const reader *r, size_t number, size_t column, const char *message);
/* Quotes the line, then gives the reason. */
__attribute__((format(printf, 3, 4))) bool refuse(const reader *r, size_t column,
                                                  const char *reason, ...);
/* An error of the network, with its position. */
bool refuse_because(const reader *r, size_t column, const cnn_error *inner);
/* A word, prepared for a message. */
shown quoted(const word *w);

/* Moves to the next line; false after the last. */
bool next_line(reader *r);
/* Removes the line's comment, and refuses bytes that are not text. */
bool strip_comment(reader *r);
/* Moves to the next word; false at the end of the line, with w->column directly after the last
 * word. */
bool next_word(reader *r, word *w);
bool word_is(const word *w, const char *text);

#endif
