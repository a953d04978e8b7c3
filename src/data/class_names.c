/* Names come from a file and end up on terminals, in JSON and in model files. Control characters
 * can steer a terminal, and JSON takes no broken UTF-8: both are refused here, once, with the byte
 * where they stand. The decoder is our own, since that of the C library depends on the locale. */
#include "class_names.h"

#include "dataset.h"

#include <string.h>

/* What follows a first byte: how many bytes, and the least code point that needs as many, because
 * UTF-8 (RFC 3629) allows only the shortest form. A byte that cannot be first (80 to bf) gets an
 * answer too; character() has to refuse it. */
static size_t tail_of(uint8_t first, uint32_t *code, uint32_t *least) {
    const size_t tail = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    static const uint32_t LEAST[] = {0x20, 0xa0, 0x800, 0x10000};
    static const uint8_t BITS[] = {0x7f, 0x1f, 0x0f, 0x07};
    *code = first & BITS[tail];
    *least = LEAST[tail];
    return tail;
}

/* The bytes of the first character, or 0 if it is not printable UTF-8: the least code points above
 * also leave out both blocks of control characters. First bytes f5 to f7 begin nothing either, but
 * give code points beyond the last, 10ffff. length is at least 1. */
static size_t character(const uint8_t *text, size_t length) {
    uint32_t code, least;
    const size_t tail = tail_of(text[0], &code, &least);
    if ((text[0] & 0xc0) == 0x80 || text[0] > 0xf7 || tail >= length)
        return 0;
    for (size_t i = 1; i <= tail; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    /* Halves of UTF-16's pairs are no characters, though UTF-8 could spell them. */
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least || code == 0x7f || code > 0x10ffff || surrogate ? 0 : tail + 1;
}

size_t name_first_unprintable(const uint8_t *name, size_t length) {
    size_t at = 0, step = 1;
    while (at < length && step) {
        step = character(name + at, length - at);
        at += step;
    }
    return at;
}

/* The bytes before the end of the line that begins at text[at]; *next is where the next begins. CR
 * belongs to the end only before LF: elsewhere it is a control character of the name. */
static size_t line_at(const uint8_t *text, size_t size, size_t at, size_t *next) {
    const uint8_t *end = memchr(text + at, '\n', size - at);
    size_t length = end ? (size_t)(end - text) - at : size - at;
    *next = at + length + (end != NULL);
    if (end && length && end[-1] == '\r')
        length--;
    return length;
}

/* Takes the name at text[at], or refuses it with the byte of the file that is at fault. */
static bool name_class(char name[CNN_NAME_SIZE], const uint8_t *text, size_t at, size_t length,
                       cnn_error *error) {
    if (!length)
        return error_at(error, at, "an empty line where a class name should be");
    if (length >= CNN_NAME_SIZE)
        return error_at(error, at, "a class name of %zu bytes, more than %d", length,
                        CNN_NAME_SIZE - 1);
    const size_t bad = name_first_unprintable(text + at, length);
    if (bad < length)
        return error_at(error, at + bad, "0x%02x in a class name is not printable UTF-8",
                        (unsigned)text[at + bad]);
    memcpy(name, text + at, length);
    name[length] = 0;
    return true;
}

bool class_names_parse(cnn_dataset *dataset, const uint8_t *text, size_t size, cnn_error *error) {
    /* Too many lines are as wrong as too few: such a file was likely made for other classes, and
     * its names would be put to the wrong ones. */
    const size_t classes = dataset->info.classes;
    size_t at = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    for (size_t i = 0; i < classes; i++) {
        if (at == size)
            return error_at(error, at, "%zu names for %zu classes", i, classes);
        size_t next;
        const size_t length = line_at(text, size, at, &next);
        if (!name_class(dataset->names[i], text, at, length, error))
            return false;
        at = next;
    }
    return at == size || error_at(error, at, "more names than the %zu classes", classes);
}
