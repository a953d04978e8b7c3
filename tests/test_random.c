/* The generator against its author's numbers, and its distributions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random.h"

#include <math.h>

/* The output its author publishes for seed 42, stream 54 (pcg-random.org, pcg32-demo, round 1):
 * six numbers, 65 coins, 33 dice, and a pack of cards shuffled. */
static void pcg_as_published(void **state) {
    static const uint32_t numbers[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330,
                                       0x83d2f293, 0xbfa4784b, 0xcbed606e};
    const char *coins = "HHTTTHTHHHTHTTTHHHHHTTTHHHTHTHTHTTHTTTHHHHHHTTTTHHTTTTTHTTTTTTTHT";
    const char *rolls = "341122324324335231315141564662633";
    const char *cards = "QdKs6d3s3d4c3hTdKc5cJhKdJdAs4s4hAdThAcJc7sQs2s7hKh2d6cAh4dQh9h6s5s2c9c"
                        "Ts8d9s3c8cJs5d2h6h7d8s9d5h8hQc7cTc";
    uint32_t pack[52];
    (void)state;
    random_state random = random_seeded(42, 54);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(random_bits(&random), numbers[i]);
    for (; *coins; coins++)
        assert_int_equal("TH"[random_below(&random, 2)], *coins);
    for (; *rolls; rolls++)
        assert_int_equal('1' + random_below(&random, 6), *rolls);
    for (uint32_t i = 0; i < 52; i++)
        pack[i] = i;
    random_shuffle(&random, pack, 52);
    for (size_t i = 0; i < 52; i++) {
        assert_int_equal("A23456789TJQK"[pack[i] / 4], cards[2 * i]);
        assert_int_equal("hcds"[pack[i] % 4], cards[2 * i + 1]);
    }
}

static void seeds_and_streams_differ(void **state) {
    (void)state;
    random_state a = random_seeded(1, RANDOM_INIT), b = random_seeded(1, RANDOM_ORDER);
    random_state c = random_seeded(2, RANDOM_INIT), again = random_seeded(1, RANDOM_INIT);
    size_t equal = 0;
    for (int i = 0; i < 1000; i++) {
        const uint32_t bits = random_bits(&a);
        assert_int_equal(bits, random_bits(&again));
        equal += (bits == random_bits(&b)) + (bits == random_bits(&c));
    }
    assert_true(equal < 3);
}

/* Chi square of the counts stays below its mean plus six deviations. */
static void below_has_no_bias(void **state) {
    (void)state;
    for (uint32_t bound = 1; bound <= 13; bound++) {
        const double expected = 20000;
        size_t counts[13] = {0};
        double chi = 0;
        random_state random = random_seeded(bound, 201);
        for (size_t i = 0; i < expected * bound; i++)
            counts[random_below(&random, bound)]++;
        for (uint32_t i = 0; i < bound; i++)
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
        assert_true(chi < (bound - 1) + 6 * sqrt(2.0 * bound));
    }
}

/* Just above 2^31 a bare remainder would make the lower half twice as likely. */
static void below_refuses_what_is_too_much(void **state) {
    (void)state;
    const uint32_t bound = 0xc0000000;
    random_state random = random_seeded(3, 201);
    size_t low = 0;
    for (size_t i = 0; i < 30000; i++) {
        const uint32_t value = random_below(&random, bound);
        assert_true(value < bound);
        low += value < bound / 3;
    }
    assert_in_range(low, 9500, 10500); /* a third; half of them by the remainder alone */
}

static void uniform_and_normal(void **state) {
    enum { DRAWS = 200000 };
    double sum = 0, sum_normal = 0, squares = 0;
    size_t beyond = 0;
    (void)state;
    random_state random = random_seeded(4, 201);
    for (size_t i = 0; i < DRAWS; i++) {
        const double u = random_uniform(&random), z = random_normal(&random);
        assert_true(u >= 0 && u < 1 && u * 0x1p24 == floor(u * 0x1p24));
        sum += u;
        sum_normal += z;
        squares += z * z;
        beyond += fabs(z) > 1.959963984540054;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 6 * 0.2887 / sqrt(DRAWS));
    assert_true(fabs(sum_normal / DRAWS) < 6 / sqrt(DRAWS));
    assert_true(fabs(squares / DRAWS - 1) < 6 * sqrt(2.0 / DRAWS));
    assert_true(fabs((double)beyond / DRAWS - 0.05) < 6 * sqrt(0.05 * 0.95 / DRAWS));
}

/* All 24 orders of four come up equally often. */
static void shuffles_are_fair(void **state) {
    size_t counts[256] = {0}, orders = 0;
    (void)state;
    random_state random = random_seeded(5, 201);
    for (size_t i = 0; i < 24000; i++) {
        uint32_t v[4] = {0, 1, 2, 3};
        random_shuffle(&random, v, 4);
        assert_int_equal(1 << v[0] | 1 << v[1] | 1 << v[2] | 1 << v[3], 15);
        counts[v[0] << 6 | v[1] << 4 | v[2] << 2 | v[3]]++;
    }
    for (size_t i = 0; i < 256; i++) {
        orders += counts[i] > 0;
        assert_true(counts[i] == 0 || (counts[i] > 810 && counts[i] < 1190));
    }
    assert_int_equal(orders, 24);
    random_shuffle(&random, NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcg_as_published),   cmocka_unit_test(seeds_and_streams_differ),
        cmocka_unit_test(below_has_no_bias),  cmocka_unit_test(below_refuses_what_is_too_much),
        cmocka_unit_test(uniform_and_normal), cmocka_unit_test(shuffles_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
