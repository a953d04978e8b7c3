/* How a kind of layer explains its numbers. src/explain/explain_WORD.c defines WORD_explanation;
 * the Makefile finds these by their file names, as it finds pages of the book. Numbers of a kind
 * without one are refused as not explained yet. */
#ifndef EXPLAIN_EXPLAINED_H
#define EXPLAIN_EXPLAINED_H

#include "walk.h"

/* How one array of a layer is computed. */
typedef struct explainer {
    cnn_sum_kind kind;
    /* The arrays of the factors, and of the number that the sum starts from: offsets in op_args, 0
     * for none. An array that the layer does not have counts as none. */
    size_t a, b, start;
    /* As in src/ops/WORD.c: the formula of its opening comment, blanks made one, and the function
     * that computes it. tests/test_explain_hand.c looks both up. */
    const char *formula, *function;
    /* Walks over the terms of number `index` in the order of the page. NULL: not explained yet. */
    void (*terms)(walk *w, size_t index);
} explainer;

typedef struct explanation {
    explainer output, input_gradient;
    /* In the order of the kind's buffers: for a parameter its gradient, else the numbers. */
    explainer buffers[BUFFERS_MAX];
} explanation;

/* NULL: this kind has no explanation. */
const explanation *explanation_of(const char *word);
/* The line of src/ops/WORD.c with this formula, which the build looks up. 0: there is none. */
unsigned formula_line(const char *word, const char *formula);

#endif
