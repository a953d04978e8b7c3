/* Real numbers in decimal, in any locale with a point. */
#ifndef BASE_REAL_TEXT_H
#define BASE_REAL_TEXT_H

#include <stddef.h>

/* What no finite double needs more than. */
#define REAL_TEXT_SIZE 32

/* The shortest text that reads back as this finite number. */
void real_text(double value, char text[REAL_TEXT_SIZE]);

#endif
