/* Numbers with thousands separators: 206,922. */
#ifndef BASE_THOUSANDS_H
#define BASE_THOUSANDS_H

#include <stdint.h>

/* Returned by value, so that one printf can use several. */
typedef struct number_text {
    char text[32];
} number_text;

number_text thousands(uint64_t number);

#endif
