/* Prints a sum as a person would write it: the formula, its numbers, its terms. */
#include "explanation.h"

#include "print.h"
#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Terms in a line, and in the table of the largest. */
enum { IN_LINE = 5, IN_TABLE = 9 };

/* "0.0312"; and with its sign in front, to be added. */
typedef struct short_text {
    char text[24];
} short_text;

static short_text number(double value) {
    short_text t;
    snprintf(t.text, sizeof t.text, "%.5g", value);
    return t;
}

bool explained_left_out(const cnn_term *term) {
    return term->note == CNN_TERM_PADDING || term->note == CNN_TERM_NO_OUTPUT ||
           term->note == CNN_TERM_PASSED_OVER;
}

double explained_part(const cnn_sum *sum, const cnn_term *term) {
    if (explained_left_out(term))
        return 0;
    return sum->kind == CNN_SUM_PRODUCTS ? term->x * term->y : term->x / sum->divisor;
}

/* Does the sum add its terms, one after the other? */
static bool adds_up(const cnn_sum *sum) {
    return sum->kind == CNN_SUM_PRODUCTS || sum->kind == CNN_SUM_ADDED ||
           sum->kind == CNN_SUM_MEAN || sum->kind == CNN_SUM_SHARES;
}

/* ---------------------------------------------------------------------- the largest terms first */

typedef struct ranked {
    const cnn_term *term;
    double part;
} ranked;

static int by_size(const void *a, const void *b) {
    const ranked *one = a, *other = b;
    const double x = fabs(one->part), y = fabs(other->part);
    if (x != y)
        return x < y ? 1 : -1;
    return one->term < other->term ? -1 : 1;
}

/* To be freed; NULL with no memory. */
static ranked *rank(const explained *one) {
    const size_t count = one->sum.count;
    ranked *list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = (ranked){&one->terms[i], explained_part(&one->sum, &one->terms[i])};
    if (list)
        qsort(list, count, sizeof *list, by_size);
    return list;
}

static size_t nonzero_count(const ranked *list, size_t count) {
    size_t n = 0;
    while (n < count && list[n].part != 0)
        n++;
    return n;
}

static double rest_of(const ranked *list, size_t from, size_t count) {
    double sum = 0;
    for (size_t i = from; i < count; i++)
        sum += list[i].part;
    return sum;
}

/* ----------------------------------------------------------------------------------- in numbers */

/* Appends to a text of 512 bytes, within this size. */
__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...) {
    const size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    vsnprintf(text + used, 512 - used, format, values);
    va_end(values);
}

/* A factor, negative ones in brackets. */
static short_text factor(double value) {
    short_text t = number(value);
    if (value < 0)
        snprintf(t.text, sizeof t.text, "(%.5g)", value);
    return t;
}

/* One term of a written sum, with its sign; products are added. */
static void append_term(char *text, const cnn_sum *sum, const ranked *r, bool first) {
    const double x = r->term->x, y = r->term->y;
    const bool product = sum->kind == CNN_SUM_PRODUCTS, minus = !product && r->part < 0;
    append(text, first ? (minus ? "-" : "") : minus ? " - " : " + ");
    if (product)
        append(text, "%s\tx\t%s", factor(x).text, factor(y).text);
    else if (sum->kind == CNN_SUM_SHARES)
        append(text, "%s\t/\t%s", number(fabs(x)).text, number(sum->divisor).text);
    else
        append(text, "%s", number(fabs(x)).text);
}

static void write_sum(const explained *one, const ranked *list, char *text) {
    const cnn_sum *sum = &one->sum;
    const size_t count = nonzero_count(list, sum->count), shown = count < IN_LINE ? count : IN_LINE;
    const bool mean = sum->kind == CNN_SUM_MEAN;
    append(text, mean ? "(" : "");
    if (sum->start[0])
        append(text, "%s", number(sum->start_value).text);
    for (size_t i = 0; i < shown; i++)
        append_term(text, sum, &list[i], !i && !sum->start[0]);
    if (count > shown) {
        const double rest = rest_of(list, shown, count) * (mean ? sum->divisor : 1);
        append(text, " %s %s\tof\t%s\tothers", rest < 0 ? "-" : "+", number(fabs(rest)).text,
               thousands(count - shown).text);
    }
    append(text, !count && !sum->start[0] ? "0" : "");
    if (mean)
        append(text, ") / %s", number(sum->divisor).text);
}

