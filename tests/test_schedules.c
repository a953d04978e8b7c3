/* Each schedule against worked values and PyTorch's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.1, .momentum = 0.9};
static const cnn_optimizer adam = {
    .kind = CNN_OPTIMIZER_ADAM, .lr = 0.1, .beta1 = 0.9, .beta2 = 0.999};

static cnn_schedule schedule_of(cnn_schedule_kind kind, size_t total_steps) {
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    schedule.kind = kind;
    schedule.total_steps = total_steps;
    return schedule;
}

static cnn_optimizer at_step(const cnn_schedule *schedule, const cnn_optimizer *base, size_t step) {
    cnn_optimizer now = *base;
    cnn_schedule_apply(schedule, step, &now);
    return now;
}

static double cycled(const cnn_optimizer *o) {
    return o->kind == CNN_OPTIMIZER_SGD ? o->momentum : o->beta1;
}

/* What a step uses: learning rate, and momentum or beta1. */
typedef struct rates {
    size_t step;
    double lr, momentum;
} rates;

static void assert_rates(const cnn_schedule *schedule, const cnn_optimizer *base,
                         const rates *expected, size_t count, double tolerance) {
    for (size_t i = 0; i < count; i++) {
        const cnn_optimizer now = at_step(schedule, base, expected[i].step);
        if (!(fabs(now.lr / expected[i].lr - 1) <= tolerance))
            fail_msg("step %zu: lr is %.17g, not %.17g", expected[i].step, now.lr, expected[i].lr);
        if (!(fabs(cycled(&now) - expected[i].momentum) <= tolerance))
            fail_msg("step %zu: momentum is %.17g, not %.17g", expected[i].step, cycled(&now),
                     expected[i].momentum);
    }
}

/* docs/math/schedules.md */
static void example_of_the_page(void **state) {
    static const rates step[] = {{0, 0.1, 0.9}, {2, 0.1, 0.9}, {3, 0.05, 0.9}, {7, 0.025, 0.9}};
    static const rates cosine[] = {
        {0, 0.1, 0.9}, {1, 0.0853553390593, 0.9}, {2, 0.05, 0.9}, {3, 0.0146446609407, 0.9}};
    static const rates onecycle[] = {{0, 0.004, 0.95}, {1, 0.028, 0.925},     {2, 0.076, 0.875},
                                     {3, 0.1, 0.85},   {5, 0.0750001, 0.875}, {6, 0.0500002, 0.9},
                                     {9, 4e-7, 0.95}};
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_STEP, 0);
    s.step_size = 3;
    s.gamma = 0.5;
    assert_rates(&s, &sgd, step, COUNT(step), 1e-12);
    s = schedule_of(CNN_SCHEDULE_COSINE, 4);
    assert_rates(&s, &sgd, cosine, COUNT(cosine), 1e-10);
    s = schedule_of(CNN_SCHEDULE_ONECYCLE, 10);
    s.warmup = 0.4;
    assert_rates(&s, &sgd, onecycle, COUNT(onecycle), 1e-12);
    assert_rates(&s, &adam, onecycle, COUNT(onecycle), 1e-12);
}

/* torch 2.13.0: StepLR(30, 0.5), CosineAnnealingLR(200, 0.001), OneCycleLR(0.1, total_steps=200)
 * over SGD(momentum=0.9), and OneCycleLR(0.1, total_steps=200, pct_start=0.25, div_factor=10,
 * final_div_factor=100, base_momentum=0.8, max_momentum=0.9) over Adam: the rates that each step
 * uses. */
