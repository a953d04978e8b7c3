/* The tables of README.md and docs/comparison.md are the ones that docs/comparison/results.json
 * gives. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESULTS "docs/comparison/results.json"

/* There is nothing to check before the first comparison, and nothing to check it with without
 * Python; then the test is skipped. */
static void need_results_and_python(void) {
    if (access(RESULTS, R_OK) != 0 || system("python3 -c '' 2>/dev/null") != 0) {
        print_message("skipped: needs %s and python3\n", RESULTS);
        skip();
    }
}

static bool accepted(const char *readme) {
    char command[300];
    snprintf(command, sizeof command, "python3 -B compare/report.py --check %s", readme);
    return system(command) == 0;
}

enum { README_MOST = 1 << 20 };

static char *whole_file(const char *path) {
    FILE *file = fopen(path, "r");
    char *text = calloc(README_MOST + 1, 1);
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, README_MOST, file) > 0);
    fclose(file);
    return text;
}

/* Copies README.md with the last digit of the comparison's table changed. */
static void write_damaged_readme(FILE *file) {
    char *text = whole_file("README.md"), *digit = strstr(text, "<!-- /comparison -->");
    assert_non_null(digit);
    while (digit > text && !isdigit((unsigned char)*digit))
        digit--;
    *digit = *digit == '9' ? '8' : (char)(*digit + 1);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
    free(text);
}

static void test_tables_come_from_the_results(void **state) {
    (void)state;
    need_results_and_python();
    assert_true(accepted("README.md"));
}

static void test_a_changed_digit_is_seen(void **state) {
    char path[] = "/tmp/test_readme_table.XXXXXX";
    (void)state;
    need_results_and_python();
    const int file = mkstemp(path);
    assert_true(file >= 0);
    write_damaged_readme(fdopen(file, "w"));
    assert_false(accepted(path));
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_come_from_the_results),
        cmocka_unit_test(test_a_changed_digit_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
