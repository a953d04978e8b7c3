/* The diagnosis: each mistake of the catalog is recognised from its own numbers on shapes it was
 * not tuned on, two together too; nothing is said against right implementations; and what is none
 * of the catalog's is described. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "error.h"
#include "mistaken.h"
#include "random.h"

/* ------------------------------------------------------------------- an implementation's answers
 */

static float *numbers(size_t count) {
    float *values = calloc(count ? count : 1, sizeof *values);
    assert_non_null(values);
    return values;
}

static void answer_softmax(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_about(one);
    const range images = {0, a.images};
    float *p = numbers(a.x_count), *losses = numbers(a.images);
    ops_book()->softmax_forward(a.outputs, a.x, a.labels, p, losses, images);
    back->softmax_backward(a.outputs, a.images, p, a.labels, a.dx, images);
    free(p);
    free(losses);
}

/* Flatten has a page only where there is a mistake in it. */
static void answer_layer(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_about(one);
    const operation *op = ops_operation(back, a.layer);
    const layer_shape *g = &one->layer_shape;
    const size_t outputs = a.images * extent_size(g->y);
    tensors t = {.n = a.images,
                 .x = a.x,
                 .w = a.weight,
                 .b = a.bias,
                 .dy = a.dy,
                 .dx = a.dx,
                 .dw = a.dw,
                 .db = a.db,
                 .y = numbers(outputs)};
    if (!op) {
        memcpy(a.dx, a.dy, a.x_count * sizeof *a.dx);
    } else {
        t.indices = calloc(outputs, sizeof *t.indices);
        t.scratch = aligned_alloc(64, (64 + (op->scratch ? op->scratch(g) : 0) * 4) / 64 * 64 + 64);
        op->forward(g, &t, (range){0, a.images});
        op->backward_input(g, &t, (range){0, a.images});
        if (op->backward_weights)
            op->backward_weights(g, &t,
                                 op->axis == SUM_IMAGES ? (range){0, a.images}
                                                        : (range){0, extent_size(g->x)});
    }
    free(t.y);
    free(t.indices);
    free(t.scratch);
}

static void answer(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_about(one);
    memset(a.dx, 0, a.x_count * sizeof *a.dx);
    if (a.dw)
        memset(a.dw, 0, a.weight_count * sizeof *a.dw);
    if (a.db)
        memset(a.db, 0, a.bias_count * sizeof *a.db);
    if (one->network)
        answer_layer(one, back);
    else
        answer_softmax(one, back);
}

/* ------------------------------------------------------------------------------ shapes by chance
 */

