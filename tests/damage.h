/* The formats that are read, for tests of damage: a small good file of each, and a reader that uses
 * what it accepts. A new format is a row of the table in damage.c. */
#ifndef TESTS_DAMAGE_H
#define TESTS_DAMAGE_H

#include "cnn.h"

/* The bytes of a file, to be freed; there is room for one more. */
typedef struct damage_file {
    uint8_t *bytes;
    size_t size;
} damage_file;

/* What may stand behind a file: bytes that no reader looks at. */
typedef enum damage_behind { BEHIND_NOTHING, BEHIND_ZEROS, BEHIND_ANYTHING } damage_behind;

typedef struct damage_format {
    const char *name;
    damage_file (*make)(void);
    /* Reads, and uses what is accepted to the end: pixels, labels, a prediction. */
    bool (*read)(const uint8_t *bytes, size_t size, cnn_error *error);
    /* Of a text the beginning is often a text as well. Holds if what is read of it is what the
     * whole text says, but for its last line, which may be cut. Of a PNG, all pixels must be in
     * it. NULL: no beginning is accepted. */
    bool (*beginning)(const uint8_t *bytes, size_t size);
    damage_behind behind;
    bool sealed; /* a checksum over every byte: no change at all is accepted */
} damage_format;

extern const damage_format damage_formats[];
extern const size_t damage_format_count;

const damage_format *damage_format_of(const char *name);
damage_file damage_copy(const void *bytes, size_t size);

/* A model file of a tiny network with all its parts. */
damage_file damage_model(void);

#endif
