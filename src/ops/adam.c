/* Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019, algorithm 2), as
 * in torch.optim: epsilon is added after the bias correction. docs/math/optimizers.md. */
#include "ops.h"

#include <math.h>

static void adam_step(const adam_rates *rates, real *w, const real *dw, real *m, real *v,
                      range elements) {
    for (size_t i = elements.first; i < elements.last; i++) {
        const real kept = w[i] * rates->shrink;
        const real g = fused(rates->weight_decay, w[i], dw[i]);
        m[i] = flush_denormal(fused(rates->new1, g - m[i], m[i]));
        v[i] = flush_denormal(fused(rates->new2 * g, g, rates->beta2 * v[i]));
        const real root =
            sizeof(real) == sizeof(float) ? (real)sqrtf((float)v[i]) : (real)sqrt(v[i]);
        w[i] = fused(-rates->step, m[i] / fused(root, rates->root, rates->epsilon), kept);
    }
}
