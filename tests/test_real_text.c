/* Real numbers as text: the shortest that comes back exactly, in any locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random.h"
#include "real_text.h"

#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static void comes_back(double value) {
    char text[REAL_TEXT_SIZE];
    real_text(value, text);
    assert_true(strtod(text, NULL) == value);
}

static void known_texts(void **state) {
    static const struct known {
        double value;
        const char *text;
    } all[] = {{0.01, "0.01"}, {1, "1"},           {-0.5, "-0.5"},
               {0, "0"},       {1e-300, "1e-300"}, {1.0 / 3, "0.3333333333333333"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[REAL_TEXT_SIZE];
        real_text(all[i].value, text);
        assert_string_equal(text, all[i].text);
    }
}

static void every_double_comes_back(void **state) {
    (void)state;
    random_state random = random_seeded(3, RANDOM_INIT);
    comes_back(DBL_MAX);
    comes_back(-DBL_MIN);
    comes_back(DBL_EPSILON);
    for (int i = 0; i < 20000; i++)
        comes_back((random_uniform(&random) - 0.5) * (i % 2 ? 1e-200 : 1e3));
}

/* With a locale that uses another sign, if installed. */
static void locales_change_nothing(void **state) {
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    size_t tried = 0;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[REAL_TEXT_SIZE];
        if (!setlocale(LC_NUMERIC, names[i]))
            continue;
        real_text(0.25, text);
        setlocale(LC_NUMERIC, "C");
        assert_string_equal(text, "0.25");
        tried++;
    }
    if (!tried)
        skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(every_double_comes_back),
        cmocka_unit_test(locales_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
