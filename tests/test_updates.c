/* The updates of Adam and SGD by every back end of this processor against the book's, bit by bit:
 * ranges of any length and place, and numbers that are zero, fade away, are too large or none. */
#include "books.h"

#include "random.h"
#include "same_bits.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MANY = 83 };

typedef struct numbers {
    float w[MANY], dw[MANY], first[MANY], second[MANY];
} numbers;

static const sgd_rates sgd_cases[] = {
    {0.1f, 0, 0, 0}, {0.01f, 0.9f, 0, 0}, {0.01f, 0.9f, 0.03f, 0}, {0.01f, 0.9f, 0.03f, 1}};
static const adam_rates adam_cases[] = {{1, 0, 0.999f, 0.1f, 0.001f, 0.01f, 0.03f, 1e-8f, 0},
                                        {1, 0.03f, 0.999f, 0.1f, 0.001f, 0.01f, 0.03f, 1e-8f, 0},
                                        {0.997f, 0, 0.95f, 0.3f, 0.0625f, 0.01f, 0.7f, 0, 0}};
enum { CASES = COUNT(sgd_cases) + COUNT(adam_cases) };

/* One in four is special; means of squares are not below 0. */
static float drawn_number(random_state *random, bool square) {
    static const float special[] = {0,       -0.0f,        FLT_MIN, -FLT_MIN, 1.1f * FLT_MIN,
                                    FLT_MAX, FLT_TRUE_MIN, 1e-20f,  INFINITY, NAN};
    const float some = random_below(random, 4) ? (float)(random_uniform(random) - 0.5)
                                               : special[random_below(random, COUNT(special))];
    return square ? fabsf(some) : some;
}

static numbers drawn(uint64_t seed) {
    numbers all;
    random_state random = random_seeded(seed, 103);
    for (size_t i = 0; i < MANY; i++) {
        all.w[i] = drawn_number(&random, false);
        all.dw[i] = drawn_number(&random, false);
        all.first[i] = drawn_number(&random, false);
        all.second[i] = drawn_number(&random, true);
    }
    return all;
}

static void update(const ops *ops, size_t which, range elements, numbers *all) {
    if (which < COUNT(sgd_cases))
        ops->sgd(&sgd_cases[which], all->w, all->dw, all->first, elements);
    else
        ops->adam(&adam_cases[which - COUNT(sgd_cases)], all->w, all->dw, all->first, all->second,
                  elements);
}

/* A NaN is one whatever its bits. */
static void assert_alike(const ops *ops, size_t which, const float *got, const float *wanted) {
    for (size_t i = 0; i < MANY; i++)
        if (memcmp(&got[i], &wanted[i], sizeof *got) && !(isnan(got[i]) && isnan(wanted[i])))
            fail_msg("%s, case %zu: number %zu is %.9g, not %.9g", ops->name, which, i,
                     (double)got[i], (double)wanted[i]);
}

static void assert_updates(const ops *ops, const struct ops *book, size_t which, uint64_t seed) {
    random_state random = random_seeded(seed, 104);
    const size_t first = random_below(&random, MANY + 1);
    const range elements = {first, first + random_below(&random, (uint32_t)(MANY - first + 1))};
    numbers got = drawn(seed), wanted = got;
    update(ops, which, elements, &got);
    update(book, which, elements, &wanted);
    assert_alike(ops, which, got.w, wanted.w);
    assert_alike(ops, which, got.first, wanted.first);
    assert_alike(ops, which, got.second, wanted.second);
}

static void every_back_end(void **state) {
    const ops *ops;
    bool runs;
    (void)state;
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++)
        for (size_t which = 0; runs && which < CASES; which++)
            for (uint64_t seed = 0; seed < 300; seed++)
                assert_updates(ops, ops->roundings == 1 ? &book_float : &book_twice, which, seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_back_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
