/* Every gradient of the network against measured slopes, layer by layer and in double. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last check's. A layer has at most three gradients, and softmax one. */
static cnn_gradcheck_row *rows;
static size_t row_count;
static double worst;

static void keep_row(const cnn_gradcheck_row *row, void *context) {
    (void)context;
    rows[row_count++] = *row;
}

static bool make_rows(void) {
    const size_t layers = cnn_network_layer_count(the_lab.network);
    cnn_gradcheck_row *more = realloc(rows, (3 * layers + 1) * sizeof *rows);
    if (!more)
        return false;
    rows = more;
    row_count = 0;
    return true;
}

/* A mistake by its name, made in the layers of this name or kind: "" is none, and all layers. Its
 * rows are as many as lab_gradcheck_rows(). */
bool LAB(lab_gradcheck)(unsigned seed, const char *mistake, const char *layer) {
    cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
    options.seed = seed;
    options.debug_mistake = mistake[0] ? mistake : NULL;
    options.debug_break_layer = layer[0] ? layer : NULL;
    return make_rows() &&
           cnn_gradcheck(the_lab.network, &options, keep_row, NULL, &worst, &the_lab.error);
}

size_t LAB(lab_gradcheck_rows)(void) {
    return row_count;
}

/* The largest relative error; NaN: right as far as checked, but a gradient could not be. */
double LAB(lab_gradcheck_worst)(void) {
    return worst;
}
double LAB(lab_gradcheck_limit)(void) {
    return CNN_GRADCHECK_LIMIT;
}

/* Elements, checked, skipped, the largest relative error or NaN, backprop and measured there. */
const double *LAB(lab_gradcheck_numbers)(size_t index) {
    static double numbers[6];
    const cnn_gradcheck_row *row = &rows[index];
    const double now[6] = {(double)row->elements, (double)row->checked,
                           (double)row->skipped,  row->error,
                           row->analytic,         row->numeric};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}

/* "[0,3,10,2]", where the largest error is. */
static void place_text(const cnn_gradcheck_row *row, char *text, size_t size) {
    size_t below = 1, used = 0;
    for (size_t i = 0; i < row->rank; i++)
        below *= row->shape[i];
    for (size_t i = 0; i < row->rank && used < size; i++) {
        const size_t length = row->shape[i] ? row->shape[i] : 1;
        below /= length;
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i ? "," : "[",
                                 row->element / below % length);
    }
    if (used < size)
        snprintf(text + used, size - used, "]");
}

/* The layer, the gradient ("dx", "dw", "db"), the place of the largest error. */
const char *LAB(lab_gradcheck_text)(size_t index, int which) {
    static char place[96];
    place_text(&rows[index], place, sizeof place);
    const char *const texts[] = {rows[index].layer, rows[index].gradient, place};
    return texts[which];
}
