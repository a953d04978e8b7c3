/* Prints the patch under a kernel and the kernel, side by side, channel by channel. */
#include "explanation.h"

#include "print.h"

#include <math.h>
#include <string.h>

/* Channels shown if not all are asked for; columns of a kernel that fit twice on a line. */
enum { SHOWN = 2, WIDEST = 5 };

/* The terms of a number that a kernel makes, [r][s][channels]. */
typedef struct patches {
    const explained *one;
    size_t rows, columns, channels;
} patches;

/* Is the second factor a kernel with rows and columns, with terms for each of its weights? False
 * for a sum over positions, as a weight's gradient. */
static bool find(const explained *one, patches *p) {
    cnn_layer_info info;
    const cnn_sum *sum = &one->sum;
    const size_t length = strcspn(sum->b, ".");
    if (sum->kind != CNN_SUM_PRODUCTS || strcmp(sum->b + length, ".weight"))
        return false;
    for (size_t i = 1; cnn_network_layer_at(cnn_model_network(one->model), i, &info); i++)
        if (strlen(info.name) == length && !memcmp(info.name, sum->b, length)) {
            *p = (patches){one, info.kernel.h, info.kernel.w, 0};
            const size_t weights = p->rows * p->columns;
            p->channels = weights ? sum->count / weights : 0;
            return weights > 1 && p->columns <= WIDEST && p->channels * weights == sum->count;
        }
    return false;
}

static const cnn_term *term_at(const patches *p, size_t row, size_t column, size_t channel) {
    return &p->one->terms[(row * p->columns + column) * p->channels + channel];
}

static double channel_sum(const patches *p, size_t channel) {
    double sum = 0;
    for (size_t r = 0; r < p->rows; r++)
        for (size_t s = 0; s < p->columns; s++)
            sum += explained_part(&p->one->sum, term_at(p, r, s, channel));
    return sum;
}

static void print_row(const patches *p, size_t row, size_t channel) {
    const int digits = p->columns < WIDEST ? 3 : 2, width = digits + 4;
    for (size_t s = 0; s < p->columns; s++) {
        const cnn_term *term = term_at(p, row, s, channel);
        if (explained_left_out(term))
            printf(" %*s", width, ".");
        else
            printf(" %*.*g", width, digits, term->x);
    }
    printf("  %s", row == p->rows / 2 ? "x" : " ");
    for (size_t s = 0; s < p->columns; s++)
        printf(" %*.*g", width, digits, term_at(p, row, s, channel)->y);
    putchar('\n');
}

static void print_channel(const patches *p, size_t channel) {
    printf("\nchannel %zu of %s, and the kernel on it: %+.5g\n", channel, p->one->sum.a,
           channel_sum(p, channel));
    for (size_t r = 0; r < p->rows; r++)
        print_row(p, r, channel);
}

/* The channel that adds most, of those that add less than `below`; later ones of the same size come
 * after `last`. SIZE_MAX: none. */
static size_t next_largest(const patches *p, double below, size_t last) {
    size_t best = SIZE_MAX;
    double most = -1;
    for (size_t c = 0; c < p->channels; c++) {
        const double size = fabs(channel_sum(p, c));
        const bool later = size < below || (size == below && c > last);
        if (later && size > most) {
            most = size;
            best = c;
        }
    }
    return best;
}

void explained_patches(const explained *one) {
    patches p;
    if (!find(one, &p))
        return;
    if (one->all)
        for (size_t c = 0; c < p.channels; c++)
            print_channel(&p, c);
    size_t channel = one->all ? SIZE_MAX : next_largest(&p, INFINITY, 0), shown = 0;
    for (; channel != SIZE_MAX && shown < SHOWN; shown++) {
        print_channel(&p, channel);
        channel = next_largest(&p, fabs(channel_sum(&p, channel)), channel);
    }
    if (channel != SIZE_MAX)
        printf("and %zu channels more\n", p.channels - shown);
}
