/* Names come from a file and end up on terminals, in JSON and in model files. What is not printable
 * is refused here, once, with the byte where it stands. */
#include "class_names.h"

#include "dataset.h"
#include "printable.h"

#include <string.h>

size_t name_first_unprintable(const uint8_t *name, size_t length) {
    size_t at = 0, step = 1;
    while (at < length && step) {
        step = printable_character(name + at, length - at);
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
