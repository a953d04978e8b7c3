/* One number of the model moved up and down: what the loss of the image does, in double. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps from 0.1 down, some to each power of ten; whole powers are those of `cnn gradcheck --at`.
 */
enum { PER_DECADE = 4, DECADES = 15, STEPS = (DECADES - 1) * PER_DECADE + 1 };
enum { SIDE = 20, ALONG = 2 * SIDE + 1 };
enum { DIGITS = 16 }; /* of a number in double */

static double step_of(size_t at) {
    static const double parts[PER_DECADE] = {1, 0.56234132519034908, 0.31622776601683794,
                                             0.17782794100389229};
    double h = 0.1;
    for (size_t i = 0; i < at / PER_DECADE; i++)
        h /= 10;
    return h * parts[at % PER_DECADE];
}

/* How many digits agree. */
static double digits_of(double error) {
    return error > 0 ? fmax(0, fmin(DIGITS, floor(-log10(error)))) : DIGITS;
}

/* ------------------------------------------------------------------------------- a row of steps */

static cnn_slope slopes[STEPS];
static size_t best; /* of the whole powers of ten, the step of the least error */

/* h stays 0 where a step is too small to move the number. */
static bool measure(const char *tensor, size_t index, size_t at) {
    slopes[at] = (cnn_slope){.error = HUGE_VAL};
    return cnn_model_slope(the_lab.model, tensor, index, step_of(at), &slopes[at], &the_lab.error);
}

bool LAB(lab_slopes)(const char *tensor, size_t index) {
    best = 0;
    for (size_t i = 0; i < STEPS; i++) {
        const bool moved = measure(tensor, index, i);
        if (!moved && i == 0)
            return false;
        if (moved && i % PER_DECADE == 0 && slopes[i].error < slopes[best].error)
            best = i;
    }
    return true;
}

size_t LAB(lab_slope_steps)(void) {
    return STEPS;
}
size_t LAB(lab_slope_decade)(void) {
    return PER_DECADE;
}
size_t LAB(lab_slope_best)(void) {
    return best;
}

/* h, or 0 if the number was not moved; the loss at + h and at - h, the quotient, its relative
 * error, digits that agree, kinks, the first one's index into the input of lab_slope_kink(). */
const double *LAB(lab_slope_numbers)(size_t at) {
    static double numbers[8];
    const cnn_slope *s = &slopes[at];
    const double now[8] = {s->h,
                           s->high,
                           s->low,
                           s->quotient,
                           s->error,
                           digits_of(s->error),
                           (double)s->kinks,
                           (double)s->kink_index};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}

/* The layer of the first kink; "": none. */
const char *LAB(lab_slope_kink)(size_t at) {
    return slopes[at].kink_layer;
}

/* The number, the loss, backprop's gradient. */
const double *LAB(lab_slope_middle)(void) {
    static double numbers[3];
    const double now[3] = {slopes[0].value, slopes[0].loss, slopes[0].gradient};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}

/* ---------------------------------------------------------------------- the loss along a number */

static double along[ALONG][3];

static void set_along(int at, const cnn_slope *s, double moved, double loss) {
    double *row = along[SIDE + at];
    row[0] = moved;
    row[1] = loss - s->loss;
    row[2] = s->gradient * moved;
}

/* After lab_slopes(). Rows of three, from -2 h to 2 h: how far the number moves, how the loss
 * changes, and how it would if it followed backprop's gradient; 0 where it does not move. */
const double *LAB(lab_along)(const char *tensor, size_t index, size_t step) {
    memset(along, 0, sizeof along);
    for (int i = 1; i <= SIDE; i++) {
        const double h = step_of(step) * (2.0 * i / SIDE);
        cnn_slope s;
        if (!cnn_model_slope(the_lab.model, tensor, index, h, &s, &the_lab.error))
            continue;
        set_along(i, &s, (s.value + h) - s.value, s.high);
        set_along(-i, &s, (s.value - h) - s.value, s.low);
    }
    return along[0];
}
size_t LAB(lab_along_rows)(void) {
    return ALONG;
}

/* ---------------------------------------------------------------------------- weights at random */

enum { MANY = 200 };
/* How many of them agree in 0, 1, ... digits, without those that the loss does not depend on;
 * those; those with a kink between the ends; the digits of the median error. */
static double tally[DIGITS + 1], idle, kinked, median;

/* From 0 to 1; the generator of `cnn gradcheck --at`. */
static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1 << 24);
}

static bool is_parameter(const cnn_tensor *tensor) {
    size_t count;
    const float *first = cnn_model_parameters(the_lab.model, &count), *data = tensor->data;
    return tensor->type == CNN_TYPE_FLOAT32 && data >= first && data < first + count;
}

/* The next tensor of parameters after *at, round and round. */
static bool next_parameters(size_t *at, cnn_tensor *tensor) {
    const size_t count = cnn_model_tensor_count(the_lab.model);
    for (size_t i = 0; i < count; i++) {
        *at = (*at + 1) % count;
        cnn_model_tensor_at(the_lab.model, *at, tensor);
        if (is_parameter(tensor))
            return true;
    }
    return false;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Notes one weight; true if the loss depends on it. */
static bool note(const cnn_slope *s) {
    const bool depends = s->gradient != 0 || s->quotient != 0;
    kinked += s->kinks > 0;
    idle += !depends;
    tally[(size_t)digits_of(s->error)] += depends;
    return depends;
}

/* Weights at random, as many of each tensor, moved by one step. */
bool LAB(lab_many)(size_t step, unsigned seed) {
    double errors[MANY];
    size_t at = 0, depending = 0;
    uint64_t state = seed;
    memset(tally, 0, sizeof tally);
    idle = kinked = 0;
    for (size_t i = 0; i < MANY; i++) {
        cnn_tensor tensor;
        cnn_slope s;
        if (!next_parameters(&at, &tensor))
            return false;
        const size_t index = (size_t)(uniform(&state) * (double)lab_count(&tensor));
        if (!cnn_model_slope(the_lab.model, tensor.name, index, step_of(step), &s, &the_lab.error))
            return false;
        if (note(&s))
            errors[depending++] = s.error;
    }
    qsort(errors, depending, sizeof *errors, ascending);
    median = depending ? digits_of(errors[depending / 2]) : 0;
    return true;
}
const double *LAB(lab_many_tally)(void) {
    return tally;
}
/* Weights, the digits of the median error, those with a kink, those without an effect. */
const double *LAB(lab_many_numbers)(void) {
    static double numbers[4];
    const double now[4] = {MANY, median, kinked, idle};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}
