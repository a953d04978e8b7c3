/* Which windows of a pool contain a position of the input. */
#ifndef EXPLAIN_WINDOWS_H
#define EXPLAIN_WINDOWS_H

#include "ops.h"

/* Along one side; windows may overlap or leave gaps, so there may be several or none. */
static inline range windows_over(size_t at, size_t window, size_t stride, size_t outputs) {
    const size_t first = at < window ? 0 : (at - window) / stride + 1, last = at / stride + 1;
    return (range){first, last < outputs ? last : outputs};
}

#endif
