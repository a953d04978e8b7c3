/* The linear schedule against worked values. */
#include "books.h"
#include "cnn.h"

/* docs/math/schedules.md */
static void example_of_the_page(void **state) {
    (void)state;
    static const double wanted[] = {0.5, 0.375, 0.25, 0.125, 0, 0};
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    schedule.kind = CNN_SCHEDULE_LINEAR;
    schedule.total_steps = 4;
    for (size_t step = 0; step < COUNT(wanted); step++) {
        cnn_optimizer optimizer = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.5};
        cnn_schedule_apply(&schedule, step, &optimizer);
        assert_true(optimizer.lr == wanted[step]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(example_of_the_page)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
