/* Back ends with a mistake in them: a sound one, of which one layer's pass, the loss or an update
 * is taken from a mistaken page. */
#ifndef MISTAKES_MISTAKEN_H
#define MISTAKES_MISTAKEN_H

#include "mistakes.h"

enum { MISTAKE_END = -1, MISTAKE_ALONE = -1 };

/* What a page with a mistake has in place of the book's. What is NULL stays the back end's. */
typedef struct mistaken_page {
    short row;        /* in mistake_rows; MISTAKE_END: behind the last */
    short other;      /* of another mistake made together with it, or MISTAKE_ALONE */
    const char *word; /* of the layer; NULL: none */
    operation_pass forward, backward_input, backward_weights;
    softmax_forward softmax_forward;
    softmax_backward softmax_backward;
    sgd_update sgd;
    adam_update adam;
} mistaken_page;

/* In the build that suits this processor, as ops_book() and ops_best_double(). Those in double have
 * two mistakes together too. */
const mistaken_page *mistaken_pages(void);
const mistaken_page *mistaken_pages_double(void);

enum { MISTAKEN_PAGES_MAX = 4 }; /* of one mistake */

/* kernels: those with the mistake, then those of the sound back end that fuse no such layer: what
 * is computed in one go with a layer would leave its mistaken page out. */
typedef struct mistaken {
    ops ops;
    bool loss; /* it is the loss that has the mistake */
    operation operations[MISTAKEN_PAGES_MAX];
    kernel kernels[];
} mistaken;

/* Of `sound`, which must live as long, with the pages of this mistake. To be freed with free();
 * NULL without memory. */
mistaken *mistaken_create(const ops *sound, const mistaken_page *pages, const mistake_row *row,
                          cnn_error *error);
/* Does it have a page of its own for this layer's word, or, for "softmax", for the loss? */
bool mistaken_in(const mistaken *mistaken, const char *word);

#endif
