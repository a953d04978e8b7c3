/* A convolution's input gradient, looked at from the other end: what the gradient of one output
 * puts on each place under its kernel. */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

enum { ROW = 5, PLACES_MOST = 64 * 64 };
static double *rows;
static size_t row_room, row_count;
static cnn_term *terms;
static size_t term_room;

/* Room for `count` elements of this size; false leaves what is there. */
static bool grow(void **block, size_t *room, size_t count, size_t size) {
    void *more = count <= *room ? *block : realloc(*block, count * size);
    if (!more)
        return false;
    *block = more;
    *room = count > *room ? count : *room;
    return true;
}

static bool add_row(size_t place, const cnn_term *term, double total) {
    const double row[ROW] = {(double)place, (double)term->b, term->y, term->x * term->y, total};
    if (!grow((void **)&rows, &row_room, (row_count + 1) * ROW, sizeof *rows))
        return false;
    memcpy(rows + row_count++ * ROW, row, sizeof row);
    return true;
}

/* The term of this place's sum that comes from number `from` of the outputs' gradient. */
static bool look_at_place(const char *name, size_t place, size_t from) {
    cnn_sum sum;
    if (!cnn_model_sum(the_lab.model, name, place, &sum, NULL, 0, &the_lab.error) ||
        sum.kind != CNN_SUM_PRODUCTS ||
        !grow((void **)&terms, &term_room, sum.count, sizeof *terms) ||
        !cnn_model_sum(the_lab.model, name, place, &sum, terms, term_room, &the_lab.error))
        return false;
    for (size_t i = 0; i < sum.count; i++)
        if (terms[i].a == from && terms[i].note <= CNN_TERM_ZERO)
            return add_row(place, &terms[i], sum.stored);
    return true;
}

/* The places of the channel and the image of `place`, in the gradient `name`, to which number
 * `from` of the outputs' gradient adds: returns how many. */
size_t LAB(lab_stamp)(const char *name, size_t place, size_t from) {
    cnn_tensor t;
    row_count = 0;
    if (!cnn_model_tensor(the_lab.model, name, &t, NULL) || t.rank != 4)
        return 0;
    const size_t plane = t.shape[1] * t.shape[2], channels = t.shape[3];
    const size_t first = place / (plane * channels) * plane * channels + place % channels;
    for (size_t i = 0; plane <= PLACES_MOST && i < plane; i++)
        if (!look_at_place(name, first + i * channels, from))
            return 0;
    return row_count;
}

/* As rows of five: the place, the weight's index and value, what it adds there, the place's sum. */
const double *LAB(lab_stamps)(void) {
    return rows;
}
