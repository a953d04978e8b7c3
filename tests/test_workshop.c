/* Exercises, solved and with mistakes written by hand: the solutions are right, and each mistake of
 * the catalog is named, never another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mistakes.h"
#include "written.h"

enum { MOST = 128 };

static void solutions_are_right(void **state) {
    cnn_exercise_info info;
    size_t solved = 0;
    (void)state;
    for (size_t i = 0; cnn_exercise_at(i, &info); i++) {
        char *text = written_text(info.name, NULL, NULL);
        cnn_attempt *attempt = written_attempt(info.name, text);
        if (!cnn_attempt_get_info(attempt).right)
            fail_msg("%s: %s", info.name, cnn_attempt_get_info(attempt).line);
        solved += cnn_attempt_get_info(attempt).text[0] == '\0';
        cnn_attempt_free(attempt);
        free(text);
    }
    assert_true(solved >= 8);
}

/* The files to fill in compile, and no number of them is right. */
static void nothing_is_given_away(void **state) {
    cnn_exercise_info info;
    cnn_attempt_part part;
    (void)state;
    for (size_t i = 0; cnn_exercise_at(i, &info); i++) {
        cnn_attempt *attempt = written_attempt(info.name, info.text);
        for (size_t p = 0; cnn_attempt_part_at(attempt, p, &part); p++)
            assert_int_equal(part.answer, CNN_ANSWER_EMPTY);
        cnn_attempt_free(attempt);
    }
}

static const char *one_wrong_name(const cnn_attempt *attempt, const char *right) {
    cnn_attempt_part part;
    for (size_t i = 0; cnn_attempt_part_at(attempt, i, &part); i++)
        for (size_t j = 0; j < part.explanation_count; j++)
            if (strcmp(part.explanations[j][0], right) || part.explanations[j][1])
                return part.explanations[j][0];
    return NULL;
}

static void mistakes_are_named(void **state) {
    static written_mistake mistakes[MOST];
    const size_t count = written_mistakes(mistakes, MOST);
    size_t asked = 0, named = 0;
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const written_mistake *m = &mistakes[i];
        char *text = written_text(m->exercise, m, NULL);
        cnn_attempt *attempt = written_attempt(m->exercise, text);
        const char *wrong = one_wrong_name(attempt, m->name);
        assert_false(cnn_attempt_get_info(attempt).right);
        if (wrong)
            fail_msg("%s, written as %s, is called %s", m->name, m->edits[0].has, wrong);
        if (strcmp(m->name, "-")) {
            asked++;
            named += written_named(attempt, m->name);
            if (!written_named(attempt, m->name))
                print_message("%s is not named, written as %s: %s\n", m->name, m->edits[0].has,
                              cnn_attempt_get_info(attempt).line);
        }
        cnn_attempt_free(attempt);
        free(text);
    }
    print_message("%zu mistakes, %zu named, none wrongly\n", asked, named);
    assert_true(asked >= 55 && named * 10 >= asked * 9);
}

/* ----------------------------------------------------------------------------- two at once */

static size_t third_names;

static bool right_after(const written_mistake *m) {
    char *text = written_text(m->exercise, m, NULL);
    cnn_attempt *attempt = written_attempt(m->exercise, text);
    const bool named = written_named(attempt, m->name);
    cnn_attempt_free(attempt);
    free(text);
    return named;
}

/* A name that is neither of the two. */
static const char *third_name(const cnn_attempt *attempt, const char *one, const char *other) {
    cnn_attempt_part part;
    for (size_t i = 0; cnn_attempt_part_at(attempt, i, &part); i++)
        for (size_t j = 0; j < 2 * part.explanation_count; j++) {
            const char *name = part.explanations[j / 2][j % 2];
            if (name && strcmp(name, one) && strcmp(name, other))
                return name;
        }
    return NULL;
}

/* Both names; or one, and after its mending the other. */
static bool pair_is_found(const written_mistake *a, const written_mistake *b, const char *text) {
    cnn_attempt *attempt = written_attempt(a->exercise, text);
    const char *third = third_name(attempt, a->name, b->name);
    if (third)
        print_message("%s and %s: %s is named\n", a->name, b->name, third);
    third_names += third != NULL;
    const bool one = written_named(attempt, a->name), other = written_named(attempt, b->name);
    cnn_attempt_free(attempt);
    return (one && other) || (one && right_after(b)) || (other && right_after(a));
}

/* Pairs in one exercise, spread over the list. */
static void two_are_found(void **state) {
    enum { PAIRS = 50, STEP = 7 };
    static written_mistake mistakes[MOST];
    const size_t count = written_mistakes(mistakes, MOST);
    size_t asked = 0, found = 0;
    (void)state;
    for (size_t i = 0; asked < PAIRS && i < count * count; i++) {
        const written_mistake *a = &mistakes[i * STEP % count], *b = &mistakes[i / count];
        if (a >= b || strcmp(a->exercise, b->exercise) || !strcmp(a->name, b->name) ||
            a->name[0] == '-' || b->name[0] == '-')
            continue;
        char *text = written_text(a->exercise, a, b);
        if (!text)
            continue;
        const bool good = pair_is_found(a, b, text);
        if (!good)
            print_message("not found: %s and %s\n", a->name, b->name);
        found += good;
        asked++;
        free(text);
    }
    print_message("%zu pairs, %zu found\n", asked, found);
    assert_int_equal(third_names, 0);
    assert_true(asked == PAIRS && found * 10 >= asked * 7);
}

/* The slip of the original work: its dense layer divides dw by the batch a second time. */
static void the_original_slip(void **state) {
    static written_mistake mistakes[MOST];
    const size_t count = written_mistakes(mistakes, MOST);
    (void)state;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(mistakes[i].name, "dense-dw-over-n-twice")) {
            char *text = written_text("dense", &mistakes[i], NULL);
            const double begun = clock_seconds();
            cnn_attempt *attempt = written_attempt("dense", text);
            const double seconds = clock_seconds() - begun;
            assert_true(written_named(attempt, "dense-dw-over-n-twice"));
            assert_non_null(strstr(cnn_attempt_get_info(attempt).text,
                                   "1/2 of what it should be in every case with 2 images"));
            print_message("named in %.2f s, with the compiler\n", seconds);
            cnn_attempt_free(attempt);
            free(text);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solutions_are_right), cmocka_unit_test(nothing_is_given_away),
        cmocka_unit_test(mistakes_are_named),  cmocka_unit_test(two_are_found),
        cmocka_unit_test(the_original_slip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
