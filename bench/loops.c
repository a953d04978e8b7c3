/* The loops of loops.h, built with contraction: x * a + b is one instruction if the set has it. */
#include "loops.h"

typedef float lanes __attribute__((vector_size(LOOPS_BYTES), may_alias));

enum { LANES = LOOPS_BYTES / sizeof(float), READERS = 8 };

/* Volatile, so that the compiler cannot precompute the loops. */
static volatile float half = 0.5f, one = 1;

static float sum_lanes(lanes v) {
    float sum = 0;
    for (size_t i = 0; i < LANES; i++)
        sum += v[i];
    return sum;
}

/* x converges to 2, so no value grows or becomes denormal. */
static float multiply_add(size_t times) {
    const lanes a = (lanes){0} + half, b = (lanes){0} + one;
    lanes x[LOOPS_CHAINS];
    for (size_t i = 0; i < LOOPS_CHAINS; i++)
        x[i] = (lanes){0} + (float)i;
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < LOOPS_CHAINS; i++)
            x[i] = x[i] * a + b;
    for (size_t i = 1; i < LOOPS_CHAINS; i++)
        x[0] += x[i];
    return sum_lanes(x[0]);
}

static float read_all(const float *a, size_t count) {
    const lanes *from = (const lanes *)a;
    lanes sum[READERS] = {{0}};
    size_t i = 0;
    for (; i + READERS <= count / LANES; i += READERS)
        for (size_t j = 0; j < READERS; j++)
            sum[j] += from[i + j];
    for (; i < count / LANES; i++)
        sum[0] += from[i];
    for (size_t j = 1; j < READERS; j++)
        sum[0] += sum[j];
    return sum_lanes(sum[0]);
}

static void triad(float *a, const float *b, const float *c, float s, size_t count) {
    lanes *to = (lanes *)a;
    const lanes *from = (const lanes *)b, *times = (const lanes *)c, by = (lanes){0} + s;
    for (size_t i = 0; i < count / LANES; i++)
        to[i] = from[i] + by * times[i];
}

const loops LOOPS_TABLE = {LOOPS_NAME, LANES, multiply_add, read_all, triad};
