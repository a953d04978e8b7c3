/* The formats that are read, for tests of damage: a small good file of each, and a reader that uses
 * the content it accepts. A new format is a row of the table in file_formats.c. */
#ifndef TESTS_FILE_FORMATS_H
#define TESTS_FILE_FORMATS_H

#include "cnn.h"

/* The bytes of a file, to be freed; there is room for one more. */
typedef struct format_file {
    uint8_t *bytes;
    size_t size;
} format_file;

/* Which bytes may follow a file: bytes that no reader examines. */
typedef enum format_trailing { BEHIND_NOTHING, BEHIND_ZEROS, BEHIND_ANYTHING } format_trailing;

typedef struct file_format {
    const char *name;
    format_file (*make)(void);
    /* Reads, and uses accepted content to the end: pixels, labels, a prediction. */
    bool (*read)(const uint8_t *bytes, size_t size, cnn_error *error);
    /* The beginning of a text is often a valid text. Holds if the content read from it is that of
     * the whole text, except for its last line, which may be cut. A PNG's beginning must have all
     * pixels. NULL: no beginning is accepted. */
    bool (*beginning)(const uint8_t *bytes, size_t size);
    format_trailing behind;
    bool sealed; /* a checksum over every byte: no change at all is accepted */
} file_format;

extern const file_format file_formats[];
extern const size_t file_format_count;

const file_format *file_format_named(const char *name);
format_file format_file_copy(const void *bytes, size_t size);

/* A model file of a tiny network with all its parts. */
format_file format_file_model(void);

#endif
