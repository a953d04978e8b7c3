/* Stochastic gradient descent with momentum, as in torch.optim.SGD. docs/math/optimizers.md. */
#include "ops.h"

static void sgd_step(const sgd_rates *rates, real *w, const real *dw, real *velocity,
                     range elements) {
    for (size_t i = elements.first; i < elements.last; i++) {
        const real g = fused(rates->weight_decay, w[i], dw[i]);
        velocity[i] = flush_denormal(fused(rates->momentum, velocity[i], g));
        const real step = rates->nesterov ? fused(rates->momentum, velocity[i], g) : velocity[i];
        w[i] = fused(-rates->lr, step, w[i]);
    }
}
