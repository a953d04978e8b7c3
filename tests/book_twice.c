/* The book's source rounded twice (-DCNN_ROUNDINGS=2), to hold the kernels of `base` against bit by
 * bit. */
#define BOOK_TABLE book_twice
#include "same_bits.h"

#include "book.c"
