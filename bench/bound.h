/* The least time that the chip could take for a pass: what must be multiplied at its peak, or what
 * must come and go at the rate of where it lies, whichever is longer. */
#ifndef BENCH_BOUND_H
#define BENCH_BOUND_H

#include "bench_model.h"
#include "chip.h"

typedef struct bound {
    double seconds;
    const char *by; /* "fma" or "bytes"; "" if nothing is known that must be done */
} bound;

/* Of one image in a batch, for one pass of a row. */
bound bound_of(const chip *chip, const cnn_network *network, const bench_model_row *row,
               size_t pass, size_t batch, size_t threads_kind);

#endif
