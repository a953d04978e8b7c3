/* Splits a network text into lines and words, and reports errors with their position. */
#include "text_reader.h"

#include "error.h"
#include "shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD_LIMIT 30

/* "line 4: " message " (column 1)". Always false. */
bool refuse_with(const reader *r, size_t number, size_t column, const char *message) {
    error_set(r->error, CNN_STATUS_BAD_NETWORK, "line %zu: %.190s (column %zu)", number, message,
              column);
    if (r->error) {
        r->error->line = number;
        r->error->column = column;
    }
    return false;
}

/* Quotes the line, then gives the reason. Always false. */
__attribute__((format(printf, 3, 4))) bool refuse(const reader *r, size_t column,
                                                  const char *reason, ...) {
    size_t first = 0, last = r->length;
    while (first < last && strchr(" \t", r->line[first]))
        first++;
    while (last > first && strchr(" \t", r->line[last - 1]))
        last--;
    char message[192];
    int length = 0;
    if (first < last)
        length = snprintf(message, sizeof message,
                          "%s: ", show(r->line + first, last - first, SHOWN_MAX).text);
    va_list values;
    va_start(values, reason);
    vsnprintf(message + length, sizeof message - (size_t)length, reason, values);
    va_end(values);
    return refuse_with(r, r->number, column, message);
}

/* Whether the input looks like channels, height and width: a few planes of rows. */
static bool channels_first(const cnn_network *network) {
    const extent input = network ? network->layers[0].shape.y : (extent){0, 0, 0};
    return input.w == input.c && input.h <= 4 && input.w > input.h;
}

/* Adds the position to an error of the network; lack of memory has none. Always false. */
bool refuse_because(const reader *r, size_t column, const cnn_error *inner) {
    char message[192];
    if (inner->status == CNN_STATUS_BAD_NETWORK && channels_first(r->network)) {
        const extent input = r->network->layers[0].shape.y;
        snprintf(message, sizeof message, "%.120s; channels come last: input %zux%zux%zu?",
                 inner->message, input.w, input.c, input.h);
        return refuse_with(r, r->number, column, message);
    }
    if (inner->status == CNN_STATUS_BAD_NETWORK)
        return refuse_with(r, r->number, column, inner->message);
    if (r->error)
        *r->error = *inner;
    return false;
}

/* Only the beginning of a word: the line before it in the message may be long too. */
shown quoted(const word *w) {
    return show(w->text, w->length, WORD_LIMIT);
}

/* Moves to the next line; false after the last. */
bool next_line(reader *r) {
    if (!lines_next(&r->lines))
        return false;
    r->line = r->lines.text;
    r->length = r->lines.length;
    r->number = r->lines.number;
    r->at = 0;
    return true;
}

/* The multiplication sign in UTF-8. */
static bool is_times(const reader *r, size_t at) {
    return r->length - at >= 2 && !memcmp(r->line + at, "\xc3\x97", 2);
}

/* Removes the comment, which may contain any bytes but control characters. */
bool strip_comment(reader *r) {
    const char *hash = memchr(r->line, '#', r->length);
    const size_t code = hash ? (size_t)(hash - r->line) : r->length;
    for (size_t i = 0; i < r->length; i++) {
        const unsigned char byte = (unsigned char)r->line[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return refuse(r, i + 1, "byte 0x%02x is not text", byte);
        if (byte > 0x7f && i < code)
            return refuse(r, i + 1, "byte 0x%02x outside a comment is not ASCII%s", byte,
                          is_times(r, i) ? "; write x for times" : "");
    }
    r->length = code;
    return true;
}

/* `at` must be within the line. */
static bool is_space(const reader *r, size_t at) {
    return r->line[at] == ' ' || r->line[at] == '\t';
}

/* False at the end of the line; w->column is then directly after the last word. */
bool next_word(reader *r, word *w) {
    *w = (word){.column = r->at + 1};
    size_t at = r->at;
    while (at < r->length && is_space(r, at))
        at++;
    if (at == r->length)
        return false;
    const size_t first = at;
    while (at < r->length && !is_space(r, at))
        at++;
    *w = (word){r->line + first, at - first, first + 1};
    r->at = at;
    return true;
}

bool word_is(const word *w, const char *text) {
    return w->length == strlen(text) && !memcmp(w->text, text, w->length);
}
