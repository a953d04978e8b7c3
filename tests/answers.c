/* Answers the cases of a diagnosis by the library's own back ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "random.h"

static float *numbers(size_t count) {
    float *values = calloc(count ? count : 1, sizeof *values);
    assert_non_null(values);
    return values;
}

static void answer_softmax(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_get_info(one);
    const range images = {0, a.images};
    float *p = numbers(a.x_count), *losses = numbers(a.images);
    ops_book()->softmax_forward(a.outputs, a.x, a.labels, p, losses, images);
    back->softmax_backward(a.outputs, a.images, p, a.labels, a.dx, images);
    free(p);
    free(losses);
}

/* Flatten has a page only with a mistake. */
static void answer_layer(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_get_info(one);
    const operation *op = ops_operation(back, a.layer);
    const layer_shape *g = &one->shape;
    const size_t outputs = a.images * extent_size(g->y);
    op_args t = {.n = a.images,
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

void case_answer_with(const cnn_case *one, const ops *back) {
    const cnn_case_info a = cnn_case_get_info(one);
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

static random_state chance;

void cases_begin(uint64_t seed) {
    chance = random_seeded(seed, RANDOM_MISTAKE);
}

size_t cases_pick(size_t least, size_t most) {
    return least + random_below(&chance, (uint32_t)(most - least + 1));
}

static void text_of(const char *kind, char *text, size_t size) {
    if (!strcmp(kind, "conv2d"))
        snprintf(text, size, "conv2d %zu %zux%zu stride %zux%zu pad %zux%zu%s", cases_pick(1, 5),
                 cases_pick(1, 4), cases_pick(1, 4), cases_pick(1, 3), cases_pick(1, 3),
                 cases_pick(0, 2), cases_pick(0, 2), cases_pick(0, 3) ? "" : " bias off");
    else if (strstr(kind, "pool"))
        snprintf(text, size, "%s %zux%zu stride %zux%zu", kind, cases_pick(1, 3), cases_pick(1, 3),
                 cases_pick(1, 3), cases_pick(1, 3));
    else if (!strcmp(kind, "dense"))
        snprintf(text, size, "dense %zu", cases_pick(1, 6));
    else
        snprintf(text, size, "%s", kind);
}

/* Whatever the kind takes. */
cnn_case *case_by_chance(const char *kind) {
    char text[160];
    cnn_case *one = NULL;
    while (!one) {
        text_of(kind, text, sizeof text);
        const cnn_case_shape shape = {text, cases_pick(1, 4), cases_pick(1, 9), cases_pick(1, 9),
                                      cases_pick(1, 4)};
        one = cnn_case_create(&shape, cases_pick(1, 1000000), NULL);
    }
    return one;
}

void case_answer_wrong(const cnn_case *one, const char *name) {
    mistaken *broken =
        mistaken_create(ops_book(), mistaken_pages(), mistake_row_named(name, NULL), NULL);
    case_answer_with(one, &broken->ops);
    free(broken);
}

cnn_diagnosis case_diagnosis(cnn_case **cases, size_t count) {
    cnn_diagnosis result;
    cnn_error error;
    if (!cnn_diagnose((const cnn_case *const *)cases, count, &result, &error))
        fail_msg("%s", error.message);
    return result;
}

void cases_free(cnn_case **cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        cnn_case_free(cases[i]);
}

bool diagnosis_names(const cnn_diagnosis *d, const char *one, const char *other) {
    for (size_t i = 0; i < d->explanation_count; i++)
        if (!strcmp(d->explanations[i][0], one) &&
            (other ? d->explanations[i][1] && !strcmp(d->explanations[i][1], other)
                   : !d->explanations[i][1]))
            return true;
    return false;
}

void diagnosis_describe(const cnn_diagnosis *d, const char *wanted) {
    print_message("%s: right %d, %zu explanations:", wanted, d->right, d->explanation_count);
    for (size_t i = 0; i < d->explanation_count; i++)
        print_message(" %s%s%s", d->explanations[i][0], d->explanations[i][1] ? "+" : "",
                      d->explanations[i][1] ? d->explanations[i][1] : "");
    print_message("; %s of case %zu, ours %g theirs %g\n", d->gradient, d->case_index, d->ours,
                  d->theirs);
}
