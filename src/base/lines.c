/* Splits a text into lines, with the line ends of any system. */
#include "lines.h"

#include <string.h>

/* Begins like UTF-16: a byte order mark, or ASCII in two bytes per character. */
static bool is_utf16(const unsigned char *bytes, size_t size) {
    if (size < 2)
        return false;
    return (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff) ||
           (!bytes[0] != !bytes[1]);
}

const char *lines_begin(lines *lines, const void *text, size_t size) {
    if (is_utf16(text, size))
        return "UTF-16; save it as UTF-8";
    const size_t mark = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    const char *first = text;
    *lines = (struct lines){.next = first, .end = first, .mark = '\n'};
    if (size) {
        lines->next += mark;
        lines->end += size;
        lines->mark = memchr(text, '\n', size) ? '\n' : '\r';
    }
    return NULL;
}

bool lines_next(lines *lines) {
    if (lines->next == lines->end)
        return false;
    const size_t left = (size_t)(lines->end - lines->next);
    const char *stop = memchr(lines->next, lines->mark, left);
    lines->text = lines->next;
    lines->length = stop ? (size_t)(stop - lines->text) : left;
    lines->next = stop ? stop + 1 : lines->end;
    if (lines->length && lines->text[lines->length - 1] == '\r')
        lines->length--;
    lines->number++;
    return true;
}

bool line_blank(const char *text, size_t length) {
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at == length;
}

bool lines_more(const lines *lines) {
    struct lines rest = *lines;
    bool blank = true;
    while (blank && lines_next(&rest))
        blank = line_blank(rest.text, rest.length);
    return !blank;
}
