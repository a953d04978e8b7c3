/* Functions that the library and the command share instead of each having its own: words for
 * optimizers and schedules, decimal numbers, the closest word, medians, the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "closest.h"
#include "cnn.h"
#include "decimal.h"
#include "median.h"

#include <string.h>

static void kinds_have_words(void **state) {
    static const char *const optimizers[] = {"adam", "adamw", "sgd"};
    static const char *const schedules[] = {"constant", "step", "cosine", "onecycle"};
    (void)state;
    static const size_t numbers[] = {2, 2, 1};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cnn_optimizer_kind_numbers((cnn_optimizer_kind)i), numbers[i]);
        cnn_optimizer_kind kind = (cnn_optimizer_kind)9;
        assert_string_equal(cnn_optimizer_kind_name((cnn_optimizer_kind)i), optimizers[i]);
        assert_true(cnn_optimizer_kind_of(optimizers[i], &kind) && (int)kind == i);
    }
    for (int i = 0; i < 4; i++) {
        cnn_schedule_kind kind = (cnn_schedule_kind)9;
        assert_string_equal(cnn_schedule_kind_name((cnn_schedule_kind)i), schedules[i]);
        assert_true(cnn_schedule_kind_of(schedules[i], &kind) && (int)kind == i);
    }
}

static void other_words_are_no_kinds(void **state) {
    static const char *const others[] = {"", "Adam", "ada", "adamww", "cosin", " sgd", NULL};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cnn_optimizer_kind optimizer = CNN_OPTIMIZER_SGD;
        cnn_schedule_kind schedule = CNN_SCHEDULE_STEP;
        assert_false(cnn_optimizer_kind_of(others[i], &optimizer));
        assert_false(cnn_schedule_kind_of(others[i], &schedule));
        assert_true(optimizer == CNN_OPTIMIZER_SGD && schedule == CNN_SCHEDULE_STEP);
    }
    assert_true(cnn_optimizer_kind_of("sgd", NULL) && cnn_schedule_kind_of("step", NULL));
    assert_null(cnn_optimizer_kind_name((cnn_optimizer_kind)99));
    assert_null(cnn_optimizer_kind_name((cnn_optimizer_kind)-1));
    assert_null(cnn_schedule_kind_name((cnn_schedule_kind)99));
    assert_null(cnn_schedule_kind_name((cnn_schedule_kind)INT32_MIN));
}

static void decimal_numbers(void **state) {
    static const struct row {
        const char *text;
        uint64_t most, number;
        bool good;
    } rows[] = {
        {"0", 0, 0, true},
        {"007", 7, 7, true},
        {"255", 255, 255, true},
        {"256", 255, 0, false},
        {"2550", 255, 0, false},
        {"3", 2, 0, false},
        {"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
        {"18446744073709551616", UINT64_MAX, 0, false},
        {"99999999999999999999999", UINT64_MAX, 0, false},
        {"", 9, 0, false},
        {"-1", 9, 0, false},
        {"+1", 9, 0, false},
        {" 1", 9, 0, false},
        {"1 ", 9, 0, false},
        {"0x1", 9, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t number = 12345;
        assert_int_equal(decimal_whole(rows[i].text, rows[i].most, &number), rows[i].good);
        assert_true(number == (rows[i].good ? rows[i].number : 12345));
    }
}

/* Digits are counted to their end, even in a number that is too large, and not beyond `length`. */
static void digits_at_the_start(void **state) {
    uint64_t number;
    bool large = false;
    (void)state;
    assert_int_equal(decimal_digits("28x30", 5, 99, &number, &large), 2);
    assert_true(number == 28 && !large);
    assert_int_equal(decimal_digits("1234", 3, 999, &number, &large), 3);
    assert_true(number == 123 && !large);
    assert_int_equal(decimal_digits("x", 1, 99, &number, &large), 0);
    assert_true(number == 0 && !large);
    assert_int_equal(decimal_digits("1000m", 5, 99, &number, &large), 4);
    assert_true(number == 99 && large);
}

/* The word suggested for what was typed, or "". */
static const char *offered(closest *near, const char *typed) {
    static const char *const words[] = {"conv2d", "relu", "maxpool2d", "flatten", "dense"};
    *near = (closest){.typed = typed, .length = strlen(typed)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        closest_offer(near, words[i]);
    return near->word;
}

static void the_closest_word(void **state) {
    closest near;
    (void)state;
    assert_string_equal(offered(&near, "conv"), "conv2d");
    assert_int_equal(near.distance, 1);
    assert_string_equal(offered(&near, "desne"), "dense");
    assert_int_equal(near.distance, 1); /* neighbors swapped: one slip */
    assert_string_equal(offered(&near, "maxpol2d"), "maxpool2d");
    assert_string_equal(offered(&near, "relu"), "relu");
    assert_int_equal(near.distance, 0);
    assert_string_equal(offered(&near, "transformer"), "");
    assert_string_equal(offered(&near, ""), "");
    assert_string_equal(offered(&near, "dense567890123456789012345678901"), "");
}

static void medians(void **state) {
    double odd[] = {3, -1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};
    (void)state;
    assert_true(median(odd, 3) == 2 && median(even, 4) == 2.5 && median(one, 1) == 7);
}

static void the_clock_goes_on(void **state) {
    (void)state;
    const uint64_t first = clock_nanoseconds();
    const double seconds = clock_seconds();
    assert_true(clock_nanoseconds() >= first && seconds >= 1e-9 * (double)first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_words),  cmocka_unit_test(other_words_are_no_kinds),
        cmocka_unit_test(decimal_numbers),   cmocka_unit_test(digits_at_the_start),
        cmocka_unit_test(the_closest_word),  cmocka_unit_test(medians),
        cmocka_unit_test(the_clock_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
