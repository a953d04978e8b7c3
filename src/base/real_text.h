/* Real numbers as decimal text with a point, in any locale. */
#ifndef BASE_REAL_TEXT_H
#define BASE_REAL_TEXT_H

#include <stddef.h>

/* Enough for any finite double. */
#define REAL_TEXT_SIZE 32

/* The shortest text that reads back as this finite value. */
void real_text(double value, char text[REAL_TEXT_SIZE]);

#endif
