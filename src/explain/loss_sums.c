/* The loops of src/ops/softmax_xent.c for one number. Exponentials and their sum are doubles there,
 * and here. */
#include "loss_sums.h"

#include "explog.h"

/* As the page does: a NaN is the largest. */
static double largest(size_t K, const float *x) {
    double max = (double)x[0];
    for (size_t k = 1; k < K; k++)
        max = (double)x[k] > max || x[k] != x[k] ? (double)x[k] : max;
    return max;
}

/* One term for each class. Fills max, total and chosen; returns the chosen logit less max. */
static double exponentials(walk *w, size_t image, size_t chosen) {
    const size_t K = w->shape->y.c;
    const float *x = (const float *)w->a + image * K;
    cnn_sum *sum = w->sum;
    sum->max = largest(K, x);
    for (size_t k = 0; k < K; k++) {
        const double power = portable_exp((double)x[k] - sum->max);
        sum->total += power;
        walk_note(w, (cnn_term){.a = image * K + k,
                                .b = CNN_NO_INDEX,
                                .x = (double)x[k],
                                .y = power,
                                .part_sum = sum->total,
                                .sum = sum->total});
    }
    walk_choose(w, chosen);
    return (double)x[chosen] - sum->max;
}

void probability_terms(walk *w, size_t index) {
    const size_t K = w->shape->y.c;
    const double chosen = exponentials(w, index / K, index % K);
    w->total = (float)(portable_exp(chosen) / w->sum->total);
}

void loss_terms(walk *w, const uint32_t *labels, size_t image) {
    const double chosen = exponentials(w, image, labels[image]);
    w->total = (float)(portable_log(w->sum->total) - chosen);
}

void logits_gradient_terms(walk *w, const uint32_t *labels, size_t index) {
    const size_t K = w->shape->y.c, image = index / K;
    const float p = walk_x(w, index), hit = (float)(index % K == labels[image]);
    w->sum->divisor = (double)w->arrays->n;
    w->total = (p - hit) / (float)w->arrays->n;
    walk_note(w, (cnn_term){.a = index,
                            .b = image,
                            .x = (double)p,
                            .y = (double)hit,
                            .part_sum = (double)w->total,
                            .sum = (double)w->total,
                            .note = hit > 0 ? CNN_TERM_CHOSEN : CNN_TERM_COUNTS});
}
