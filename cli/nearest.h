/* What was probably meant. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* Insertions, removals, replacements and swaps of neighbours that make one word of the other;
 * a word that the other begins with counts as 1. Only the first 31 characters are compared. */
size_t nearest_distance(const char *typed, const char *word);

/* Keeps the closest word offered so far. Begin with {.typed = ...}. */
typedef struct near_word {
    const char *typed;
    char word[48]; /* empty while nothing is close enough to be worth offering */
    size_t distance;
} near_word;

void nearest_offer(near_word *near, const char *word);

#endif
