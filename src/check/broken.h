/* What a gradient check breaks on purpose, to show that it fails. Built with real = double. */
#ifndef CHECK_BROKEN_H
#define CHECK_BROKEN_H

#include "gradcheck.h"
#include "mistaken.h"

typedef struct broken {
    const char *layer;      /* a name, or a kind; NULL: all */
    const mistake_row *row; /* the mistake; NULL: none, and the layer, if given, is damaged */
    mistaken *mistaken;     /* the book with it, owned; NULL: none */
    bool found, made;       /* the layer exists; and it could be broken */
} broken;

/* False if there is no such mistake, or no memory. */
bool broken_begin(broken *b, const cnn_gradcheck_options *options, cnn_error *error);
void broken_end(broken *b);
/* The back end for this layer: the book, or the book with the mistake. */
const ops *broken_ops(broken *b, const char *name, const char *word);
/* Adds a thousandth to the gradient of the layer's first parameter, or else to dx. */
void broken_damage(broken *b, const probe *p, const char *name, const char *word);
/* Was anything broken? To be called after the loss, since "softmax" is a name too. */
bool broken_was(const broken *b, cnn_error *error);

#endif
