/* A text that grows. */
#ifndef WORKSHOP_NOTE_H
#define WORKSHOP_NOTE_H

#include <stdbool.h>
#include <stddef.h>

/* text is NULL until something is added, and then to be freed. */
typedef struct note {
    char *text;
    size_t used, size;
    bool failed; /* no memory: the text is not complete */
} note;

void note_add(note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds blanks until the line has this many columns. */
void note_fill(note *n, size_t columns);
/* A number as one would write it: 3, -0.5, 0.26894, nan. */
void note_number(note *n, double number);

#endif
