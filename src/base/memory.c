/* Allocates memory, with checks of every size computation. Sizes come from files and flags: a
 * product that wraps around would give too small a block. Blocks are cleared, so that unwritten
 * parts are the same in every run. */
#define _POSIX_C_SOURCE 200809L
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Smaller blocks are not worth a system call. */
#define LARGE ((size_t)1 << 26)

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

size_t size_product(size_t a, size_t b) {
    return b && a > SIZE_MAX / 2 / b ? SIZE_MAX / 2 : a * b;
}

/* Bytes rounded up to a multiple of the line, as aligned_alloc() requires. At least one line: for 0
 * bytes it may return NULL, which here means failure. */
static bool line_bytes(size_t count, size_t size, size_t *bytes) {
    if (!size_multiply(count, size, bytes) || !size_add(*bytes, MEMORY_LINE - 1, bytes))
        return false;
    *bytes = *bytes / MEMORY_LINE * MEMORY_LINE;
    if (*bytes == 0)
        *bytes = MEMORY_LINE;
    return true;
}

/* Physical memory; SIZE_MAX if unknown. */
static size_t machine_bytes(void) {
    size_t bytes = SIZE_MAX;
#ifdef _SC_PHYS_PAGES
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && !size_multiply((size_t)pages, (size_t)page, &bytes))
        bytes = SIZE_MAX;
#endif
    return bytes;
}

/* Overcommit: an allocation may succeed and the process be killed on first touch. So a block larger
 * than the machine's memory is refused here, with an error. */
static bool machine_holds(size_t bytes, cnn_error *error) {
    if (bytes < LARGE)
        return true;
    const size_t machine = machine_bytes();
    return bytes <= machine ||
           error_set(error, CNN_STATUS_NO_MEMORY, "no memory for %zu bytes: this machine has %zu",
                     bytes, machine);
}

void *memory_new(size_t count, size_t size, cnn_error *error) {
    size_t bytes = SIZE_MAX;
    void *block = NULL;
    /* Beyond PTRDIFF_MAX the difference of two pointers into the block would be undefined. */
    if (line_bytes(count, size, &bytes) && bytes <= PTRDIFF_MAX) {
        if (!machine_holds(bytes, error))
            return NULL;
        block = aligned_alloc(MEMORY_LINE, bytes);
    }
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
