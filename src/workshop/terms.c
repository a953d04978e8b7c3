/* Asks a layer's explanation for a number of a case. */
#include "terms.h"

#include "cases.h"
#include "explained.h"

#include <stdio.h>

static const explainer *explainer_of(const terms_question *q) {
    const explanation *by = explanation_of(q->given->about.layer);
    if (!by)
        return NULL;
    return !strcmp(q->array, "y")    ? &by->output
           : !strcmp(q->array, "dx") ? &by->input_gradient
           : !strcmp(q->array, "dw") ? &by->buffers[0]
                                     : &by->buffers[1];
}

static void name_array(char *name, size_t offset) {
    const char *text = offset == offsetof(op_args, x)    ? "x"
                       : offset == offsetof(op_args, w)  ? "weight"
                       : offset == offsetof(op_args, b)  ? "bias"
                       : offset == offsetof(op_args, dy) ? "dy"
                                                         : "";
    snprintf(name, CNN_NAME_SIZE, "%s", offset ? text : "");
}

static op_args arrays_of(const terms_question *q) {
    const cnn_case_info *a = &q->given->about;
    return (op_args){.n = a->images,
                     .x = a->x,
                     .w = a->weight,
                     .b = a->bias,
                     .y = (float *)q->outputs,
                     .dy = a->dy,
                     .indices = (int32_t *)q->indices};
}

bool terms_of(const terms_question *q, cnn_sum *sum, cnn_term *terms, size_t capacity) {
    const explainer *by = q->given ? explainer_of(q) : NULL;
    if (!by || !by->terms)
        return false;
    const op_args t = arrays_of(q);
    *sum = (cnn_sum){.kind = by->kind,
                     .parts = 1,
                     .chosen = CNN_NO_INDEX,
                     .divisor = 1,
                     .start_index = CNN_NO_INDEX};
    walk w = {.shape = &q->given->shape,
              .arrays = &t,
              .a = by->a ? bound(&t, by->a) : NULL,
              .b = by->b ? bound(&t, by->b) : NULL,
              .start = by->start ? bound(&t, by->start) : NULL,
              .roundings = 1,
              .sum = sum,
              .terms = terms,
              .capacity = capacity};
    name_array(sum->a, by->a);
    name_array(sum->b, by->b);
    name_array(sum->start, by->start);
    by->terms(&w, q->index);
    sum->value = (double)w.total;
    return true;
}