static const rates torch_step[] = {
    {0, 0.1, 0.9},    {1, 0.1, 0.9},      {59, 0.05, 0.9},       {60, 0.025, 0.9},
    {61, 0.025, 0.9}, {100, 0.0125, 0.9}, {198, 0.0015625, 0.9}, {199, 0.0015625, 0.9},
};
static const rates torch_cosine[] = {
    {0, 0.1, 0.9},
    {1, 0.09999389330784221, 0.9},
    {59, 0.08022080115363125, 0.9},
    {60, 0.07959536998847742, 0.9},
    {61, 0.07896275997614229, 0.9},
    {100, 0.050499999999999996, 0.9},
    {198, 0.0010244252618962857, 0.9},
    {199, 0.001006106692157801, 0.9},
};
static const rates torch_onecycle_sgd[] = {
    {0, 0.0040000000000000036, 0.95},
    {1, 0.004068030607515441, 0.949929134783838},
    {2, 0.004271929589913417, 0.9497167400105068},
    {59, 0.1, 0.85},
    {60, 0.09998741179747835, 0.8500125882528746},
    {61, 0.09994965352845243, 0.8500503466729342},
    {100, 0.08028958103403223, 0.869710497807959},
    {198, 1.2988202521661969e-05, 0.9499874117471253},
    {199, 4e-07, 0.95},
};
static const rates torch_onecycle_adam[] = {
    {0, 0.009999999999999995, 0.9},
    {1, 0.010092457326234858, 0.8998972696375168},
    {2, 0.010369449377953921, 0.8995895006911623},
    {59, 0.0989084726566536, 0.8010926199633097},
    {60, 0.09868026619851436, 0.8013210548563421},
    {61, 0.09843072889837513, 0.8015708419435685},
    {100, 0.07411359602138068, 0.8259123162949142},
    {198, 0.0001109548604314673, 0.8999890341737423},
    {199, 0.0001, 0.9},
};

/* The cosine of torch is a product of 199 ratios, which leaves twelve digits. */
static void against_torch(void **state) {
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_STEP, 200);
    s.step_size = 30;
    s.gamma = 0.5;
    assert_rates(&s, &sgd, torch_step, COUNT(torch_step), 1e-14);
    s = schedule_of(CNN_SCHEDULE_COSINE, 200);
    s.min_lr = 0.001;
    assert_rates(&s, &sgd, torch_cosine, COUNT(torch_cosine), 1e-11);
    s = schedule_of(CNN_SCHEDULE_ONECYCLE, 200);
    assert_rates(&s, &sgd, torch_onecycle_sgd, COUNT(torch_onecycle_sgd), 1e-12);
    s.warmup = 0.25;
    s.div_factor = 10;
    s.final_div_factor = 100;
    s.base_momentum = 0.8;
    s.max_momentum = 0.9;
    assert_rates(&s, &adam, torch_onecycle_adam, COUNT(torch_onecycle_adam), 1e-12);
}

/* The same curves by another formula: sin(x / 2)^2 is (1 - cos x) / 2. */
static double along(double from, double to, double share) {
    const double half = sin(acos(-1) * share / 2);
    return from + (to - from) * half * half;
}

static void every_step_of_the_cosine(void **state) {
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_COSINE, 200);
    s.min_lr = 0.02;
    for (size_t i = 0; i < 200; i++)
        assert_true(fabs(at_step(&s, &sgd, i).lr - along(0.1, 0.02, (double)i / 200)) < 1e-15);
}

static void every_step_of_the_cycle(void **state) {
    (void)state;
    const cnn_schedule s = schedule_of(CNN_SCHEDULE_ONECYCLE, 200);
    for (size_t i = 0; i < 200; i++) {
        const double up = (double)i / 59, down = ((double)i - 59) / 140;
        const cnn_optimizer now = at_step(&s, &adam, i);
        assert_true(fabs(now.lr - (i < 59 ? along(0.004, 0.1, up) : along(0.1, 4e-7, down))) <
                    1e-15);
        assert_true(fabs(now.beta1 - (i < 59 ? along(0.95, 0.85, up) : along(0.85, 0.95, down))) <
                    1e-15);
        assert_true(now.beta2 == 0.999 && now.momentum == 0);
    }
}

static void every_stair(void **state) {
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_STEP, 0);
    s.step_size = 7;
    for (size_t i = 0; i < 200; i++)
        assert_true(fabs(at_step(&s, &sgd, i).lr / (0.1 * pow(0.1, (double)(i / 7))) - 1) < 1e-14);
}

static void constant_changes_nothing(void **state) {
    (void)state;
    const cnn_schedule s = schedule_of(CNN_SCHEDULE_CONSTANT, 5);
    for (size_t i = 0; i < 200; i++) {
        const cnn_optimizer now = at_step(&s, &sgd, i);
        assert_true(now.lr == 0.1 && now.momentum == 0.9 && now.kind == CNN_OPTIMIZER_SGD);
    }
}

/* Past the end the rates stay what they were at the end. (PyTorch's cosine rises again there, and
 * its OneCycleLR raises an error.) */
