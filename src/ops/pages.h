/* Includes the pages of the book into a unit. A layer's page is src/ops/WORD.c and defines the
 * operation WORD_operation; the Makefile finds these by file name, makes the compiler include each
 * one, and lists them in LAYER_PAGES. All other pages are named here. */
#ifndef OPS_PAGES_H
#define OPS_PAGES_H

#include "adam.c"
#include "sgd.c"
#include "softmax_xent.c"

#define PAGE(word) {#word, &word##_operation},
static const kernel layer_pages[] = {LAYER_PAGES{NULL, NULL}};
#undef PAGE

/* The book's part of every back end. Adam and SGD update by `steps`, which a back end may have of
 * its own, or by the book's `step`. */
/* clang-format off */
#define BOOK_PAGES(steps)                     \
    .pages = layer_pages,                     \
    .softmax_forward = softmax_xent_forward,  \
    .softmax_backward = softmax_xent_backward,\
    .adam = adam_##steps,                     \
    .sgd = sgd_##steps
/* clang-format on */

#endif
