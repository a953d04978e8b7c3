/* Presents the books under test through one interface: arrays are made, filled and read as double,
 * whichever number type a book has. */
#ifndef TESTS_BOOKS_H
#define TESTS_BOOKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops.h"
#include "random.h"

#include <stdbool.h>

/* Initial value of every array: no result of a test equals it. */
#define CANARY (-77.25)

typedef struct book {
    const char *name;
    const ops *ops;
    size_t bytes; /* of one number */
} book;

/* Lists the plain book in float, the plain book in double, the best of each on this processor, if
 * different, and the base kernels; the last entry has no ops. */
const book *books_all(void);
/* The plain book in float and the fastest back end with its bits: may be the same. */
extern const book plain_book;
book best_book(void);
bool book_is_double(const book *book);

/* Arrays of a book's numbers, of exactly this size, so that a sanitizer sees each step outside. */
void *numbers_new(const book *book, size_t count);
void numbers_set(const book *book, const void *numbers, const double *values, size_t count);
double number_at(const book *book, const void *numbers, size_t i);
void numbers_equal(const book *book, const char *what, const void *numbers, const double *expected,
                   size_t count);
void numbers_near(const book *book, const char *what, const void *numbers, const double *expected,
                  size_t count, double tolerance);

/* All the arrays of one operation on one batch. */
typedef struct op_case {
    book book;
    const operation *op;
    layer_shape g;
    size_t xs, ys, ws, bs; /* numbers in x, y, w and b, for all images */
    op_args t;
} op_case;

/* weights 0: an operation without weights. biases false: t.b and t.db are NULL. */
op_case op_case_new(const book *book, const operation *op, layer_shape g, size_t n, size_t weights,
                    bool biases);
void op_case_free(op_case *op_case);
void op_case_forward(op_case *op_case, range images);
void op_case_backward(op_case *op_case, range images, range sums);

/* Whole numbers from -4 to 4: sums of their products are exact in any order. */
void fill_whole(random_state *random, double *values, size_t count);
/* Multiples of 2^-23 from -1 to 1. */
void fill_uniform(random_state *random, double *values, size_t count);
size_t between(random_state *random, size_t low, size_t high);

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
