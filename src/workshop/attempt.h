/* The inside of an attempt: its cases, and the answers to each of them. Built with real = double.
 */
#ifndef WORKSHOP_ATTEMPT_H
#define WORKSHOP_ATTEMPT_H

#include "problem.h"

enum { PARTS_MAX = 6 };

/* The answers to one output: in each case the numbers of the first call, whose array held
 * leftovers, and of the second, whose array held 0. NULL: there was no such call. */
typedef struct part {
    cnn_attempt_part about;
    size_t function_index;
    const exercise_parameter *parameter;
    float **first, **second; /* [case], owned */
} part;

struct cnn_attempt {
    const exercise_row *row;
    problem *problems; /* [case], owned */
    part parts[PARTS_MAX];
    size_t part_count;
    cnn_attempt_info about;
    char *line, *text; /* owned */
};

static inline bool part_forward(const part *p) {
    return p->about.array[0] != 'd';
}

/* How many numbers the output has in this case, and the largest difference of equal ones. */
size_t part_count(const cnn_attempt *a, const part *p, size_t index);
double part_tolerance(const cnn_attempt *a, const part *p, size_t index);
/* Are these answers right? */
bool part_right(const cnn_attempt *a, const part *p, size_t index, const float *answers);

/* Sets what each part is: right, wrong and where, or not written. */
void verdict_of_parts(cnn_attempt *a);
/* Names the mistakes in the wrong parts, which have both answers. False without memory. */
bool verdict_names(cnn_attempt *a, cnn_error *error);
/* Writes `line` and `text`. False without memory. */
bool describe(cnn_attempt *a, cnn_error *error);

#endif
