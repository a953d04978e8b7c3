/* Draws a case as one would on paper. Built with real = double. */
#ifndef WORKSHOP_DRAWING_H
#define WORKSHOP_DRAWING_H

#include "attempt.h"
#include "note.h"

/* The inputs of the function, then what it should give and what it gave, as planes: of each array
 * those that the wrong number has to do with. */
void draw_case(const cnn_attempt *a, const part *p, note *n);
/* "dx[0][1][2][0]". */
void draw_element(const problem *p, const exercise_function *f, const char *array, size_t index,
                  note *n);
/* The sum, or the rule, that makes the first number that differs. */
void draw_sum(const cnn_attempt *a, const part *p, note *n);

#endif
