/* Files of the workshop as somebody writes them: solutions of the tests, with mistakes put in,
 * compiled and loaded into the test. */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include "cnn.h"

enum { WRITTEN_EDITS = 4 };

/* A line of a solution, and what somebody wrote there. */
typedef struct written_edit {
    char was[256], has[512];
} written_edit;

typedef struct written_mistake {
    char name[40];     /* in the catalog; "-": it has none */
    char exercise[40]; /* whose solution it is put into */
    written_edit edits[WRITTEN_EDITS];
    size_t count;
} written_mistake;

/* Those of tests/workshop/mistakes.txt; returns their number. */
size_t written_mistakes(written_mistake *mistakes, size_t most);

/* The text of a solution with both mistakes, each of which may be NULL; to be freed. NULL if they
 * change the same line. */
char *written_text(const char *exercise, const written_mistake *one, const written_mistake *other);
/* Checks this text, compiled and called in the test's own process. To be freed. */
cnn_attempt *written_attempt(const char *exercise, const char *text);
/* Is this one of the names of any wrong part? Is any other name there? */
bool written_named(const cnn_attempt *attempt, const char *name);
bool written_any_name(const cnn_attempt *attempt);

#endif
