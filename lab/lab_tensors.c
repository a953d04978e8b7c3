/* The model's tensors, and where each of their numbers comes from. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cnn_model *looked_at(void) {
    return the_lab.looked_after ? the_lab.after : the_lab.model;
}

size_t LAB(lab_tensors)(void) {
    return cnn_model_tensor_count(looked_at());
}

size_t lab_count(const cnn_tensor *tensor) {
    size_t count = 1;
    for (size_t i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

/* Name; 1 if its numbers are integers; rank; four sizes; data; how many numbers. The data stay
 * where they are as long as the model, the sizes only until the next batch. */
const uintptr_t *LAB(lab_tensor)(size_t index) {
    static cnn_tensor t;
    static uintptr_t facts[9];
    cnn_model_tensor_at(looked_at(), index, &t);
    const uintptr_t row[9] = {(uintptr_t)t.name,
                              t.type == CNN_TYPE_INT32,
                              t.rank,
                              t.shape[0],
                              t.shape[1],
                              t.shape[2],
                              t.shape[3],
                              (uintptr_t)t.data,
                              lab_count(&t)};
    memcpy(facts, row, sizeof facts);
    return facts;
}

/* Where the number of the largest size is, of `count` from `first` on. */
size_t LAB(lab_largest)(const char *name, size_t first, size_t count) {
    cnn_tensor t;
    size_t best = first;
    if (!cnn_model_tensor(looked_at(), name, &t, NULL) || t.type != CNN_TYPE_FLOAT32)
        return first;
    const float *numbers = t.data;
    for (size_t i = first; i < first + count && i < lab_count(&t); i++)
        if (fabsf(numbers[i]) > fabsf(numbers[best]))
            best = i;
    return best;
}

/* The sum that is explained, its terms, and what the terms of each channel of a add up to. */
static cnn_sum sum;
static cnn_term *terms;
static size_t room;
static double *channels;
static size_t channel_count;

static bool make_room(size_t count) {
    if (count <= room)
        return true;
    cnn_term *more = realloc(terms, count * sizeof *terms);
    if (!more)
        return false;
    terms = more;
    room = count;
    return true;
}

static bool left_out(const cnn_term *term) {
    return term->note == CNN_TERM_PADDING || term->note == CNN_TERM_NO_OUTPUT ||
           term->note == CNN_TERM_PASSED_OVER;
}

/* What the term adds. */
static double share_of(const cnn_term *term) {
    if (left_out(term))
        return 0;
    return sum.kind == CNN_SUM_PRODUCTS ? term->x * term->y : term->x / sum.divisor;
}

static bool add_channels(void) {
    cnn_tensor a;
    channel_count = 0;
    if (!sum.a[0] || !cnn_model_tensor(looked_at(), sum.a, &a, NULL))
        return true;
    const size_t count = a.shape[a.rank - 1];
    double *more = realloc(channels, count * sizeof *channels);
    if (!more)
        return false;
    channels = more;
    channel_count = count;
    memset(channels, 0, count * sizeof *channels);
    for (size_t i = 0; i < sum.count; i++)
        if (terms[i].a != CNN_NO_INDEX)
            channels[terms[i].a % count] += share_of(&terms[i]);
    return true;
}

bool LAB(lab_sum)(const char *name, size_t index) {
    if (!cnn_model_sum(looked_at(), name, index, &sum, NULL, 0, &the_lab.error))
        return false;
    return make_room(sum.count) &&
           cnn_model_sum(looked_at(), name, index, &sum, terms, room, &the_lab.error) &&
           add_channels();
}

/* kind, a, b, start, page, formula, function. */
const char *LAB(lab_sum_text)(int which) {
    const char *const texts[] = {
        cnn_sum_kind_name(sum.kind), sum.a, sum.b, sum.start, sum.page, sum.formula, sum.function};
    return texts[which] ? texts[which] : "";
}

/* value, stored, start's index and value, terms, left out, zeros, parts, the chosen term or -1,
 * divisor, slope, max, total, line. */
double LAB(lab_sum_number)(int which) {
    const double numbers[] = {
        sum.value,         sum.stored,        (double)sum.start_index,
        sum.start_value,   (double)sum.count, (double)sum.left_out,
        (double)sum.zeros, (double)sum.parts, sum.chosen == CNN_NO_INDEX ? -1 : (double)sum.chosen,
        sum.divisor,       sum.slope,         sum.max,
        sum.total,         (double)sum.line};
    return numbers[which];
}

/* The terms as rows of eight: where x and y are (-1: nowhere), x, y, what it adds, the running sum,
 * the part, the note. */
enum { ROW = 8 };
const double *LAB(lab_terms)(void) {
    static double *rows;
    static size_t held;
    if (sum.count > held) {
        double *more = realloc(rows, sum.count * ROW * sizeof *rows);
        if (!more)
            return NULL;
        rows = more;
        held = sum.count;
    }
    for (size_t i = 0; i < sum.count; i++) {
        const cnn_term *t = &terms[i];
        const double row[ROW] = {t->a == CNN_NO_INDEX ? -1 : (double)t->a,
                                 t->b == CNN_NO_INDEX ? -1 : (double)t->b,
                                 t->x,
                                 t->y,
                                 share_of(t),
                                 t->sum,
                                 (double)t->part,
                                 (double)t->note};
        memcpy(rows + i * ROW, row, sizeof row);
    }
    return rows;
}

const char *LAB(lab_note)(int note) {
    return cnn_term_note_name((cnn_term_note)note);
}

/* What the terms of each channel of a add: as many as a has channels. */
const double *LAB(lab_channels)(void) {
    return channels;
}
size_t LAB(lab_channel_count)(void) {
    return channel_count;
}