static void after_the_last_step(void **state) {
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_COSINE, 10);
    s.min_lr = 0.02;
    assert_true(at_step(&s, &sgd, 10).lr == 0.02);
    assert_true(at_step(&s, &sgd, 1000).lr == 0.02);
    s = schedule_of(CNN_SCHEDULE_ONECYCLE, 10);
    assert_true(fabs(at_step(&s, &sgd, 1000).lr - 4e-7) < 1e-18);
    assert_true(fabs(at_step(&s, &sgd, 1000).momentum - 0.95) < 1e-15);
}

/* Cycles without a rise or without a fall, as torch 2.13.0 has them. */
static void cycles_of_one_slope(void **state) {
    static const rates no_warmup[] = {{0, 0.09755283560345443, 0.8524471741852423},
                                      {1, 0.0904508879153485, 0.8595491502812526},
                                      {8, 0.0024475643965455826, 0.9475528258147576},
                                      {9, 4e-07, 0.95}};
    static const rates all_warmup[] = {{0, 0.004, 0.95},
                                       {1, 0.006894754202276393, 0.9469846310392954},
                                       {8, 0.0971052457977236, 0.8530153689607045},
                                       {9, 0.1, 0.85}};
    static const rates between_steps[] = {{0, 0.09931806789787544, 0.8506819348298639},
                                          {9, 4e-07, 0.95}};
    (void)state;
    cnn_schedule s = schedule_of(CNN_SCHEDULE_ONECYCLE, 10);
    s.warmup = 0;
    assert_rates(&s, &sgd, no_warmup, COUNT(no_warmup), 1e-12);
    s.warmup = 1;
    assert_rates(&s, &sgd, all_warmup, COUNT(all_warmup), 1e-12);
    s.warmup = 0.05;
    assert_rates(&s, &sgd, between_steps, COUNT(between_steps), 1e-12);
}

/* Where total_steps * warmup is 1 the peak is step 0 and there is no rise; torch 2.13.0 divides by
 * zero there (ZeroDivisionError). Here step 0 has the peak's rates. */
static void peak_at_the_first_step(void **state) {
    static const struct {
        size_t total_steps;
        double warmup;
    } rows[] = {{10, 0.1}, {2, 0.5}, {4, 0.25}, {1, 1}};
    static const rates peak[] = {{0, 0.1, 0.85}}, end[] = {{0, 4e-7, 0.95}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        cnn_schedule s = schedule_of(CNN_SCHEDULE_ONECYCLE, rows[i].total_steps);
        s.warmup = rows[i].warmup;
        assert_rates(&s, &sgd, peak, 1, 1e-12);
        for (size_t step = 0; step < rows[i].total_steps; step++)
            assert_true(isfinite(at_step(&s, &sgd, step).lr));
    }
    cnn_schedule s = schedule_of(CNN_SCHEDULE_ONECYCLE, 1);
    assert_rates(&s, &sgd, end, 1, 1e-12);
    s.warmup = 0;
    assert_rates(&s, &sgd, end, 1, 1e-12);
}

/* No schedule of any length leaves the numbers between the lowest and the highest rate. */
static void always_within_bounds(void **state) {
    (void)state;
    for (size_t total = 1; total < 60; total++)
        for (int tenths = 0; tenths <= 20; tenths++) {
            cnn_schedule s = schedule_of(CNN_SCHEDULE_ONECYCLE, total);
            s.warmup = tenths / 20.0;
            for (size_t step = 0; step < total + 2; step++) {
                const cnn_optimizer now = at_step(&s, &sgd, step);
                assert_true(now.lr >= 4e-7 * (1 - 1e-9) && now.lr <= 0.1 * (1 + 1e-15));
                assert_true(now.momentum >= 0.85 - 1e-15 && now.momentum <= 0.95 + 1e-15);
            }
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page),
        cmocka_unit_test(against_torch),
        cmocka_unit_test(every_step_of_the_cosine),
        cmocka_unit_test(every_step_of_the_cycle),
        cmocka_unit_test(every_stair),
        cmocka_unit_test(constant_changes_nothing),
        cmocka_unit_test(after_the_last_step),
        cmocka_unit_test(cycles_of_one_slope),
        cmocka_unit_test(peak_at_the_first_step),
        cmocka_unit_test(always_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
