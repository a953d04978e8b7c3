/* Memory in blocks aligned to 64-byte lines, with checked size arithmetic. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "error.h"

/* A cache line, so that two threads never share one; also the widest vector register. */
#define MEMORY_LINE 64

/* False, with the result unchanged, if it does not fit in size_t. */
bool size_multiply(size_t a, size_t b, size_t *product);
bool size_add(size_t a, size_t b, size_t *sum);
/* a * b, or SIZE_MAX / 2 if it is more: no block is that large, and it can still be rounded up. */
size_t size_product(size_t a, size_t b);

/* count elements of `size` bytes, all zero, to be freed with free(). count 0 gives one line. More
 * than the machine's memory is refused, even if the system would grant it. */
void *memory_new(size_t count, size_t size, cnn_error *error);

/* Divides one block into pieces. With base NULL it only counts: run the same code twice, first to
 * get `used`, then with a block of that size. A separately computed size could get out of step with
 * the pieces. */
typedef struct arena {
    unsigned char *base; /* the block, owned by its allocator; NULL: only count */
    size_t used;         /* bytes cut so far */
    bool overflow;       /* a size did not fit in size_t; `used` is meaningless */
} arena;

/* A piece aligned to a line; NULL while counting. */
void *arena_take(arena *arena, size_t count, size_t size);

#endif