static void write_maximum(const explained *one, char *text) {
    const cnn_sum *sum = &one->sum;
    const size_t shown = sum->count < 9 ? sum->count : 9;
    append(text, "the largest of ");
    for (size_t i = 0; i < shown; i++)
        append(text, "%s%s", i ? ", " : "", number(one->terms[i].x).text);
    append(text, sum->count > shown ? " ..." : "");
    append(text, ": number %zu of %zu", sum->chosen + 1, sum->count);
}

static void write_gate(const explained *one, char *text) {
    const cnn_term *term = &one->terms[0];
    const bool closed = term->note == CNN_TERM_CLOSED;
    append(text, "%s, as x\t=\t%s is %sabove 0",
           closed ? number(closed && one->sum.slope == 0 ? 0 : one->sum.slope * term->x).text
                  : number(term->x).text,
           number(term->y).text, closed ? "not " : "");
    if (closed && one->sum.slope > 0)
        append(text, ": %s\tx\t%s", number(one->sum.slope).text, number(term->x).text);
    else
        append(text, ": the gate is %s", closed ? "closed" : "open");
}

/* The right-hand side of the formula, in numbers. */
static void write_numbers(const explained *one, const ranked *list, char *text) {
    const cnn_sum *sum = &one->sum;
    const double chosen = sum->chosen < sum->count ? one->terms[sum->chosen].x : 0;
    text[0] = '\0';
    if (adds_up(sum))
        write_sum(one, list, text);
    else if (sum->kind == CNN_SUM_MAXIMUM || sum->kind == CNN_SUM_POSITION)
        write_maximum(one, text);
    else if (sum->kind == CNN_SUM_GATE)
        write_gate(one, text);
    else if (sum->kind == CNN_SUM_COPY)
        append(text, "the same number: only the shape changes");
    else if (sum->kind == CNN_SUM_PROBABILITY)
        append(text, "exp(%s - %s) / %s", number(chosen).text, number(sum->max).text,
               number(sum->total).text);
    else if (sum->kind == CNN_SUM_LOSS)
        append(text, "log(%s) - (%s - %s)", number(sum->total).text, number(chosen).text,
               number(sum->max).text);
    else if (sum->kind == CNN_SUM_LOGITS_GRADIENT)
        append(text, "(%s - %s) / %s", number(one->terms[0].x).text, number(one->terms[0].y).text,
               number(sum->divisor).text);
}

/* ---------------------------------------------------------------------------------------- terms */

static void print_columns(const cnn_sum *sum, bool running) {
    const bool products = sum->kind == CNN_SUM_PRODUCTS;
    printf("\n%s%5s %11s %11s %11s  %s%s\n", terminal_style(stdout, LOOK_BOLD), "term", "x",
           products                                                        ? "y"
           : sum->kind == CNN_SUM_PROBABILITY || sum->kind == CNN_SUM_LOSS ? "exp(x-max)"
                                                                           : "",
           running    ? "sum"
           : products ? "x y"
                      : "adds",
           products ? "where x and y come from" : "where x comes from",
           terminal_style(stdout, LOOK_PLAIN));
}

static void print_term(const explained *one, const cnn_term *term, bool running) {
    char a[WHERE_SIZE], b[WHERE_SIZE];
    const cnn_sum *sum = &one->sum;
    const bool has_y = sum->kind == CNN_SUM_PRODUCTS || sum->kind == CNN_SUM_PROBABILITY ||
                       sum->kind == CNN_SUM_LOSS;
    where_name(one->model, sum->a, term->a, a);
    where_name(one->model, sum->kind == CNN_SUM_PRODUCTS ? sum->b : "", term->b, b);
    printf("%5zu %11s %11s %11s  %s%s%s", (size_t)(term - one->terms) + 1,
           term->a == CNN_NO_INDEX ? "" : number(term->x).text, has_y ? number(term->y).text : "",
           number(running ? term->sum : explained_part(sum, term)).text, a,
           a[0] && b[0] ? "  " : "", b);
    printf("%s%s\n", term->note ? "  " : "", cnn_term_note_name(term->note));
}

static void print_all(const explained *one) {
    print_columns(&one->sum, true);
    if (one->sum.start[0]) {
        char name[WHERE_SIZE];
        where_name(one->model, one->sum.start, one->sum.start_index, name);
        printf("%5s %11s %11s %11s  %s\n", "", "", "", number(one->sum.start_value).text, name);
    }
    for (size_t i = 0; i < one->sum.count; i++)
        print_term(one, &one->terms[i], true);
}

static void print_largest(const explained *one, const ranked *list) {
    const cnn_sum *sum = &one->sum;
    const size_t count = nonzero_count(list, sum->count),
                 shown = count < IN_TABLE ? count : IN_TABLE;
    if (!shown)
        return;
    print_columns(sum, false);
    for (size_t i = 0; i < shown; i++)
        print_term(one, list[i].term, false);
    if (count > shown)
        printf("%5s %11s %11s %11s  the other %s; --all lists them\n", "", "", "",
               number(rest_of(list, shown, count)).text, thousands(count - shown).text);
}

