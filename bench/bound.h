/* The least time that the chip could take for a pass: the longer of its arithmetic at the peak rate
 * and its memory traffic at the bandwidth of the level that holds the data. */
#ifndef BENCH_BOUND_H
#define BENCH_BOUND_H

#include "bench_model.h"
#include "chip.h"

typedef struct bound {
    double seconds;
    const char *by; /* "fma" or "bytes"; "" if no work is known */
} bound;

/* Per image of a batch, for one pass of a row. */
bound bound_of(const chip *chip, const cnn_network *network, const bench_model_row *row,
               size_t pass, size_t batch, size_t threads_kind);

#endif
