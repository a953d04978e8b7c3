/* The diagnosis of gradients that no mistake of the catalog gives: the first difference and its
 * properties; and bad arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "answers.h"

typedef void (*spoiler)(const cnn_case_info *a);

static void times(const cnn_case_info *a) {
    for (size_t i = 0; i < a->x_count; i++)
        a->dx[i] *= 1.5f;
}

static void columns_on(const cnn_case_info *a) {
    const size_t row = a->width * a->channels;
    for (size_t at = 0; at < a->x_count; at += row) {
        memmove(a->dx + at + a->channels, a->dx + at, (row - a->channels) * sizeof *a->dx);
        for (size_t c = 0; c < a->channels; c++)
            a->dx[at + c] = 0;
    }
}

static void border_off(const cnn_case_info *a) {
    for (size_t i = 0; i < a->x_count; i++) {
        const size_t w = i / a->channels % a->width, h = i / a->channels / a->width % a->height;
        if (!h || !w || h + 1 == a->height || w + 1 == a->width)
            a->dx[i] = 0;
    }
}

static void transpose_dw(const cnn_case_info *a) {
    const size_t tap = a->channels * a->outputs;
    float *right = calloc(a->weight_count, sizeof(float));
    memcpy(right, a->dw, a->weight_count * sizeof *right);
    for (size_t i = 0; i < a->weight_count; i++)
        a->dw[i / tap * tap + i % a->outputs * a->channels + i % tap / a->outputs] = right[i];
    free(right);
}

static void not_a_number(const cnn_case_info *a) {
    a->dx[5] = NAN;
}

static void one_more(const cnn_case_info *a) {
    a->db[1] += 1;
}

static void others_are_described(void **state) {
    static const struct {
        spoiler spoil;
        const char *gradient;
        unsigned has, has_not;
    } cases[] = {
        {times, "dx", CNN_PROPERTY_RATIO, CNN_PROPERTY_ZERO | CNN_PROPERTY_SHIFTED},
        {columns_on, "dx", CNN_PROPERTY_SHIFTED | CNN_PROPERTY_ZERO, CNN_PROPERTY_RATIO},
        {border_off, "dx", CNN_PROPERTY_BORDERS | CNN_PROPERTY_ZERO, CNN_PROPERTY_NOT_ZERO},
        {transpose_dw, "dw", CNN_PROPERTY_TRANSPOSED, CNN_PROPERTY_RATIO | CNN_PROPERTY_ZERO},
        {not_a_number, "dx", CNN_PROPERTY_NOT_FINITE, CNN_PROPERTY_RATIO},
        {one_more, "db", 0, CNN_PROPERTY_RATIO | CNN_PROPERTY_SHIFTED | CNN_PROPERTY_TRANSPOSED},
    };
    const cnn_case_shape large = {"conv2d 4 3x3 pad 1", 3, 7, 7, 3};
    const cnn_case_shape small = {"conv2d 4 3x3 pad 1", 2, 5, 6, 3};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cnn_case *both[] = {cnn_case_create(&large, 2, NULL), cnn_case_create(&small, 3, NULL)};
        for (size_t c = 0; c < 2; c++) {
            case_answer_with(both[c], ops_book());
            const cnn_case_info a = cnn_case_get_info(both[c]);
            cases[i].spoil(&a);
        }
        const cnn_diagnosis d = case_diagnosis(both, 2);
        if (d.right || d.explanation_count || d.case_index != 1 ||
            strcmp(d.gradient, cases[i].gradient) ||
            (d.properties & cases[i].has) != cases[i].has || (d.properties & cases[i].has_not)) {
            diagnosis_describe(&d, cases[i].gradient);
            fail_msg("case %zu: properties %#x", i, d.properties);
        }
        assert_true((d.properties & CNN_PROPERTY_RATIO) ? fabs(d.ratio - 1.5) < 1e-6
                                                        : isnan(d.ratio));
        cases_free(both, 2);
    }
}

/* The indices of the first number that differs, in the case with fewer numbers. */
static void first_difference(void **state) {
    const cnn_case_shape shape = {"conv2d 4 3x2 pad 1", 2, 5, 6, 3};
    (void)state;
    cnn_case *one = cnn_case_create(&shape, 1, NULL);
    case_answer_with(one, ops_book());
    const cnn_case_info a = cnn_case_get_info(one);
    const size_t at = ((2 * a.kernel.w + 1) * a.channels + 1) * a.outputs + 3;
    const float ours = a.dw[at];
    a.dw[at] += 7;
    a.dw[a.weight_count - 1] -= 1;
    const cnn_diagnosis d = case_diagnosis(&one, 1);
    assert_string_equal(d.gradient, "dw");
    assert_true(d.ours == ours && d.theirs == ours + 7);
    assert_int_equal(d.rank, 4);
    assert_true(d.index[0] == 2 && d.index[1] == 1 && d.index[2] == 1 && d.index[3] == 3);
    /* A second call gives the same diagnosis. */
    const cnn_diagnosis again = case_diagnosis(&one, 1);
    assert_true(again.ours == d.ours && again.properties == d.properties);
    cnn_case_free(one);
    const cnn_case_shape vector = {"dense 4", 3, 1, 1, 5};
    one = cnn_case_create(&vector, 1, NULL);
    case_answer_with(one, ops_book());
    cnn_case_get_info(one).dx[2 * 5 + 3] += 1;
    const cnn_diagnosis flat = case_diagnosis(&one, 1);
    assert_true(flat.rank == 2 && flat.index[0] == 2 && flat.index[1] == 3);
    cnn_case_free(one);
}

