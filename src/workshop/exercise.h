/* The table of exercises. Each is written in one file, src/workshop/exercises/NAME.txt; the build
 * makes its row of it (write_exercises.awk). */
#ifndef WORKSHOP_EXERCISE_H
#define WORKSHOP_EXERCISE_H

#include "cnn.h"

typedef struct exercise_parameter {
    cnn_argument_kind kind;
    const char *name, *sizes; /* of an array: "N H W C" */
} exercise_parameter;

typedef struct exercise_function {
    const char *name, *prototype;
    size_t count;
    const exercise_parameter *parameters;
} exercise_function;

typedef struct exercise_case {
    const char *title;
    cnn_case_shape shape; /* of an optimizer: its name and rates, 1 image of 1 x 1 x weights */
    const char *with;     /* "ties", "large", or "" */
} exercise_case;

typedef struct exercise_row {
    cnn_exercise_info about;
    const char *kind; /* the layer's word, "softmax", "sgd" or "adam" */
    const exercise_function *functions;
    const exercise_case *cases;
    const char *const *hints;
    exercise_case speed; /* a larger one */
} exercise_row;

extern const exercise_row exercise_rows[];
extern const size_t exercise_row_count;

/* The row of this name. NULL, with an error, if there is none. */
const exercise_row *exercise_row_named(const char *name, cnn_error *error);

/* "nhwc" for "N H W C": as indices are written; an array "[count]" has "i". */
size_t exercise_letters(const char *sizes, char letters[5]);

#endif
