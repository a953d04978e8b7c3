/* Which of the known words was probably meant. */
#ifndef FILES_CLOSEST_H
#define FILES_CLOSEST_H

#include <stddef.h>

/* Begin with {typed, length}, then offer every known word. */
typedef struct closest {
    const char *typed;
    size_t length;
    const char *word; /* the closest so far, or NULL: none is close enough to be meant */
    size_t distance;
} closest;

void closest_offer(closest *closest, const char *word);

#endif
