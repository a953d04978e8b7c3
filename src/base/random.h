/* The generator of all random numbers: PCG32 (XSH-RR 64/32) of O'Neill, "PCG: A Family of Simple
 * Fast Space-Efficient Statistically Good Algorithms for Random Number Generation", 2014. The same
 * seed and stream give the same numbers on every machine. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A plain value: a copy draws the same numbers again. One thread at a time. */
typedef struct random_state {
    uint64_t state, increment; /* increment: odd; selects the stream */
} random_state;

/* Different streams of one seed are independent, and each purpose has its own. So drawing more for
 * one, such as a larger network, does not change the order of the images. */
enum random_stream {
    RANDOM_INIT,
    RANDOM_ORDER,
    RANDOM_VALIDATION,
    RANDOM_GRADCHECK,
    RANDOM_MISTAKE
};

random_state random_seeded(uint64_t seed, uint64_t stream);
/* 32 bits, all values equally likely. */
uint32_t random_bits(random_state *random);
/* In [0, bound) without bias; bound at least 1. */
uint32_t random_below(random_state *random, uint32_t bound);
/* A multiple of 2^-24 in [0, 1). */
double random_uniform(random_state *random);
/* Mean 0, standard deviation 1, by Marsaglia's polar method (1964), one of each pair discarded. */
double random_normal(random_state *random);
/* Fisher and Yates: all orders are equally likely. count below 2^32. */
void random_shuffle(random_state *random, uint32_t *values, size_t count);

#endif
