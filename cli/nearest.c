#include "nearest.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 32

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Optimal string alignment, row after row. */
static size_t edits(const char *a, size_t rows, const char *b, size_t columns) {
    size_t d[LONGEST][LONGEST];
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

size_t nearest_distance(const char *typed, const char *word) {
    const size_t length = strlen(typed);
    if (length >= 2 && !strncmp(typed, word, length))
        return word[length] != '\0';
    return edits(typed, smaller(length, LONGEST - 1), word, smaller(strlen(word), LONGEST - 1));
}

void nearest_offer(near_word *near, const char *word) {
    const size_t distance = nearest_distance(near->typed, word);
    const size_t limit = 1 + strlen(word) / 3;
    if (distance > limit || (near->word[0] && distance >= near->distance))
        return;
    snprintf(near->word, sizeof near->word, "%s", word);
    near->distance = distance;
}
