/* Softmax and cross-entropy as one operation: apart, exp overflows and log meets 0; together, only
 * differences to the largest logit are ever raised. docs/math/softmax_xent.md. */
#include "explog.h"
#include "ops.h"

/* So many powers are kept from the sum for the shares; beyond, they are raised twice. */
enum { KEPT = 32 };

static void softmax_image(size_t K, const real *x, size_t label, real *p, real *loss) {
    double max = x[0], sum = 0, kept[KEPT];
    for (size_t k = 1; k < K; k++)
        max = x[k] > max || x[k] != x[k] ? x[k] : max;
    for (size_t k = 0; k < K; k++) {
        const double power = plain_exp(x[k] - max);
        if (k < KEPT)
            kept[k] = power;
        sum += power;
    }
    for (size_t k = 0; k < K; k++)
        p[k] = (real)((k < KEPT ? kept[k] : plain_exp(x[k] - max)) / sum);
    *loss = (real)(plain_log(sum) - (x[label] - max));
}

static void softmax_xent_forward(size_t K, const real *logits, const uint32_t *labels,
                                 real *probabilities, real *losses, range images) {
    for (size_t n = images.first; n < images.last; n++)
        softmax_image(K, logits + n * K, labels[n], probabilities + n * K, losses + n);
}

static void softmax_xent_backward(size_t K, size_t N, const real *probabilities,
                                  const uint32_t *labels, real *gradients, range images) {
    const real(*p)[K] = (const void *)probabilities;
    real(*dx)[K] = (void *)gradients;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t k = 0; k < K; k++)
            dx[n][k] = (p[n][k] - (real)(k == labels[n])) / (real)N;
}
