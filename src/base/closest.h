/* Suggests the known word that an unknown one was probably meant to be. */
#ifndef BASE_CLOSEST_H
#define BASE_CLOSEST_H

#include <stddef.h>

/* Begin with {typed, length}, then offer each known word. */
typedef struct closest {
    const char *typed;
    size_t length;
    char word[48]; /* a copy of the closest so far; "" if none is close enough */
    size_t distance;
} closest;

void closest_offer(closest *closest, const char *word);

#endif
