/* A part of the walk over include/: the calls of cnn_explain.h with bad arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <math.h>
#include <string.h>

static void sums(void **state) {
    cnn_sum sum;
    cnn_term term;
    (void)state;
    calls_batch(2);
    REFUSED(cnn_model_sum(NULL, "fc1", 0, &sum, &term, 1, e));
    REFUSED(cnn_model_sum(c.model, NULL, 0, &sum, &term, 1, e));
    REFUSED(cnn_model_sum(c.model, "fc1", 0, NULL, &term, 1, e));
    REFUSED(cnn_model_sum(c.model, "fc1.weight", 0, &sum, NULL, 1, e));
    REFUSED(cnn_model_sum(c.model, "fc1.weight", SIZE_MAX, &sum, &term, 1, e));
    REFUSED(cnn_model_sum(c.model, "", 0, &sum, &term, 1, e));
    /* This model fuses layers. */
    cnn_model_forward(c.model);
    REFUSED(cnn_model_sum(c.model, "losses", 0, &sum, &term, 1, e));
    assert_true(cnn_model_sum(c.model, "fc1.weight", 0, &sum, NULL, 0, NULL));
}

static void slopes(void **state) {
    cnn_slope slope;
    (void)state;
    REFUSED(cnn_model_slope(c.model, "input", 0, 1e-4, &slope, e));
    calls_batch(2);
    REFUSED(cnn_model_slope(NULL, "input", 0, 1e-4, &slope, e));
    REFUSED(cnn_model_slope(c.model, NULL, 0, 1e-4, &slope, e));
    REFUSED(cnn_model_slope(c.model, "input", 0, 1e-4, NULL, e));
    REFUSED(cnn_model_slope(c.model, "input", SIZE_MAX, 1e-4, &slope, e));
    REFUSED(cnn_model_slope(c.model, "input", 0, -1, &slope, e));
    REFUSED(cnn_model_slope(c.model, "input", 0, (double)INFINITY, &slope, e));
    REFUSED(cnn_model_slope(c.model, "fc1", 0, 1e-4, &slope, e));
    assert_true(cnn_model_slope(c.model, "input", 0, 1e-4, &slope, NULL));
}

static void names(void **state) {
    (void)state;
    for (int i = -2; i < 40; i++) {
        const char *kind = cnn_sum_kind_name((cnn_sum_kind)i);
        const char *note = cnn_term_note_name((cnn_term_note)i);
        assert_int_equal(!kind, i < 0 || i > CNN_SUM_LOGITS_GRADIENT);
        assert_int_equal(!note, i < 0 || i > CNN_TERM_CLOSED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sums, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(slopes, calls_make, calls_free),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
