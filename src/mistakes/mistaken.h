/* Back ends with a mistake: a sound one in which one layer's pass, the loss or an update comes from
 * a mistaken page. */
#ifndef MISTAKES_MISTAKEN_H
#define MISTAKES_MISTAKEN_H

#include "mistakes.h"

enum { MISTAKE_END = -1, MISTAKE_ALONE = -1 };

/* What a page with a mistake replaces. NULL: the back end's stays. */
typedef struct mistaken_page {
    short row;        /* in mistake_rows; MISTAKE_END ends the table */
    short other;      /* the row of another mistake made with it, or MISTAKE_ALONE */
    const char *word; /* of the layer; NULL: none */
    operation_pass forward, backward_input, backward_weights;
    softmax_forward softmax_forward;
    softmax_backward softmax_backward;
    sgd_update sgd;
    adam_update adam;
} mistaken_page;

/* In the build for this processor, as ops_book() and ops_best_double(). The table in double has
 * pairs of mistakes too. */
const mistaken_page *mistaken_pages(void);
const mistaken_page *mistaken_pages_double(void);

enum { MISTAKEN_PAGES_MAX = 4 }; /* of one mistake */

/* kernels: those with the mistake, then those of the sound back end that do not fuse such a layer:
 * a fused kernel would bypass its mistaken page. */
typedef struct mistaken {
    ops ops;
    bool loss; /* the mistake is in the loss */
    operation operations[MISTAKEN_PAGES_MAX];
    kernel kernels[];
} mistaken;

/* The back end `sound`, which must live as long, with the pages of this mistake. To be freed with
 * free(); NULL without memory. */
mistaken *mistaken_create(const ops *sound, const mistaken_page *pages, const mistake_row *row,
                          cnn_error *error);
/* Does it have a page of its own for this layer's word, or, for "softmax", for the loss? */
bool mistaken_in(const mistaken *mistaken, const char *word);

#endif
