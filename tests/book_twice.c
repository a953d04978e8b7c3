/* Compiles the book with two roundings (-DCNN_ROUNDINGS=2), to compare the kernels of `base` with
 * it bit by bit. */
#define BOOK_TABLE book_twice
#include "same_bits.h"

#include "book.c"
