#include "closest.h"

#include <stdint.h>
#include <string.h>

/* Longer words are not compared: nobody meant them. */
enum { LONGEST = 24 };

static size_t least(size_t a, size_t b, size_t c) {
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Letters to insert, remove or replace (Levenshtein 1966), by rows: after row i, row[j] is the
 * distance of the first i letters of a from the first j of b. */
static size_t edits(const char *a, size_t rows, const char *b, size_t columns) {
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            const size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[columns];
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
    if (distance > 1 + strlen(word) / 3 || (closest->word && distance >= closest->distance))
        return;
    closest->word = word;
    closest->distance = distance;
}
