/* Softmax and cross-entropy as one operation, over logits x[n][k] with the true class labels[n].
 *
 *   p[n,k]  = exp(x[n,k] - max[n]) / sum[n]       max[n]: the largest logit of the image
 *   loss[n] = log(sum[n]) - (x[n,label] - max[n]) sum[n]: of exp(x[n,k] - max[n]) over k
 *   dx[n,k] = (p[n,k] - [k = label]) / N
 *
 * Computed separately, exp would overflow and log would see 0. docs/math/softmax_xent.md */
#include "explog.h"
#include "ops.h"

/* The first TERMS_MAX exponentials of the sum are kept for p; the others are computed again. */
enum { TERMS_MAX = 32 };

static void softmax_image(size_t K, const real *x, size_t label, real *p, real *loss) {
    double max = x[0], sum = 0, terms[TERMS_MAX];
    for (size_t k = 1; k < K; k++)
        max = x[k] > max || x[k] != x[k] ? x[k] : max; /* a NaN stays visible */
    for (size_t k = 0; k < K; k++) {
        const double term = portable_exp(x[k] - max);
        if (k < TERMS_MAX)
            terms[k] = term;
        sum += term;
    }
    for (size_t k = 0; k < K; k++)
        p[k] = (real)((k < TERMS_MAX ? terms[k] : portable_exp(x[k] - max)) / sum);
    *loss = (real)(portable_log(sum) - (x[label] - max));
}

static void softmax_xent_forward(size_t K, const real *logits, const uint32_t *labels,
                                 real *probabilities, real *losses, range images) {
    const real(*x)[K] = (const void *)logits;
    real(*p)[K] = (void *)probabilities;
    for (size_t n = images.first; n < images.last; n++)
        softmax_image(K, x[n], labels[n], p[n], &losses[n]);
}

static void softmax_xent_backward(size_t K, size_t N, const real *probabilities,
                                  const uint32_t *labels, real *gradients, range images) {
    const real(*p)[K] = (const void *)probabilities;
    real(*dx)[K] = (void *)gradients;
    for (size_t n = images.first; n < images.last; n++)
        for (size_t k = 0; k < K; k++)
            dx[n][k] = (p[n][k] - (real)(k == labels[n])) / (real)N;
}
