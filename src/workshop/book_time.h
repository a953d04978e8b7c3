/* How long the book takes for a case: its pages in float, as `ref` runs them. */
#ifndef WORKSHOP_BOOK_TIME_H
#define WORKSHOP_BOOK_TIME_H

#include "cnn.h"

/* Seconds of a forward and a backward pass, by one thread: the best of some. NaN without memory. */
double book_time_of_case(const cnn_case *given);
/* The same of a step of SGD or Adam. */
double book_time_of_update(bool adam, size_t count);

#endif
