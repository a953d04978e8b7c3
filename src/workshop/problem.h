/* One case of an exercise: its numbers by the names that the exercise has for them. Built with
 * real = double. */
#ifndef WORKSHOP_PROBLEM_H
#define WORKSHOP_PROBLEM_H

#include "exercise.h"
#include "update.h"
#include "worked.h"

typedef struct problem {
    const exercise_row *row;
    const exercise_case *about;
    cnn_case *given; /* of a layer or the loss, owned; NULL: an optimizer */
    worked worked;   /* of `given` */
    float *outputs;  /* its right y or p, owned */
    update update;   /* of an optimizer */
} problem;

/* False without memory. May be ended all the same. */
bool problem_begin(problem *p, const exercise_row *row, const exercise_case *about,
                   cnn_error *error);
void problem_end(problem *p);

/* A size or a rate, "N", "stride", "lr". */
double problem_value(const problem *p, const char *name);
size_t problem_images(const problem *p);
/* The numbers before a call; NULL: an array that only holds answers. */
float *problem_given(const problem *p, const char *name);
/* What a call should leave there. */
const real *problem_right(const problem *p, const char *name);
/* Fills in an array's shape and count from its sizes, "N H W C". */
void problem_shape(const problem *p, const char *sizes, cnn_argument *argument);

/* What an array of answers holds before a call. */
static inline float leftover(size_t index) {
    return 777 + (float)(index % 5);
}
/* Makes a call of this function, whose arrays of numbers are copies, to be freed. zeros: arrays of
 * answers hold 0. False without memory, with those that there are. */
bool problem_call(const problem *p, size_t function, bool zeros, cnn_call *call);

#endif
