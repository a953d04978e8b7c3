/* What a gradient check breaks on purpose, to be seen to fail. Built with real = double. */
#ifndef CHECK_BROKEN_H
#define CHECK_BROKEN_H

#include "gradcheck.h"
#include "mistaken.h"

typedef struct broken {
    const char *layer; /* a name, or a kind; NULL: all */
    const mistake_row
        *row;           /* the mistake; NULL: none, and the layer, if there is one, is damaged */
    mistaken *mistaken; /* the book with it, owned; NULL: none */
    bool met, made;     /* such a layer; and it could be broken */
} broken;

/* False if there is no such mistake, or no memory. */
bool broken_begin(broken *b, const cnn_gradcheck_options *options, cnn_error *error);
void broken_end(broken *b);
/* What computes this layer: the book, or the book with the mistake. */
const ops *broken_ops(broken *b, const char *name, const char *word);
/* Where a layer is damaged: a thousandth more of its first parameter's gradient, or of dx. */
void broken_damage(broken *b, const probe *p, const char *name, const char *word);
/* Behind the last layer: was there what was to be broken? Only then, as "softmax" is a name too. */
bool broken_was(const broken *b, cnn_error *error);

#endif
