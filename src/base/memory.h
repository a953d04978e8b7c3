/* Memory in blocks that begin on a 64-byte line, sizes multiplied with care. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "error.h"

/* A cache line, so that pieces of two threads never share one; and the widest vector there is. */
#define MEMORY_LINE 64

/* False if a * b does not fit, *product then is unchanged. */
bool size_multiply(size_t a, size_t b, size_t *product);
bool size_add(size_t a, size_t b, size_t *sum);
/* a * b, or SIZE_MAX / 2 if it is more: no block is as large, and it can still be rounded up. */
size_t size_product(size_t a, size_t b);

/* count elements of `size` bytes, all zero, to be freed with free(). count 0 gives one line. More
 * than the machine has is refused, whatever the system would promise. */
void *memory_new(size_t count, size_t size, cnn_error *error);

/* Cuts one block into pieces. With base NULL it only counts: run the same cuts twice, first to
 * learn `used`, then on a block of that size. A sum kept by hand beside the cuts would sooner or
 * later disagree with them; the same code run twice cannot. */
typedef struct arena {
    unsigned char *base; /* the block, owned by whoever took it; NULL: count */
    size_t used;         /* bytes cut so far */
    bool overflow;       /* a size did not fit in size_t; `used` means nothing */
} arena;

/* A piece on a line of its own; NULL while counting. */
void *arena_take(arena *arena, size_t count, size_t size);

#endif
