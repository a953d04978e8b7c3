/* Reads class names from a file. They end up on terminals, in JSON and in model files, so
 * unprintable bytes are refused here, with their position. */
#include "class_names.h"

#include "dataset.h"
#include "lines.h"

#include <string.h>

/* Uses the line as a name, or refuses it; `at` is its first byte in the file. */
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
    /* Too many lines are as wrong as too few: such a file was probably made for other classes, and
     * its names would be assigned to the wrong ones. */
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
