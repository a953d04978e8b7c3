/* Decodes UTF-8 and finds characters that must not be shown. Control characters control a terminal,
 * and JSON refuses broken UTF-8. The decoder is our own because the C library's depends on the
 * locale. */
#include "printable.h"

#include "cnn.h"

#include <string.h>

/* The number of bytes after a first byte, and the smallest code point that needs as many, because
 * UTF-8 (RFC 3629) allows only the shortest form. Bytes that cannot be first (80 to bf) get a
 * result too; utf8_character() has to refuse them. */
static size_t tail_of(uint8_t first, uint32_t *code, uint32_t *least) {
    const size_t tail = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    static const uint8_t BITS[] = {0x7f, 0x1f, 0x0f, 0x07};
    *code = first & BITS[tail];
    *least = LEAST[tail];
    return tail;
}

/* First bytes f5 to f7 are invalid too, but give code points above the maximum, 10ffff. */
size_t utf8_character(const uint8_t *text, size_t length, uint32_t *character) {
    uint32_t code, least;
    const size_t tail = tail_of(text[0], &code, &least);
    if ((text[0] & 0xc0) == 0x80 || text[0] > 0xf7 || tail >= length)
        return 0;
    for (size_t i = 1; i <= tail; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    /* Surrogates are not characters, though UTF-8 could encode them. */
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    *character = code;
    return code < least || code > 0x10ffff || surrogate ? 0 : tail + 1;
}

static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

size_t printable_character(const uint8_t *text, size_t length) {
    uint32_t code;
    const size_t bytes = utf8_character(text, length, &code);
    return bytes && !is_control(code) ? bytes : 0;
}

size_t name_first_unprintable(const uint8_t *name, size_t length) {
    size_t at = 0, step = 1;
    while (at < length && step) {
        step = printable_character(name + at, length - at);
        at += step;
    }
    return at;
}

/* U+2028 and 2029 end a line; 202a to 202e and 2066 to 2069 change the direction of writing. */
static bool changes_direction(uint32_t code) {
    return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

size_t cnn_text_character(const char *text, bool *shown) {
    const uint8_t *c = (const uint8_t *)text;
    bool unused;
    if (!shown)
        shown = &unused;
    if (!c) {
        *shown = true;
        return 0;
    }
    /* The terminating zero is never a continuation byte. */
    uint32_t code;
    const size_t length = *c ? utf8_character(c, 4, &code) : 0;
    *shown = !*c || (length && !is_control(code) && !changes_direction(code));
    return length || !*c ? length : 1;
}

void cnn_text_clean(char *text) {
    char *end = text;
    bool shown;
    if (!text)
        return;
    for (size_t length; (length = cnn_text_character(text, &shown)); text += length) {
        if (shown)
            memmove(end, text, length);
        else
            *end = '?';
        end += shown ? length : 1;
    }
    *end = '\0';
}