static const char *const kinds[] = {"conv2d",    "dense",     "relu",    "leakyrelu",
                                    "maxpool2d", "avgpool2d", "flatten", "softmax"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static random_state chance;

static size_t pick(size_t least, size_t most) {
    return least + random_below(&chance, (uint32_t)(most - least + 1));
}

static void text_of(const char *kind, char *text, size_t size) {
    if (!strcmp(kind, "conv2d"))
        snprintf(text, size, "conv2d %zu %zux%zu stride %zux%zu pad %zux%zu%s", pick(1, 5),
                 pick(1, 4), pick(1, 4), pick(1, 3), pick(1, 3), pick(0, 2), pick(0, 2),
                 pick(0, 3) ? "" : " bias off");
    else if (strstr(kind, "pool"))
        snprintf(text, size, "%s %zux%zu stride %zux%zu", kind, pick(1, 3), pick(1, 3), pick(1, 3),
                 pick(1, 3));
    else if (!strcmp(kind, "dense"))
        snprintf(text, size, "dense %zu", pick(1, 6));
    else
        snprintf(text, size, "%s", kind);
}

/* Whatever the kind takes. */
static cnn_case *any_case(const char *kind) {
    char text[160];
    cnn_case *one = NULL;
    while (!one) {
        text_of(kind, text, sizeof text);
        const cnn_case_shape shape = {text, pick(1, 4), pick(1, 9), pick(1, 9), pick(1, 4)};
        one = cnn_case_create(&shape, pick(1, 1000000), NULL);
    }
    return one;
}

/* One in which the mistake shows. */
static cnn_case *case_for(const mistake_row *row, const char *kind, const char *gradient) {
    for (;;) {
        cnn_case *one = any_case(kind);
        const bool has = gradient[1] == 'x' ||
                         (gradient[1] == 'w' ? one->about.dw != NULL : one->about.db != NULL);
        if (has && mistake_shows(row, kind, gradient, &one->layer_shape, one->about.images) &&
            one->about.images > 1 && one->about.x_count > 6)
            return one;
        cnn_case_free(one);
    }
}

static cnn_diagnosis diagnose(cnn_case **cases, size_t count) {
    cnn_diagnosis result;
    cnn_error error;
    if (!cnn_diagnose((const cnn_case *const *)cases, count, &result, &error))
        fail_msg("%s", error.message);
    return result;
}

static void free_all(cnn_case **cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        cnn_case_free(cases[i]);
}

static bool names(const cnn_diagnosis *d, const char *one, const char *other) {
    for (size_t i = 0; i < d->explanation_count; i++)
        if (!strcmp(d->explanations[i][0], one) &&
            (other ? d->explanations[i][1] && !strcmp(d->explanations[i][1], other)
                   : !d->explanations[i][1]))
            return true;
    return false;
}

static void describe(const cnn_diagnosis *d, const char *wanted) {
    print_message("%s: right %d, %zu explanations:", wanted, d->right, d->explanation_count);
    for (size_t i = 0; i < d->explanation_count; i++)
        print_message(" %s%s%s", d->explanations[i][0], d->explanations[i][1] ? "+" : "",
                      d->explanations[i][1] ? d->explanations[i][1] : "");
    print_message("; %s of case %zu, ours %g theirs %g\n", d->gradient, d->place, d->ours,
                  d->theirs);
}

/* --------------------------------------------------------------------- each mistake by itself */

/* Cases of each kind of layer that the row calls red. */
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
        answer(cases[i], &broken->ops);
    const cnn_diagnosis d = diagnose(cases, count);
    free(broken);
    free_all(cases, count);
    return d;
}

static void each_is_recognised(void **state) {
    size_t asked = 0, unique = 0;
    const ops *sound;
    bool runs;
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++)
        for (size_t i = 0; mistake_rows[m].about.red[0] && (sound = ops_at(i, &runs)); i++)
            for (size_t round = 0; runs && round < 5; round++) {
                const cnn_diagnosis d = diagnosis_of(&mistake_rows[m], sound, true);
                if (d.right || !names(&d, mistake_rows[m].about.name, NULL)) {
                    describe(&d, mistake_rows[m].about.name);
                    fail_msg("%s is not recognised", mistake_rows[m].about.name);
                }
                asked++;
                unique += d.explanation_count == 1;
            }
    print_message("%zu times recognised on shapes drawn by chance, %zu times alone\n", asked,
                  unique);
    assert_true(unique * 10 >= asked * 9);
}

/* The library's own cases leave no doubt. */
static void own_cases_part_them(void **state) {
    size_t asked = 0;
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++) {
        if (!mistake_rows[m].about.red[0])
            continue;
        const cnn_diagnosis d = diagnosis_of(&mistake_rows[m], ops_book(), false);
        if (d.explanation_count != 1 || !names(&d, mistake_rows[m].about.name, NULL)) {
            describe(&d, mistake_rows[m].about.name);
            fail_msg("%s is not told from others", mistake_rows[m].about.name);
        }
        asked++;
    }
    print_message("%zu mistakes, each named alone\n", asked);
    assert_true(asked >= 35);
}

