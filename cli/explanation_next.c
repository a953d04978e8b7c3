/* What to ask next: the factors of the largest term, and the gradient. */
#include "explanation.h"

#include "print.h"
#include "quote.h"

#include <math.h>
#include <string.h>

enum { NEXT = 5 };

typedef struct questions {
    char text[NEXT][WHERE_SIZE];
    size_t count;
} questions;

/* Each number once. */
static void ask(questions *q, const explained *one, const char *tensor, size_t index) {
    char text[WHERE_SIZE];
    where_name(one->model, tensor, index, text);
    for (size_t i = 0; i < q->count; i++)
        if (!strcmp(q->text[i], text))
            return;
    if (text[0] && q->count < NEXT)
        strcpy(q->text[q->count++], text);
}

/* The chosen term, or the largest; NULL if there is none. */
static const cnn_term *main_term(const explained *one) {
    const cnn_term *best = NULL;
    if (one->sum.chosen < one->sum.count)
        return &one->terms[one->sum.chosen];
    for (size_t i = 0; i < one->sum.count; i++) {
        const cnn_term *term = &one->terms[i];
        if (!explained_left_out(term) && (!best || fabs(explained_part(&one->sum, term)) >
                                                       fabs(explained_part(&one->sum, best))))
            best = term;
    }
    return best;
}

static void ask_all(questions *q, const explained *one) {
    const cnn_term *term = main_term(one);
    const char *tensor = one->where.tensor.name;
    char gradient[CNN_NAME_SIZE + 8];
    if (term) {
        ask(q, one, one->sum.a, term->a);
        ask(q, one, one->sum.kind == CNN_SUM_LOGITS_GRADIENT ? "" : one->sum.b, term->b);
    }
    ask(q, one, one->sum.start, one->sum.start_index);
    snprintf(gradient, sizeof gradient, "%s.grad", tensor);
    if (one->label != SIZE_MAX)
        ask(q, one, gradient, one->where.index);
}

void explained_command(const explained *one, const char *where) {
    if (!one->repeatable)
        return;
    quote_write(one->program, stdout);
    printf(" explain ");
    quote_write(one->model_path, stdout);
    putchar(' ');
    quote_write(one->image_path, stdout);
    printf(" '%s'", where);
    if (one->flags->index)
        printf(" --index %llu", (unsigned long long)one->flags->index);
    if (one->flags->label)
        printf(" --label %zu", one->label);
    if (one->backend)
        printf(" --backend %s", one->backend);
    printf("%s\n", one->flags->no_fit ? " --no-fit" : "");
}

void explained_next(const explained *one) {
    questions q = {.count = 0};
    ask_all(&q, one);
    if (!q.count)
        return;
    printf("\n%-*s", PRINT_FIELD, "next");
    for (size_t i = 0; i < q.count; i++)
        printf("%s%s", i ? "  " : "", q.text[i]);
    putchar('\n');
    printf("%-*s", one->repeatable ? PRINT_FIELD : 0, "");
    explained_command(one, q.text[0]);
}
