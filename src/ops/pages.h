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

/* The book's part of every back end. */
/* clang-format off */
#define BOOK_PAGES                            \
    .pages = layer_pages,                     \
    .softmax_forward = softmax_xent_forward,  \
    .softmax_backward = softmax_xent_backward,\
    .adam = adam_step,                        \
    .sgd = sgd_step
/* clang-format on */

#endif
