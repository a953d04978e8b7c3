/* Makes a text of pieces. */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(note *n, size_t more) {
    if (n->used + more < n->size)
        return true;
    const size_t size = 2 * (n->used + more) + 64;
    char *text = n->failed ? NULL : realloc(n->text, size);
    n->failed |= !text;
    if (!text)
        return false;
    n->text = text;
    n->size = size;
    return true;
}

void note_add(note *n, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && grow(n, (size_t)length + 1)) {
        vsnprintf(n->text + n->used, (size_t)length + 1, format, again);
        n->used += (size_t)length;
    }
    va_end(again);
}

void note_fill(note *n, size_t columns) {
    size_t begin = n->used;
    while (begin > 0 && n->text[begin - 1] != '\n')
        begin--;
    while (!n->failed && n->used - begin < columns)
        note_add(n, " ");
}

void note_number(note *n, double number) {
    note_add(n, "%.5g", number == 0 ? 0 : number);
}
