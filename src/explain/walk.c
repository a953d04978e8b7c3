/* The bookkeeping of a walk: rounding, running sums, notes, and no memory of its own. */
#include "walk.h"

#include <math.h>

position position_of(extent e, size_t index) {
    const size_t row = index / e.c, image = row / e.w;
    return (position){image / e.h, image % e.h, row % e.w, index % e.c};
}

size_t position_index(extent e, position p) {
    return ((p.n * e.h + p.h) * e.w + p.w) * e.c + p.c;
}

static float number_at(const float *numbers, size_t index) {
    return numbers && index != CNN_NO_INDEX ? numbers[index] : 0;
}

float walk_x(const walk *w, size_t a) {
    return number_at(w->a, a);
}

void walk_note(walk *w, cnn_term term) {
    cnn_sum *sum = w->sum;
    if (sum->count < w->capacity)
        w->terms[sum->count] = term;
    sum->count++;
    sum->zeros += term.note == CNN_TERM_ZERO;
    sum->left_out += term.note == CNN_TERM_PADDING || term.note == CNN_TERM_NO_OUTPUT ||
                     term.note == CNN_TERM_PASSED_OVER;
}

/* Notes a term, after it is added or left out. */
static void note(walk *w, cnn_term_note why, size_t a, size_t b) {
    const float part = w->in_parts ? w->part : w->total;
    const float total = w->in_parts ? w->total + w->part : w->total;
    walk_note(w, (cnn_term){.a = a,
                            .b = b,
                            .x = (double)walk_x(w, a),
                            .y = (double)number_at(w->b, b),
                            .part_sum = (double)part,
                            .sum = (double)total,
                            .part = w->parts,
                            .note = why});
}

/* The sum that terms are added to. */
static float *running(walk *w) {
    return w->in_parts ? &w->part : &w->total;
}

void walk_start(walk *w, size_t index) {
    if (!w->start)
        return;
    w->total = w->start[index];
    w->sum->start_index = index;
    w->sum->start_value = (double)w->total;
}

void walk_multiply(walk *w, size_t a, size_t b) {
    const float x = walk_x(w, a), y = number_at(w->b, b);
    float *sum = running(w);
    *sum = w->roundings == 1 ? fmaf(x, y, *sum) : x * y + *sum;
    note(w, x == 0 || y == 0 ? CNN_TERM_ZERO : CNN_TERM_COUNTS, a, b);
}

void walk_add(walk *w, size_t a) {
    const float x = walk_x(w, a);
    *running(w) += x;
    note(w, x == 0 ? CNN_TERM_ZERO : CNN_TERM_COUNTS, a, CNN_NO_INDEX);
}

void walk_add_share(walk *w, size_t a) {
    const float x = walk_x(w, a);
    *running(w) += x / (float)w->sum->divisor;
    note(w, x == 0 ? CNN_TERM_ZERO : CNN_TERM_COUNTS, a, CNN_NO_INDEX);
}

void walk_leave_out(walk *w, cnn_term_note why, size_t a, size_t b) {
    note(w, why, a, b);
}

void walk_take(walk *w, cnn_term_note why, size_t a, size_t b, float result) {
    w->total = result;
    note(w, why, a, b);
}

void walk_choose(walk *w, size_t term) {
    w->sum->chosen = term;
    if (term < w->capacity)
        w->terms[term].note = CNN_TERM_CHOSEN;
}

void walk_in_partial_sums(walk *w) {
    w->in_parts = true;
}

/* -0 plus any number is that number, -0 too: the first shard's sum keeps its bits. */
void walk_in_shards(walk *w) {
    w->in_parts = true;
    w->total = -0.0f;
}

void walk_end_part(walk *w) {
    w->total += w->part;
    w->part = 0;
    w->sum->parts = ++w->parts;
}

size_t walk_shards(const walk *w) {
    return w->arrays->n < SHARDS_MAX ? w->arrays->n : SHARDS_MAX;
}

range walk_shard(const walk *w, size_t shard) {
    return range_part(w->arrays->n, walk_shards(w), shard);
}
