/* Which windows of a pool have a place of the input. */
#ifndef EXPLAIN_WINDOWS_H
#define EXPLAIN_WINDOWS_H

#include "ops.h"

/* Those along one side, which may be none: windows may overlap or leave gaps. */
static inline range windows_over(size_t at, size_t window, size_t stride, size_t outputs) {
    const size_t first = at < window ? 0 : (at - window) / stride + 1, last = at / stride + 1;
    return (range){first, last < outputs ? last : outputs};
}

#endif
