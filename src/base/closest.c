/* Finds the closest known word by edit distance: the number of typing errors between two words. */
#include "closest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer words are not compared: they are not typing errors. */
enum { LONGEST = 24 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Letters to insert, remove, replace or swap with their neighbor (optimal string alignment:
 * Levenshtein 1966, with Damerau's swaps): d[i][j] is the distance of the first i letters of a from
 * the first j of b. */
static size_t edits(const char *a, size_t rows, const char *b, size_t columns) {
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= rows; i++)
        for (size_t j = 0; j <= columns; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = smaller(d[i - 1][j], d[i][j - 1]) + 1;
            d[i][j] = smaller(d[i][j], d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[rows][columns];
}

/* An abbreviation is as close as one wrong letter. */
static size_t distance_of(const closest *c, const char *word) {
    const size_t length = strlen(word);
    if (c->length > LONGEST || length > LONGEST)
        return SIZE_MAX;
    if (c->length >= 2 && c->length < length && !memcmp(c->typed, word, c->length))
        return 1;
    return edits(c->typed, c->length, word, length);
}

void closest_offer(closest *closest, const char *word) {
    const size_t distance = distance_of(closest, word);
    if (distance > 1 + strlen(word) / 3 || (closest->word[0] && distance >= closest->distance))
        return;
    snprintf(closest->word, sizeof closest->word, "%s", word);
    closest->distance = distance;
}
