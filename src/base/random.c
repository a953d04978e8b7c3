#include "random.h"

#include "explog.h"

#include <math.h>

random_state random_seeded(uint64_t seed, uint64_t stream) {
    random_state random = {.state = 0, .increment = stream << 1 | 1};
    random_bits(&random);
    random.state += seed;
    random_bits(&random);
    return random;
}

uint32_t random_bits(random_state *random) {
    const uint64_t old = random->state;
    random->state = old * UINT64_C(6364136223846793005) + random->increment;
    const uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27);
    const uint32_t rotation = (uint32_t)(old >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
}

uint32_t random_below(random_state *random, uint32_t bound) {
    const uint32_t refused = -bound % bound; /* 2^32 mod bound: the values that would be too many */
    uint32_t bits = random_bits(random);
    while (bits < refused)
        bits = random_bits(random);
    return bits % bound;
}

double random_uniform(random_state *random) {
    return (random_bits(random) >> 8) * 0x1p-24;
}

double random_normal(random_state *random) {
    double a, b, square;
    do {
        a = 2 * random_uniform(random) - 1;
        b = 2 * random_uniform(random) - 1;
        square = a * a + b * b;
    } while (square >= 1 || square == 0);
    return a * sqrt(-2 * plain_log(square) / square);
}

void random_shuffle(random_state *random, uint32_t *values, size_t count) {
    for (size_t i = count; i > 1; i--) {
        const uint32_t j = random_below(random, (uint32_t)i);
        const uint32_t value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}
