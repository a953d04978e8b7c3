/* Sizes come from files and flags: a product that wraps round would give a block too small for what
 * goes into it. So they are multiplied and added here, with checks. Blocks come cleared: what
 * nobody has written yet is the same in every run. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool size_multiply(size_t a, size_t b, size_t *product) {
    if (b && a > SIZE_MAX / b)
        return false;
    *product = a * b;
    return true;
}

bool size_add(size_t a, size_t b, size_t *sum) {
    if (a > SIZE_MAX - b)
        return false;
    *sum = a + b;
    return true;
}

/* Bytes rounded up to whole lines, as aligned_alloc() wants them. At least one: for 0 bytes it may
 * return NULL, which here means failure. */
static bool line_bytes(size_t count, size_t size, size_t *bytes) {
    if (!size_multiply(count, size, bytes) || !size_add(*bytes, MEMORY_LINE - 1, bytes))
        return false;
    *bytes = *bytes / MEMORY_LINE * MEMORY_LINE;
    if (*bytes == 0)
        *bytes = MEMORY_LINE;
    return true;
}

void *memory_new(size_t count, size_t size, cnn_error *error) {
    size_t bytes = SIZE_MAX;
    void *block = NULL;
    /* Beyond PTRDIFF_MAX the difference of two pointers into the block would not be defined. */
    if (line_bytes(count, size, &bytes) && bytes <= PTRDIFF_MAX)
        block = aligned_alloc(MEMORY_LINE, bytes);
    if (block)
        memset(block, 0, bytes);
    else
        error_no_memory(error, bytes);
    return block;
}

void *arena_take(arena *arena, size_t count, size_t size) {
    size_t bytes, end;
    if (!line_bytes(count, size, &bytes) || !size_add(arena->used, bytes, &end)) {
        arena->overflow = true;
        return NULL;
    }
    void *piece = arena->base ? arena->base + arena->used : NULL;
    arena->used = end;
    return piece;
}
