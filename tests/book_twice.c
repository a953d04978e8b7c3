/* The book's source rounded twice, to hold the kernels of `base` against bit by bit. */
#define BOOK_TABLE book_twice
#define CNN_ROUNDINGS 2
#include "same_bits.h"

#include "book.c"
