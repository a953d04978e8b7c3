/* Quotes a path so that a shell reads the same bytes and a terminal stays as it is. */
#include "quote.h"

#include "cnn.h"

#include <string.h>

static size_t put(const char *text, size_t length, FILE *stream) {
    if (stream)
        fwrite(text, 1, length, stream);
    return length;
}

static bool may_be_shown(const char *word) {
    bool shown = true;
    for (size_t length; shown && (length = cnn_text_character(word, &shown)); word += length)
        ;
    return shown;
}

/* Within '...' only the quote itself is special. */
static size_t put_quoted(const char *word, FILE *stream) {
    size_t used = put("'", 1, stream);
    for (; *word; word++)
        used += *word == '\'' ? put("'\\''", 4, stream) : put(word, 1, stream);
    return used + put("'", 1, stream);
}

/* Writes bytes that must not be shown as three octal digits each, so that a following digit stays
 * one. */
static size_t put_escaped(const char *word, FILE *stream) {
    size_t used = put("$'", 2, stream);
    bool shown;
    for (size_t length; (length = cnn_text_character(word, &shown)); word += length) {
        if (*word == '\'' || *word == '\\')
            used += put("\\", 1, stream);
        if (shown)
            used += put(word, length, stream);
        for (size_t i = 0; !shown && i < length; i++) {
            char octal[8];
            snprintf(octal, sizeof octal, "\\%03o", (unsigned)(unsigned char)word[i]);
            used += put(octal, 4, stream);
        }
    }
    return used + put("'", 1, stream);
}

size_t quote_write(const char *path, FILE *stream) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:=@,%";
    const size_t used = path[0] == '-' ? put("./", 2, stream) : 0;
    if (!path[strspn(path, plain)])
        return used + put(path, strlen(path), stream);
    return used + (may_be_shown(path) ? put_quoted(path, stream) : put_escaped(path, stream));
}