/* The counts of notes, in words. */
static void print_counts(const explained *one) {
    size_t counts[CNN_TERM_CLOSED + 1] = {0};
    for (size_t i = 0; i < one->sum.count; i++)
        counts[one->terms[i].note]++;
    if (one->sum.zeros || one->sum.left_out || one->sum.parts > 1)
        putchar('\n');
    if (counts[CNN_TERM_ZERO])
        print_field(stdout, "zeros", "%s terms have a factor 0 and change nothing",
                    thousands(counts[CNN_TERM_ZERO]).text);
    if (counts[CNN_TERM_PADDING])
        print_field(stdout, "left out", "%s terms: x would lie in the padding",
                    thousands(counts[CNN_TERM_PADDING]).text);
    if (counts[CNN_TERM_NO_OUTPUT])
        print_field(stdout, "left out", "%s terms: no output has its kernel there",
                    thousands(counts[CNN_TERM_NO_OUTPUT]).text);
    if (counts[CNN_TERM_PASSED_OVER] && one->sum.kind == CNN_SUM_ADDED)
        print_field(stdout, "left out", "%s windows: another number is the maximum",
                    thousands(counts[CNN_TERM_PASSED_OVER]).text);
    if (one->sum.parts > 1)
        print_field(stdout, "partial sums", "%s, which are added at the end",
                    thousands(one->sum.parts).text);
}

static void print_terms(const explained *one, const ranked *list) {
    const cnn_sum *sum = &one->sum;
    const bool table = adds_up(sum) || sum->kind == CNN_SUM_MAXIMUM ||
                       sum->kind == CNN_SUM_POSITION || sum->kind == CNN_SUM_PROBABILITY ||
                       sum->kind == CNN_SUM_LOSS;
    if (table && (one->all || !adds_up(sum)))
        print_all(one);
    else if (table)
        print_largest(one, list);
    print_counts(one);
}

/* -------------------------------------------------------------------------------- all together */

/* "row 4, column 3, channel 8 of conv2, made by conv2d 16 3x3 pad 1". */
static void print_head(const explained *one) {
    char name[WHERE_SIZE], words[128];
    cnn_layer_info info;
    const char *tensor = one->where.tensor.name;
    where_text(&one->where.tensor, one->where.index, name);
    where_words(&one->where, words, sizeof words);
    printf("%s%s = %.9g%s\n", terminal_style(stdout, LOOK_BOLD), name, one->sum.value,
           terminal_style(stdout, LOOK_PLAIN));
    for (size_t i = 0; cnn_network_layer_at(cnn_model_network(one->model), i, &info); i++)
        if (strcspn(tensor, ".") == strlen(info.name) &&
            !strncmp(tensor, info.name, strlen(info.name)))
            print_field(stdout, "what", "%s%s%s: %s", words, words[0] ? " of " : "", tensor,
                        info.text);
}

/* A number that no pass computes: a pixel, a class, a parameter. */
static void print_given(const explained *one) {
    const char *name = one->where.tensor.name;
    const cnn_normalization by = cnn_model_normalization(one->model);
    if (!strcmp(name, "input"))
        print_field(stdout, "given", "a pixel, (%.0f / 255 - %g) / %g",
                    (one->sum.value * (double)by.std + (double)by.mean) * 255, (double)by.mean,
                    (double)by.std);
    else
        print_field(stdout, "given",
                    strchr(name, '.') ? "a parameter: training changes it, no pass does"
                                      : "the true class, which the image brings");
}

static void print_formula(const explained *one, const ranked *list) {
    char text[512];
    const cnn_sum *sum = &one->sum;
    if (sum->kind == CNN_SUM_GIVEN) {
        print_given(one);
        return;
    }
    write_numbers(one, list, text);
    if (sum->page[0])
        print_field(stdout, "formula", "%s", sum->formula);
    print_field(stdout, "in numbers", "%s", text);
    if (sum->page[0])
        print_field(stdout, "the book", "%s:%u, computed by %s()", sum->page, sum->line,
                    sum->function);
}

bool explained_print(const explained *one, cnn_error *error) {
    ranked *list = rank(one);
    if (!list)
        return source_refuse(error, "", "no memory for %zu terms", one->sum.count);
    print_head(one);
    print_formula(one, list);
    print_terms(one, list);
    free(list);
    explained_patches(one);
    explained_next(one);
    return true;
}
