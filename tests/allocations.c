#include "allocations.h"

#include <stdatomic.h>
#include <stdint.h>

/* The names that `ld --wrap` gives to a function and to the one it stands for. */
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);

static atomic_size_t requests;
static size_t first_to_fail = SIZE_MAX;
static bool all_after;
static size_t most = SIZE_MAX;
static atomic_size_t too_large;

size_t allocations(void) {
    return requests;
}

void allocations_fail(size_t n, bool all) {
    requests = 0;
    first_to_fail = n;
    all_after = all;
}

void allocations_succeed(void) {
    first_to_fail = SIZE_MAX;
}

void allocations_limit(size_t bytes) {
    most = bytes;
    too_large = 0;
}

size_t allocations_refused(void) {
    return too_large;
}

static bool fails(size_t size) {
    if (size > most) {
        atomic_fetch_add(&too_large, 1);
        return true;
    }
    const size_t number = atomic_fetch_add(&requests, 1);
    return number == first_to_fail || (all_after && number > first_to_fail);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return fails(size) ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_malloc(size_t size) {
    return fails(size) ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size) {
    return fails(size) ? NULL : __real_realloc(block, size);
}
