/* The diagnosis recognizes each mistake of the catalog from its numbers on random shapes, and pairs
 * of mistakes, and finds nothing wrong in right implementations. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"

static const char *const kinds[] = {"conv2d",    "dense",     "relu",    "leakyrelu",
                                    "maxpool2d", "avgpool2d", "flatten", "softmax"};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* A case in which the mistake shows. */
static cnn_case *case_for(const mistake_row *row, const char *kind, const char *gradient) {
    for (;;) {
        cnn_case *one = case_by_chance(kind);
        const bool has = gradient[1] == 'x' ||
                         (gradient[1] == 'w' ? one->about.dw != NULL : one->about.db != NULL);
        if (has && mistake_shows(row, kind, gradient, &one->shape, one->about.images) &&
            one->about.images > 1 && one->about.x_count > 6)
            return one;
        cnn_case_free(one);
    }
}

/* --------------------------------------------------------------------- each mistake by itself */

/* Cases of each kind of layer in whose gradient the row says it shows. */
static size_t cases_of(const mistake_row *row, size_t each, cnn_case **cases, bool unseen) {
    char red[96], *rest, *word;
    size_t count = 0;
    snprintf(red, sizeof red, "%s", row->about.red);
    for (rest = red; (word = strtok_r(rest, ", ", &rest));) {
        const char *gradient = strtok_r(rest, ", ", &rest);
        cnn_case_shape shape;
        for (size_t i = 0; unseen && i < each; i++)
            cases[count++] = case_for(row, word, gradient);
        for (size_t i = 0; !unseen && cnn_case_shape_at(word, i, &shape); i++)
            cases[count++] = cnn_case_create(&shape, 1, NULL);
    }
    return count;
}

static cnn_diagnosis diagnosis_of(const mistake_row *row, const ops *sound, bool unseen) {
    cnn_case *cases[24];
    const size_t count = cases_of(row, 3, cases, unseen);
    mistaken *broken = mistaken_create(sound, mistaken_pages(), row, NULL);
    for (size_t i = 0; i < count; i++)
        case_answer_with(cases[i], &broken->ops);
    const cnn_diagnosis d = case_diagnosis(cases, count);
    free(broken);
    cases_free(cases, count);
    return d;
}

static void each_is_recognized(void **state) {
    size_t asked = 0, unique = 0;
    const ops *sound;
    bool runs;
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++)
        for (size_t i = 0; mistake_rows[m].about.red[0] && (sound = ops_at(i, &runs)); i++)
            for (size_t round = 0; runs && round < 5; round++) {
                const cnn_diagnosis d = diagnosis_of(&mistake_rows[m], sound, true);
                if (d.right || !diagnosis_names(&d, mistake_rows[m].about.name, NULL)) {
                    diagnosis_describe(&d, mistake_rows[m].about.name);
                    fail_msg("%s is not recognized", mistake_rows[m].about.name);
                }
                asked++;
                unique += d.explanation_count == 1;
            }
    print_message("%zu times recognized on random shapes, %zu times alone\n", asked, unique);
    assert_true(unique * 10 >= asked * 9);
}

/* The library's own cases distinguish all mistakes. */
static void own_cases_part_them(void **state) {
    size_t asked = 0;
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++) {
        if (!mistake_rows[m].about.red[0])
            continue;
        const cnn_diagnosis d = diagnosis_of(&mistake_rows[m], ops_book(), false);
        if (d.explanation_count != 1 || !diagnosis_names(&d, mistake_rows[m].about.name, NULL)) {
            diagnosis_describe(&d, mistake_rows[m].about.name);
            fail_msg("%s is not told from others", mistake_rows[m].about.name);
        }
        asked++;
    }
    print_message("%zu mistakes, each named alone\n", asked);
    assert_true(asked >= 35);
}

/* cnn_case_answer() answers with this mistake and no other; with none it is right. */
static void answers_have_the_mistake(void **state) {
    cnn_case *cases[24];
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++) {
        const char *name = mistake_rows[m].about.name;
        const size_t count = cases_of(&mistake_rows[m], 0, cases, false);
        for (size_t i = 0; i < count; i++)
            assert_true(cnn_case_answer(cases[i], NULL, NULL));
        assert_true(!count || case_diagnosis(cases, count).right);
        for (size_t i = 0; i < count; i++)
            assert_true(cnn_case_answer(cases[i], name, NULL));
        const cnn_diagnosis d = count ? case_diagnosis(cases, count) : (cnn_diagnosis){0};
        if (count && (d.explanation_count != 1 || !diagnosis_names(&d, name, NULL)))
            fail_msg("%s is not made", name);
        cases_free(cases, count);
    }
}

/* Gradients at ties are not wrong, but they differ. */
static void ties_are_recognized(void **state) {
    (void)state;
    const cnn_case_shape shape = {"maxpool2d 3 stride 2", 3, 7, 7, 2};
    cnn_case *one = cnn_case_create(&shape, 5, NULL);
    mistaken *broken =
        mistaken_create(ops_book(), mistaken_pages(), mistake_row_named("pool-ties", NULL), NULL);
    case_answer_with(one, &broken->ops);
    const cnn_diagnosis d = case_diagnosis(&one, 1);
    assert_true(d.explanation_count == 1 && diagnosis_names(&d, "pool-ties", NULL));
    free(broken);
    cnn_case_free(one);
}

/* ------------------------------------------------------------------------- nothing where right */