/* Ties are no wrong gradient, but they are numbers. */
static void ties_are_recognised(void **state) {
    (void)state;
    const cnn_case_shape shape = {"maxpool2d 3 stride 2", 3, 7, 7, 2};
    cnn_case *one = cnn_case_create(&shape, 5, NULL);
    mistaken *broken =
        mistaken_create(ops_book(), mistaken_pages(), mistake_row_named("pool-ties", NULL), NULL);
    answer(one, &broken->ops);
    const cnn_diagnosis d = diagnose(&one, 1);
    assert_true(d.explanation_count == 1 && names(&d, "pool-ties", NULL));
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
                cnn_case *cases[] = {any_case(kinds[k]), any_case(kinds[k])};
                answer(cases[0], sound);
                answer(cases[1], sound);
                const cnn_diagnosis d = diagnose(cases, 2);
                if (!d.right || d.explanation_count || d.properties) {
                    describe(&d, kinds[k]);
                    fail_msg("%s of %s, %zux%zu, is called wrong", kinds[k], sound->name,
                             cases[0]->about.height, cases[0]->about.width);
                }
                free_all(cases, 2);
            }
    print_message("%zu right implementations, none called wrong\n", asked);
}

/* ------------------------------------------------------------------------------- two together */

static void put_wrong(cnn_case *one, const char *name) {
    mistaken *broken =
        mistaken_create(ops_book(), mistaken_pages(), mistake_row_named(name, NULL), NULL);
    answer(one, &broken->ops);
    free(broken);
}

/* dx of the one, dw and db of the other. */
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
            const cnn_case_info a = cnn_case_about(cases[c]);
            float *dx = numbers(a.x_count);
            put_wrong(cases[c], pairs[i][0]);
            memcpy(dx, a.dx, a.x_count * sizeof *dx);
            put_wrong(cases[c], pairs[i][1]);
            memcpy(a.dx, dx, a.x_count * sizeof *dx);
            free(dx);
        }
        const cnn_diagnosis d = diagnose(cases, 3);
        if (d.explanation_count != 1 || !names(&d, pairs[i][0], pairs[i][1])) {
            describe(&d, pairs[i][0]);
            fail_msg("%s with %s", pairs[i][0], pairs[i][1]);
        }
        free_all(cases, 3);
    }
}

/* Written by hand: the kernel turned, and everything a row and a column too far down. */
static void turned_and_moved(const cnn_case *one) {
    const cnn_case_info a = cnn_case_about(one);
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
        put_wrong(cases[c], "relu-open"); /* right, for a convolution */
        turned_and_moved(cases[c]);
    }
    const cnn_diagnosis d = diagnose(cases, 3);
    assert_true(d.explanation_count == 1 && names(&d, "conv-dx-pad", "conv-dx-flipped"));
    free_all(cases, 3);
}

/* A layer with the one, another layer with the other. */
static void two_layers_wrong(void **state) {
    cnn_case *cases[4];
    cnn_case_shape shape;
    (void)state;
    for (size_t c = 0; c < 4; c++) {
        assert_true(cnn_case_shape_at(c < 2 ? "dense" : "softmax", c % 2, &shape));
        cases[c] = cnn_case_create(&shape, 3, NULL);
        put_wrong(cases[c], c < 2 ? "dense-dw-over-n-twice" : "loss-over-n-twice");
    }
    const cnn_diagnosis d = diagnose(cases, 4);
    assert_true(d.explanation_count == 1 &&
                names(&d, "dense-dw-over-n-twice", "loss-over-n-twice"));
    free_all(cases, 4);
}

/* ----------------------------------------------------------------------- none of the catalog */

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
    float *right = numbers(a->weight_count);
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
            answer(both[c], ops_book());
            const cnn_case_info a = cnn_case_about(both[c]);
            cases[i].spoil(&a);
        }
        const cnn_diagnosis d = diagnose(both, 2);
        if (d.right || d.explanation_count || d.place != 1 ||
            strcmp(d.gradient, cases[i].gradient) ||
            (d.properties & cases[i].has) != cases[i].has || (d.properties & cases[i].has_not)) {
            describe(&d, cases[i].gradient);
            fail_msg("case %zu: properties %#x", i, d.properties);
        }
        assert_true((d.properties & CNN_PROPERTY_RATIO) ? fabs(d.ratio - 1.5) < 1e-6
                                                        : isnan(d.ratio));
        free_all(both, 2);
    }
}

