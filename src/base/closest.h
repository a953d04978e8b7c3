/* Which of the known words was probably meant by one that is not known. */
#ifndef BASE_CLOSEST_H
#define BASE_CLOSEST_H

#include <stddef.h>

/* Begin with {typed, length}, then offer each known word. */
typedef struct closest {
    const char *typed;
    size_t length;
    char word[48]; /* a copy of the closest so far; "" if none is close enough to be meant */
    size_t distance;
} closest;

void closest_offer(closest *closest, const char *word);

#endif
