/* Draws random numbers with PCG32, a 64-bit linear congruential generator with a scrambled 32-bit
 * output. It passes the usual tests of randomness, is short and can be copied by value; it is not
 * secure. Derived values use plain arithmetic and portable_log(), so all machines draw the same. */
#include "random.h"

#include "explog.h"

#include <math.h>

/* Follows O'Neill's pcg32_srandom_r(), so that a test can compare with her published output. An
 * even increment would shorten the period of 2^64, hence the 1. */
random_state random_seeded(uint64_t seed, uint64_t stream) {
    random_state random = {.state = 0, .increment = stream << 1 | 1};
    random_bits(&random);
    random.state += seed;
    random_bits(&random);
    return random;
}

uint32_t random_bits(random_state *random) {
    const uint64_t old = random->state;
    /* Knuth's multiplier for 64 bits (MMIX). */
    random->state = old * UINT64_C(6364136223846793005) + random->increment;
    const uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27);
    /* The top five bits are the most random: they choose a rotation of the others. */
    const uint32_t rotation = (uint32_t)(old >> 59);
    /* & 31, since a shift by 32, for rotation 0, is undefined. */
    return shifted >> rotation | shifted << (-rotation & 31);
}

/* bits % bound alone would favor small remainders. Without the first 2^32 mod bound values, the
 * number of values is a multiple of bound and every remainder is equally likely. */
uint32_t random_below(random_state *random, uint32_t bound) {
    const uint32_t refused = -bound % bound; /* 2^32 mod bound, in 32 bits */
    uint32_t bits = random_bits(random);
    while (bits < refused)
        bits = random_bits(random);
    return bits % bound;
}

double random_uniform(random_state *random) {
    /* 24 bits, as many as a float holds: the value is the same as float and as double. */
    return (random_bits(random) >> 8) * 0x1p-24;
}

/* The second number of a pair, b times the same root, is dropped: if it were kept it would be part
 * of the state, and the results would depend on how often this was called before. Not by Box and
 * Muller, since the rounding of sine and cosine depends on libm; IEEE 754 defines that of
 * sqrt(). */
double random_normal(random_state *random) {
    double a, b, square;
    do {
        a = 2 * random_uniform(random) - 1;
        b = 2 * random_uniform(random) - 1;
        square = a * a + b * b;
    } while (square >= 1 || square == 0);
    return a * sqrt(-2 * portable_log(square) / square);
}

void random_shuffle(random_state *random, uint32_t *values, size_t count) {
    for (size_t i = count; i > 1; i--) {
        /* i - 1 itself may be drawn: if every element had to move, most orders would never
         * occur. */
        const uint32_t j = random_below(random, (uint32_t)i);
        const uint32_t value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}
