/* The sign of an average of gradients (Bernstein et al. 2018). docs/math/optimizers.md. */
#include "ops.h"

static void signum_step(const signum_rates *rates, real *w, const real *dw, real *m,
                        range elements) {
    for (size_t i = elements.first; i < elements.last; i++) {
        const real g = fused(rates->weight_decay, w[i], dw[i]);
        m[i] = flush_denormal(fused(rates->new1, g - m[i], m[i]));
        w[i] -= m[i] > 0 ? rates->lr : m[i] < 0 ? -rates->lr : 0;
    }
}
