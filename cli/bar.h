/* One line on a terminal that is redrawn again and again. */
#ifndef CLI_BAR_H
#define CLI_BAR_H

#include "cnn.h"

#include <stdio.h>

typedef struct bar {
    FILE *stream; /* NULL: draws nothing */
    double drawn; /* time of the last drawing in seconds; 0: none yet */
    bool visible;
} bar;

/* Draws on the stream if it is a terminal. */
bar bar_on(FILE *stream);
/* At most ten times a second. */
void bar_draw(bar *line, const cnn_progress *progress);
/* Gives the line back to whatever is printed next. */
void bar_clear(bar *line);

/* The line itself, exactly `columns` wide or less; cuts at size. */
void bar_text(const cnn_progress *progress, size_t columns, char *text, size_t size);

#endif
