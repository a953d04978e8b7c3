/* Names come from a file and end up on terminals, in JSON and in model files. Control characters
 * can steer a terminal, and JSON takes no broken UTF-8: both are refused here, once, with the byte
 * where they stand. The decoder is our own, since that of the C library depends on the locale. */
#include "class_names.h"

#include "dataset.h"
#include "lines.h"

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

/* Takes the line as a name, or refuses it; `at` is the byte of the file where it begins. */
static bool name_class(char name[CNN_NAME_SIZE], const lines *line, size_t at, cnn_error *error) {
    const size_t length = line->length;
    if (line_blank(line->text, length))
        return error_at(error, at, "an empty line where a class name should be");
    if (length >= CNN_NAME_SIZE)
        return error_at(error, at, "a class name of %zu bytes, more than %d", length,
                        CNN_NAME_SIZE - 1);
    const size_t bad = name_first_unprintable((const uint8_t *)line->text, length);
    if (bad < length)
        return error_at(error, at + bad, "0x%02x in a class name is not printable UTF-8",
                        (unsigned)(uint8_t)line->text[bad]);
    memcpy(name, line->text, length);
    name[length] = 0;
    return true;
}

bool class_names_parse(cnn_dataset *dataset, const uint8_t *text, size_t size, cnn_error *error) {
    /* Too many lines are as wrong as too few: such a file was likely made for other classes, and
     * its names would be put to the wrong ones. */
    const size_t classes = dataset->info.classes;
    lines lines;
    const char *other = lines_begin(&lines, text, size);
    if (other)
        return error_at(error, 0, "the text is %s", other);
    for (size_t i = 0; i < classes; i++) {
        const size_t at = (size_t)(lines.next - (const char *)text);
        if (!lines_more(&lines))
            return error_at(error, at, "%zu names for %zu classes", i, classes);
        lines_next(&lines);
        if (!name_class(dataset->names[i], &lines, at, error))
            return false;
    }
    return !lines_more(&lines) || error_at(error, (size_t)(lines.next - (const char *)text),
                                           "more names than the %zu classes", classes);
}
