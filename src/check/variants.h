/* Mistakes of the catalog as others write them: in another order of loops, or with another bound,
 * the same mistake gives other numbers. Built with real = double. */
#ifndef CHECK_VARIANTS_H
#define CHECK_VARIANTS_H

#include "worked.h"

typedef struct variant {
    const char *mistake; /* its name in the catalog */
    const char *kind;    /* of layer, or "softmax" */
    unsigned how;        /* for `run` */
    void (*run)(worked *w, unsigned how);
} variant;

/* Changes the gradients that worked_run(w, NULL) has left. */
extern const variant variants[];
extern const size_t variant_count;

#endif