/* The first number that differs, by its indices, in the case that has fewer numbers. */
static void first_difference(void **state) {
    const cnn_case_shape shape = {"conv2d 4 3x2 pad 1", 2, 5, 6, 3};
    (void)state;
    cnn_case *one = cnn_case_create(&shape, 1, NULL);
    answer(one, ops_book());
    const cnn_case_info a = cnn_case_about(one);
    const size_t at = ((2 * a.kernel.w + 1) * a.channels + 1) * a.outputs + 3;
    const float ours = a.dw[at];
    a.dw[at] += 7;
    a.dw[a.weight_count - 1] -= 1;
    const cnn_diagnosis d = diagnose(&one, 1);
    assert_string_equal(d.gradient, "dw");
    assert_true(d.ours == ours && d.theirs == ours + 7);
    assert_int_equal(d.rank, 4);
    assert_true(d.index[0] == 2 && d.index[1] == 1 && d.index[2] == 1 && d.index[3] == 3);
    /* The same again: the same diagnosis. */
    const cnn_diagnosis again = diagnose(&one, 1);
    assert_true(again.ours == d.ours && again.properties == d.properties);
    cnn_case_free(one);
    const cnn_case_shape vector = {"dense 4", 3, 1, 1, 5};
    one = cnn_case_create(&vector, 1, NULL);
    answer(one, ops_book());
    cnn_case_about(one).dx[2 * 5 + 3] += 1;
    const cnn_diagnosis flat = diagnose(&one, 1);
    assert_true(flat.rank == 2 && flat.index[0] == 2 && flat.index[1] == 3);
    cnn_case_free(one);
}

/* ---------------------------------------------------------------------------- what is asked */

/* Of an exercise that asks for one gradient the others stay NaN. */
static void only_what_is_answered(void **state) {
    cnn_case *cases[3];
    cnn_case_shape shape;
    (void)state;
    for (size_t c = 0; c < 3; c++) {
        assert_true(cnn_case_shape_at("conv2d", c, &shape));
        cases[c] = cnn_case_create(&shape, 5, NULL);
        put_wrong(cases[c], "conv-dw-shifted");
        const cnn_case_info a = cnn_case_about(cases[c]);
        for (size_t i = 0; i < a.x_count; i++)
            a.dx[i] = NAN;
        for (size_t i = 0; i < a.bias_count; i++)
            a.db[i] = NAN;
    }
    const cnn_diagnosis d = diagnose(cases, 3);
    assert_true(d.explanation_count == 1 && names(&d, "conv-dw-shifted", NULL));
    free_all(cases, 3);
}

/* Other inputs than those drawn, with fractions. */
static void own_inputs(void **state) {
    const cnn_case_shape shape = {"dense 7", 5, 3, 2, 4};
    (void)state;
    cnn_case *one = cnn_case_create(&shape, 5, NULL);
    const cnn_case_info a = cnn_case_about(one);
    for (size_t i = 0; i < a.x_count; i++)
        a.x[i] = (float)sin((double)i);
    for (size_t i = 0; i < a.dy_count; i++)
        a.dy[i] = (float)cos(3 * (double)i) * 1e-3f;
    answer(one, ops_best());
    assert_true(diagnose(&one, 1).right);
    put_wrong(one, "dense-dx-transposed");
    const cnn_diagnosis d = diagnose(&one, 1);
    assert_true(d.explanation_count == 1 && names(&d, "dense-dx-transposed", NULL));
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
    assert_int_equal(cnn_case_about(NULL).images, 0);
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
    answer(one, ops_book());
    assert_true(cnn_diagnose(list, 1, &d, NULL));
    assert_false(cnn_diagnose(list, 2, &d, &error));
    cnn_case_free(one);
}

static int begin_chance(void **state) {
    (void)state;
    chance = random_seeded(2026, RANDOM_MISTAKE);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_recognised),  cmocka_unit_test(own_cases_part_them),
        cmocka_unit_test(ties_are_recognised), cmocka_unit_test(right_is_right),
        cmocka_unit_test(two_gradients_wrong), cmocka_unit_test(one_gradient_twice_wrong),
        cmocka_unit_test(two_layers_wrong),    cmocka_unit_test(others_are_described),
        cmocka_unit_test(first_difference),    cmocka_unit_test(only_what_is_answered),
        cmocka_unit_test(own_inputs),          cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, begin_chance, NULL);
}