static void right_is_right(void **state) {
    enum { RIGHT = 1000 };
    const ops *sound;
    bool runs;
    size_t asked = 0;
    (void)state;
    while (asked < RIGHT)
        for (size_t i = 0; (sound = ops_at(i, &runs)); i++)
            for (size_t k = 0; runs && k < KINDS; k++, asked++) {
                cnn_case *cases[] = {case_by_chance(kinds[k]), case_by_chance(kinds[k])};
                case_answer_with(cases[0], sound);
                case_answer_with(cases[1], sound);
                const cnn_diagnosis d = case_diagnosis(cases, 2);
                if (!d.right || d.explanation_count || d.properties) {
                    diagnosis_describe(&d, kinds[k]);
                    fail_msg("%s of %s, %zux%zu, is called wrong", kinds[k], sound->name,
                             cases[0]->about.height, cases[0]->about.width);
                }
                cases_free(cases, 2);
            }
    print_message("%zu right implementations, none called wrong\n", asked);
}

/* ------------------------------------------------------------------------------- two together */

/* dx by one mistake, dw and db by another. */
static void two_gradients_wrong(void **state) {
    static const char *const pairs[][2] = {{"conv-dx-pad", "conv-dw-flipped"},
                                           {"conv-dx-flipped", "biases-stay"},
                                           {"conv-dx-channels", "conv-dw-mean"},
                                           {"conv-dx-stride", "conv-db-overwrites"}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cnn_case *cases[3];
        cnn_case_shape shape;
        for (size_t c = 0; c < 3; c++) {
            assert_true(cnn_case_shape_at("conv2d", c, &shape));
            cases[c] = cnn_case_create(&shape, 9 + c, NULL);
            const cnn_case_info a = cnn_case_get_info(cases[c]);
            float *dx = calloc(a.x_count, sizeof(float));
            case_answer_wrong(cases[c], pairs[i][0]);
            memcpy(dx, a.dx, a.x_count * sizeof *dx);
            case_answer_wrong(cases[c], pairs[i][1]);
            memcpy(a.dx, dx, a.x_count * sizeof *dx);
            free(dx);
        }
        const cnn_diagnosis d = case_diagnosis(cases, 3);
        if (d.explanation_count != 1 || !diagnosis_names(&d, pairs[i][0], pairs[i][1])) {
            diagnosis_describe(&d, pairs[i][0]);
            fail_msg("%s with %s", pairs[i][0], pairs[i][1]);
        }
        cases_free(cases, 3);
    }
}

/* Written by hand: the kernel transposed; and a gradient shifted by a row and a column. */
static void transposed_and_shifted(const cnn_case *one) {
    const cnn_case_info a = cnn_case_get_info(one);
    const size_t R = a.kernel.h, S = a.kernel.w, C = a.channels, K = a.outputs;
    memset(a.dx, 0, a.x_count * sizeof *a.dx);
    for (size_t i = 0; i < a.dy_count * R * S * C; i++) {
        const size_t c = i % C, s = i / C % S, r = i / C / S % R, o = i / C / S / R;
        const size_t k = o % K, q = o / K % a.out_width, p = o / K / a.out_width % a.out_height;
        const size_t n = o / K / a.out_width / a.out_height;
        const size_t h = p * a.stride.h + r + 1 - a.pad.h, w = q * a.stride.w + s + 1 - a.pad.w;
        if (h < a.height && w < a.width)
            a.dx[((n * a.height + h) * a.width + w) * C + c] +=
                a.dy[o] * a.weight[(((R - 1 - r) * S + S - 1 - s) * C + c) * K + k];
    }
}

static void one_gradient_twice_wrong(void **state) {
    cnn_case *cases[3];
    cnn_case_shape shape;
    (void)state;
    for (size_t c = 0; c < 3; c++) {
        assert_true(cnn_case_shape_at("conv2d", c, &shape));
        cases[c] = cnn_case_create(&shape, 77, NULL);
        case_answer_wrong(cases[c], "relu-open"); /* right, for a convolution */
        transposed_and_shifted(cases[c]);
    }
    const cnn_diagnosis d = case_diagnosis(cases, 3);
    assert_true(d.explanation_count == 1 && diagnosis_names(&d, "conv-dx-pad", "conv-dx-flipped"));
    cases_free(cases, 3);
}

/* One layer with one mistake, another layer with another. */
static void two_layers_wrong(void **state) {
    cnn_case *cases[4];
    cnn_case_shape shape;
    (void)state;
    for (size_t c = 0; c < 4; c++) {
        assert_true(cnn_case_shape_at(c < 2 ? "dense" : "softmax", c % 2, &shape));
        cases[c] = cnn_case_create(&shape, 3, NULL);
        case_answer_wrong(cases[c], c < 2 ? "dense-dw-over-n-twice" : "loss-over-n-twice");
    }
    const cnn_diagnosis d = case_diagnosis(cases, 4);
    assert_true(d.explanation_count == 1 &&
                diagnosis_names(&d, "dense-dw-over-n-twice", "loss-over-n-twice"));
    cases_free(cases, 4);
}

static int begin_chance(void **state) {
    (void)state;
    cases_begin(2026);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_recognized),       cmocka_unit_test(own_cases_part_them),
        cmocka_unit_test(answers_have_the_mistake), cmocka_unit_test(ties_are_recognized),
        cmocka_unit_test(right_is_right),           cmocka_unit_test(two_gradients_wrong),
        cmocka_unit_test(one_gradient_twice_wrong), cmocka_unit_test(two_layers_wrong),
    };
    return cmocka_run_group_tests(tests, begin_chance, NULL);
}
