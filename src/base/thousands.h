/* Numbers as people read them: 206,922. */
#ifndef BASE_THOUSANDS_H
#define BASE_THOUSANDS_H

#include <stdint.h>

/* Returned by value, so that several fit in one printf. */
typedef struct number_text {
    char text[32];
} number_text;

number_text thousands(uint64_t number);

#endif
