/* A case worked out: its right answer and, one after the other, those of the mistakes. In double.
 */
#ifndef CHECK_WORKED_H
#define CHECK_WORKED_H

#include "cases.h"
#include "mistaken.h"

typedef struct worked {
    const cnn_case *given;
    const operation *op; /* the book's; NULL for softmax and for views */
    op_args t;           /* the gradients of it are those of the call made last */
    real *right[GRADIENTS];
    double scale[GRADIENTS]; /* the largest of each, by size */
    void *block;             /* owned */
} worked;

/* Works out the right answer. False without memory. */
bool worked_begin(worked *w, const cnn_case *given, cnn_error *error);
void worked_end(worked *w);
/* Leaves in w->t the gradients that this page gives; NULL: the book. False if it is of another
 * layer or spoils no gradient. */
bool worked_run(worked *w, const mistaken_page *page);
/* The gradient worked out last. */
const real *worked_last(const worked *w, size_t gradient);

/* What rounding in float may explain, of numbers as large as these. */
#define WORKED_TOLERANCE 1e-5

#endif
