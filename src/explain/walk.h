/* A walk over the terms of one number. An explanation names the terms one after the other; the walk
 * adds them as the back end does, rounds as it rounds, and notes each one. */
#ifndef EXPLAIN_WALK_H
#define EXPLAIN_WALK_H

#include "network.h"

/* What a layer's explanation reads, and what the walk keeps. All pointers are borrowed. */
typedef struct walk {
    const layer_shape *shape;
    const op_args *arrays; /* of the layer, whole batches */
    const void *a, *b;     /* the arrays of the factors; NULL: none */
    const float *start;
    int roundings; /* of a multiply-add */
    cnn_sum *sum;
    cnn_term *terms;
    size_t capacity;   /* of terms */
    float total, part; /* the sum, and that of the current part */
    size_t parts;      /* that have ended */
    bool in_parts;
} walk;

/* The indices of a number among activations [n][h][w][c]. */
typedef struct position {
    size_t n, h, w, c;
} position;
position position_of(extent extent, size_t index);
size_t position_index(extent extent, position at);

/* The sum starts from this number of `start`, or from 0 if there is no such array. */
void walk_start(walk *w, size_t index);

/* Adds x y, x alone, or x / divisor. */
void walk_multiply(walk *w, size_t a, size_t b);
void walk_add(walk *w, size_t a);
void walk_add_share(walk *w, size_t a);
/* Notes a term that is not added, and why. Either index may be CNN_NO_INDEX. */
void walk_leave_out(walk *w, cnn_term_note why, size_t a, size_t b);
/* Notes a term and makes `result` the sum. */
void walk_take(walk *w, cnn_term_note note, size_t a, size_t b, float result);
/* Counts a term, and stores it within the capacity. */
void walk_note(walk *w, cnn_term term);
/* Notes this term as chosen. */
void walk_choose(walk *w, size_t term);

/* Sums in parts: one of these first, then walk_end_part() after each part. Partial sums are added
 * to the number that the sum starts from, or 0; shards of a batch to each other. */
void walk_in_partial_sums(walk *w);
void walk_in_shards(walk *w);
void walk_end_part(walk *w);
size_t walk_shards(const walk *w);
range walk_shard(const walk *w, size_t shard);

/* The number a[index]; 0 for CNN_NO_INDEX. */
float walk_x(const walk *w, size_t a);

#endif
