/* Wraps the allocation functions: they count, and fail where a test asks for it. */
#include "allocations.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

/* The names that `ld --wrap` gives to the replacement and to the original. */
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
int __real_inflateInit2_(z_streamp stream, int window, const char *version, int size);
/* Visible, because libpng calls it too. */
__attribute__((visibility("default"))) int __wrap_inflateInit2_(z_streamp stream, int window,
                                                                const char *version, int size);

static atomic_size_t requests;
static atomic_long left;
static size_t first_to_fail = SIZE_MAX;
static bool all_after;
static size_t most = SIZE_MAX;
static atomic_size_t too_large;

size_t allocations(void) {
    return requests;
}

long allocations_left(void) {
    return left;
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

static void *counted(void *block) {
    atomic_fetch_add(&left, block != NULL);
    return block;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return fails(size) ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void *__wrap_malloc(size_t size) {
    return fails(size) ? NULL : counted(__real_malloc(size));
}

void *__wrap_realloc(void *block, size_t size) {
    if (fails(size))
        return NULL;
    return block ? __real_realloc(block, size) : counted(__real_malloc(size));
}

void __wrap_free(void *block) {
    atomic_fetch_sub(&left, block != NULL);
    __real_free(block);
}

void allocations_of_jansson(void) {
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
}

static voidpf take_for_zlib(voidpf context, uInt count, uInt size) {
    (void)context;
    return __wrap_malloc((size_t)count * size);
}

static void give_back(voidpf context, voidpf block) {
    (void)context;
    __wrap_free(block);
}

int __wrap_inflateInit2_(z_streamp stream, int window, const char *version, int size) {
    stream->zalloc = take_for_zlib;
    stream->zfree = give_back;
    return __real_inflateInit2_(stream, window, version, size);
}
