/* How a kind of layer explains its numbers. src/explain/explain_WORD.c defines WORD_explanation;
 * the Makefile finds these by their file names, as it does pages of the book. A kind without one
 * works as well: its numbers are refused as not explained yet. */
#ifndef EXPLAIN_EXPLAINED_H
#define EXPLAIN_EXPLAINED_H

#include "walk.h"

/* How one array of a layer comes about. */
typedef struct explainer {
    cnn_sum_kind kind;
    /* The arrays of the factors, and of what the sum starts from: offsets in struct tensors, 0 for
     * none. A start that the layer does without counts as none. */
    size_t a, b, start;
    /* The page's name is the layer's word; the line of its formula there, and its text, blanks made
     * one; the function that computes it. tests/test_explain.c looks them up. */
    unsigned line;
    const char *formula, *function;
    /* Walks over the terms of number `index` in the order of the page. NULL: not explained yet. */
    void (*terms)(walk *w, size_t index);
} explainer;

typedef struct explanation {
    explainer output, input_gradient;
    /* In the order of the kind's buffers: of a parameter its gradient, of others the numbers. */
    explainer buffers[BUFFERS_MAX];
} explanation;

/* NULL: nobody has explained this kind. */
const explanation *explanation_of(const char *word);

#endif
