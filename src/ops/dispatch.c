/* Selects a back end at run time: checks the processor for exactly the instruction sets that each
 * back end was compiled with. To try a lesser one, name it (--backend). */
#include "cnn.h"
#include "ops.h"

#include <stdbool.h>
#include <string.h>

typedef struct candidate {
    const ops *ops;
    bool (*runs)(void);
} candidate;

static bool always(void) {
    return true;
}

#if defined(__x86_64__) || defined(__i386__)
/* __builtin_cpu_supports() also checks that the operating system saves the wide registers. */
static bool has_fma(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#if defined(__x86_64__)
static bool has_avx512(void) {
    return has_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

static const candidate candidates[] = {
    {&simd_avx512, has_avx512}, {&simd_avx2, has_fma}, {&simd_base, always}};
#else
/* 32-bit programs cannot use AVX-512 fully: half of its registers are out of reach. */
static const candidate candidates[] = {{&simd_avx2, has_fma}, {&simd_base, always}};
#endif

const ops *ops_book(void) {
    return has_fma() ? &book_float_fma : &book_float;
}

const ops *ops_best_double(void) {
    return has_fma() ? &book_double_fma : &book_double;
}
#else
static const candidate candidates[] = {{&simd_base, always}};

const ops *ops_book(void) {
    return &book_float;
}

const ops *ops_best_double(void) {
    return &book_double;
}
#endif

enum { CANDIDATES = sizeof candidates / sizeof *candidates };

const ops *ops_at(size_t index, bool *runs) {
    *runs = index < CANDIDATES ? candidates[index].runs() : index == CANDIDATES;
    return index < CANDIDATES ? candidates[index].ops : index == CANDIDATES ? ops_book() : NULL;
}

const ops *ops_named(const char *name) {
    const ops *ops;
    bool runs;
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++)
        if (runs && (!name || !strcmp(name, ops->name)))
            return ops;
    return NULL;
}

static const operation *find(const kernel *kernels, const char *layers) {
    for (; kernels && kernels->layers; kernels++)
        if (!strcmp(kernels->layers, layers))
            return kernels->operation;
    return NULL;
}

const operation *ops_operation(const ops *ops, const char *layers) {
    const operation *own = find(ops->kernels, layers);
    return own ? own : find(ops->pages, layers);
}

const ops *ops_best(void) {
    return ops_named(NULL);
}

bool cnn_backend_at(size_t index, cnn_backend *backend) {
    bool runs;
    const ops *ops = ops_at(index, &runs);
    if (ops && backend)
        *backend = (cnn_backend){ops->name, ops->instructions, runs, ops->roundings == 1};
    return ops;
}
