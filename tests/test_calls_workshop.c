/* The walk over the public interface: exercises, attempts, and networks of one's own functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <math.h>
#include <string.h>

static bool refuses(const cnn_call *call, void *context, cnn_error *error) {
    (void)call;
    (void)context;
    strcpy(error->message, "no");
    return false;
}

/* ReLU with the gate forgotten. */
static bool passes_all(const cnn_call *call, void *context, cnn_error *error) {
    const cnn_argument *from = &call->arguments[call->argument_count - 2], *to = from + 1;
    (void)context;
    (void)error;
    memcpy(to->numbers, from->numbers, to->count * sizeof *to->numbers);
    for (size_t i = 0; call->function_index == 0 && i < to->count; i++)
        to->numbers[i] = fmaxf(to->numbers[i], 0);
    return true;
}

static void exercises(void **state) {
    cnn_exercise_info info = {.name = "kept"};
    cnn_call call;
    (void)state;
    assert_true(cnn_exercise_count() >= 8 && cnn_exercise_at(0, NULL));
    assert_false(cnn_exercise_at(cnn_exercise_count(), &info));
    assert_false(cnn_exercise_find(NULL, &info) || cnn_exercise_find("", &info));
    assert_string_equal(info.name, "kept");
    assert_true(cnn_exercise_find("relu", &info) && info.function_count == 2);
    assert_null(cnn_exercise_hint_at(NULL, 0));
    assert_null(cnn_exercise_hint_at("relu", info.hint_count));
    assert_false(cnn_exercise_function_at(NULL, 0, &call));
    assert_false(cnn_exercise_function_at("relu", 2, &call));
    assert_true(cnn_exercise_function_at("relu", 1, NULL));
    assert_null(cnn_answer_name(CNN_ANSWER_UNKNOWN + 1));
    assert_null(cnn_answer_name((cnn_answer)-1));
}

static void attempts(void **state) {
    cnn_attempt_part part;
    double seconds;
    (void)state;
    REFUSED(cnn_attempt_create(NULL, refuses, NULL, e));
    REFUSED(cnn_attempt_create("", refuses, NULL, e));
    REFUSED(cnn_attempt_create("relu", NULL, NULL, e));
    REFUSED(cnn_exercise_speed(NULL, refuses, NULL, &seconds, e));
    REFUSED(cnn_exercise_speed("relu", NULL, NULL, &seconds, e));
    REFUSED(cnn_exercise_speed("relu", refuses, NULL, NULL, e));
    cnn_attempt_free(NULL);
    assert_null(cnn_attempt_get_info(NULL).exercise);
    assert_false(cnn_attempt_part_at(NULL, 0, &part));
    cnn_attempt *attempt = cnn_attempt_create("relu", refuses, NULL, e);
    cnn_attempt_info info = cnn_attempt_get_info(attempt);
    assert_true(info.stopped && !info.right && info.first_wrong == SIZE_MAX);
    assert_string_equal(info.message, "no");
    assert_false(cnn_attempt_part_at(attempt, info.part_count, &part));
    cnn_attempt_free(attempt);
    attempt = cnn_attempt_create("relu", passes_all, NULL, e);
    assert_true(cnn_attempt_part_at(attempt, 1, &part));
    assert_string_equal(part.explanations[0][0], "relu-open");
    cnn_attempt_free(attempt);
    assert_true(cnn_exercise_speed("relu", passes_all, NULL, &seconds, NULL) && seconds > 0);
}

static void own_networks(void **state) {
    const cnn_optimizer rates = CNN_OPTIMIZER_DEFAULT;
    float x[8 * 64] = {0}, p[8 * 4];
    uint32_t labels[8] = {0};
    double loss;
    size_t count;
    (void)state;
    REFUSED(cnn_own_network_create(NULL, e));
    cnn_own_network *own = cnn_own_network_create(c.model, e);
    cnn_own_network_free(NULL);
    REFUSED(cnn_own_network_use(NULL, "relu", passes_all, NULL, e));
    REFUSED(cnn_own_network_use(own, "", passes_all, NULL, e));
    REFUSED(cnn_own_network_use(own, "relu", NULL, NULL, e));
    assert_false(cnn_own_network_uses(NULL, "relu", CNN_OPTIMIZER_ADAM));
    assert_false(cnn_own_network_uses(own, "sgd", CNN_OPTIMIZER_ADAM));
    assert_true(cnn_own_network_uses(own, "adam", CNN_OPTIMIZER_ADAM));
    REFUSED(cnn_own_network_step(NULL, x, labels, 8, &rates, 1, &loss, e));
    REFUSED(cnn_own_network_step(own, NULL, labels, 8, &rates, 1, &loss, e));
    REFUSED(cnn_own_network_step(own, x, NULL, 8, &rates, 1, &loss, e));
    REFUSED(cnn_own_network_step(own, x, labels, 9, &rates, 1, &loss, e));
    REFUSED(cnn_own_network_step(own, x, labels, 8, NULL, 1, &loss, e));
    REFUSED(cnn_own_network_step(own, x, labels, 8, &rates, 0, &loss, e));
    REFUSED(cnn_own_network_forward(own, x, labels, 8, NULL, &loss, e));
    REFUSED(cnn_own_network_forward(own, x, labels, 0, p, &loss, e));
    assert_null(cnn_own_network_parameters(NULL, &count));
    assert_non_null(cnn_own_network_parameters(own, NULL));
    assert_true(cnn_own_network_step(own, x, labels, 8, &rates, 1, NULL, NULL));
    cnn_own_network_free(own);
}

/* Without functions of one's own it is the library's training, but for the order of sums. */
static void all_the_library(void **state) {
    const cnn_optimizer rates = CNN_OPTIMIZER_DEFAULT;
    double loss;
    (void)state;
    cnn_own_network *own = cnn_own_network_create(c.model, e);
    for (uint64_t step = 1; step <= 20; step++) {
        calls_batch(8);
        const cnn_tensor input = calls_tensor(c.model, "input");
        const cnn_tensor labels = calls_tensor(c.model, "labels");
        const double book = cnn_train_step(c.trainer);
        assert_true(cnn_own_network_step(own, input.data, labels.data, 8, &rates, step, &loss, e));
        assert_true(fabs(loss - book) < 1e-4 * fmax(1, book));
    }
    cnn_own_network_free(own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exercises, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(attempts, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(own_networks, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(all_the_library, calls_make, calls_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
