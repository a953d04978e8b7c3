/* A case worked out in double: its right answer, and those of the mistakes one after the other. */
#ifndef CHECK_WORKED_H
#define CHECK_WORKED_H

#include "cases.h"
#include "mistaken.h"

typedef struct worked {
    const cnn_case *given;
    const operation *op; /* of the book; NULL for softmax and for views */
    op_args t;           /* its gradients are those of the last call */
    real *right[GRADIENTS];
    double scale[GRADIENTS]; /* the largest of each, by size */
    void *block;             /* owned */
} worked;

/* Works out the right answer. False without memory. */
bool worked_begin(worked *w, const cnn_case *given, cnn_error *error);
void worked_end(worked *w);
/* Leaves in w->t the gradients by this page; NULL: the book. False if the page is of another layer
 * or changes no gradient. */
bool worked_run(worked *w, const mistaken_page *page);
/* The gradient worked out last. */
const real *worked_last(const worked *w, size_t gradient);

/* The error that rounding in float explains, relative to the largest number. */
#define WORKED_TOLERANCE 1e-5

#endif