/* ---------------------------------------------------------------------------- what is asked */

/* An exercise that asks for one gradient leaves the others NaN. */
static void only_what_is_answered(void **state) {
    cnn_case *cases[3];
    cnn_case_shape shape;
    (void)state;
    for (size_t c = 0; c < 3; c++) {
        assert_true(cnn_case_shape_at("conv2d", c, &shape));
        cases[c] = cnn_case_create(&shape, 5, NULL);
        case_answer_wrong(cases[c], "conv-dw-shifted");
        const cnn_case_info a = cnn_case_get_info(cases[c]);
        for (size_t i = 0; i < a.x_count; i++)
            a.dx[i] = NAN;
        for (size_t i = 0; i < a.bias_count; i++)
            a.db[i] = NAN;
    }
    const cnn_diagnosis d = case_diagnosis(cases, 3);
    assert_true(d.explanation_count == 1 && diagnosis_names(&d, "conv-dw-shifted", NULL));
    cases_free(cases, 3);
}

/* Other inputs than the case's own, with fractions. */
static void own_inputs(void **state) {
    const cnn_case_shape shape = {"dense 7", 5, 3, 2, 4};
    (void)state;
    cnn_case *one = cnn_case_create(&shape, 5, NULL);
    const cnn_case_info a = cnn_case_get_info(one);
    for (size_t i = 0; i < a.x_count; i++)
        a.x[i] = (float)sin((double)i);
    for (size_t i = 0; i < a.dy_count; i++)
        a.dy[i] = (float)cos(3 * (double)i) * 1e-3f;
    case_answer_with(one, ops_best());
    assert_true(case_diagnosis(&one, 1).right);
    case_answer_wrong(one, "dense-dx-transposed");
    const cnn_diagnosis d = case_diagnosis(&one, 1);
    assert_true(d.explanation_count == 1 && diagnosis_names(&d, "dense-dx-transposed", NULL));
    cnn_case_free(one);
}

static void refusals(void **state) {
    static const struct {
        cnn_case_shape shape;
        const char *message;
    } bad[] = {
        {{NULL, 1, 2, 2, 1}, "layer"},
        {{"conv2d 2 3x3", 1, 2, 2, 1}, "does not fit"},
        {{"convolution", 1, 2, 2, 1}, "convolution"},
        {{"relu\nrelu", 1, 2, 2, 1}, "one layer"},
        {{"", 1, 2, 2, 1}, "no layers"},
        {{"relu", 0, 2, 2, 1}, "0 images"},
        {{"relu", 4097, 2, 2, 1}, "4097 images"},
        {{"softmax", 1, 0, 1, 3}, "0 classes"},
        {{"relu", 1, 0, 2, 1}, ""},
    };
    cnn_error error;
    cnn_diagnosis d;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(cnn_case_create(&bad[i].shape, 1, &error));
        if (!strstr(error.message, bad[i].message))
            fail_msg("%zu: %s", i, error.message);
    }
    assert_null(cnn_case_create(NULL, 1, &error));
    cnn_case_free(NULL);
    assert_int_equal(cnn_case_get_info(NULL).images, 0);
    assert_false(cnn_case_shape_at("conv2d", 99, NULL));
    assert_false(cnn_case_shape_at("conv", 0, NULL));
    assert_false(cnn_case_shape_at(NULL, 0, NULL));
    assert_true(cnn_case_shape_at("softmax", 1, NULL));
    const cnn_case_shape shape = {"relu", 1, 2, 2, 1};
    cnn_case *one = cnn_case_create(&shape, 1, NULL);
    const cnn_case *list[] = {one, NULL};
    assert_false(cnn_diagnose(NULL, 1, &d, &error));
    assert_false(cnn_diagnose(list, 0, &d, &error));
    assert_false(cnn_diagnose(list, 1, NULL, &error));
    assert_false(cnn_diagnose(list, 1, &d, &error));
    assert_string_equal(error.message, "no dx, dw or db was filled in");
    case_answer_with(one, ops_book());
    assert_true(cnn_diagnose(list, 1, &d, NULL));
    assert_false(cnn_diagnose(list, 2, &d, &error));
    cnn_case_free(one);
}

/* Every request for memory fails once: one error, and no memory is leaked. */
static void without_memory(void **state) {
    const cnn_case_shape shape = {"conv2d 2 3x3", 2, 5, 5, 2};
    cnn_diagnosis d;
    cnn_error error;
    cnn_case *one = NULL;
    size_t made = 0, asked = 0;
    (void)state;
    long before = allocations_left();
    for (; !one; made++) {
        allocations_fail(made, false);
        one = cnn_case_create(&shape, 1, &error);
        allocations_succeed();
        assert_true(one || (error.status == CNN_STATUS_NO_MEMORY && allocations_left() == before));
    }
    case_answer_with(one, ops_book());
    before = allocations_left();
    for (bool good = false; !good; asked++) {
        allocations_fail(asked, false);
        good = cnn_diagnose((const cnn_case *const *)&one, 1, &d, &error);
        allocations_succeed();
        assert_true(good || error.status == CNN_STATUS_NO_MEMORY);
        assert_int_equal(allocations_left(), before);
    }
    assert_true(d.right && made > 3 && asked > 4);
    cnn_case_free(one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_are_described),
        cmocka_unit_test(first_difference),
        cmocka_unit_test(only_what_is_answered),
        cmocka_unit_test(own_inputs),
        cmocka_unit_test(refusals),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
