/* Every rung of the ladder (bench/rungs.h), in every instruction set of this processor, gives the
 * bits of the book. */
#include "ladder_problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { IMAGES = 3 };

static void assert_bits(ladder_problem *problem, const rungs *rungs, const rung *all) {
    for (size_t i = 0; i < RUNGS; i++)
        if (!ladder_same_bits(problem, rungs, &all[i]))
            fail_msg("%s, rung %zu: %s", rungs->name, i + 1, all[i].idea);
}

static void rungs_have_the_bits_of_the_book(void **state) {
    (void)state;
    ladder_problem *problem = ladder_problem_create(IMAGES);
    const rungs *rungs;
    size_t tables = 0;
    assert_non_null(problem);
    for (; (rungs = ladder_rungs_at(tables)); tables++) {
        assert_bits(problem, rungs, rungs->forward);
        assert_bits(problem, rungs, rungs->dw);
    }
    assert_true(tables > 0);
    ladder_problem_free(problem);
}

/* The comparison can fail: one changed number of the results, and one of the inputs, is noticed. */
static void the_check_can_fail(void **state) {
    (void)state;
    ladder_problem *problem = ladder_problem_create(IMAGES);
    const rungs *rungs = ladder_rungs_at(0);
    assert_non_null(problem);
    ((float *)problem->first.w)[7] += 0.5f;
    assert_false(ladder_same_bits(problem, rungs, &rungs->forward[0]));
    assert_true(ladder_same_bits(problem, rungs, &rungs->forward[1]));
    ((float *)problem->first.dy)[7] += 0.5f;
    assert_false(ladder_same_bits(problem, rungs, &rungs->dw[0]));
    assert_true(ladder_same_bits(problem, rungs, &rungs->dw[1]));
    ladder_problem_free(problem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_have_the_bits_of_the_book),
        cmocka_unit_test(the_check_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
