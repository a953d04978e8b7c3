/* Adam, AdamW and SGD with lanes along the parameters: the lines of the book's adam.c and sgd.c,
 * one vector each. The book's own steps do the rest of a range, less than a vector. */
#include "vector.h"

/* normal() of each lane. The bits of floats without signs are in the order of their sizes. */
ALWAYS_INLINE vector normals_of(vector v) {
    const int32_t sign_off = INT32_MAX, least_normal = 0x00800000;
    const lanes_mask size = (lanes_mask)v & sign_off;
    return keep(size >= least_normal, v);
}

static range after_vectors(range elements) {
    return (range){elements.last - range_size(elements) % LANES, elements.last};
}

static void adam_vector_steps(const adam_rates *rates, float *w, const float *dw, float *m,
                              float *v, range elements) {
    const adam_rates r = *rates;
    const vector epsilon = r.epsilon - (vector){0};
    const range rest = after_vectors(elements);
    for (size_t i = elements.first; i < rest.first; i += LANES) {
        const vector weights = load(w + i), kept = weights * r.shrink;
        const vector g = multiply_add(r.weight_decay, weights, load(dw + i));
        const vector mean = load(m + i);
        const vector moment1 = normals_of(multiply_add(r.new1, g - mean, mean));
        const vector moment2 = normals_of(multiply_add_lanes(r.new2 * g, g, r.beta2 * load(v + i)));
        const vector divisor = multiply_add(r.root, roots_of(moment2), epsilon);
        store(m + i, moment1);
        store(v + i, moment2);
        store(w + i, multiply_add(-r.step, moment1 / divisor, kept));
    }
    adam_step(rates, w, dw, m, v, rest);
}

static void sgd_vector_steps(const sgd_rates *rates, float *w, const float *dw, float *velocity,
                             range elements) {
    const sgd_rates r = *rates;
    const range rest = after_vectors(elements);
    for (size_t i = elements.first; i < rest.first; i += LANES) {
        const vector weights = load(w + i);
        const vector g = multiply_add(r.weight_decay, weights, load(dw + i));
        const vector moved = normals_of(multiply_add(r.momentum, load(velocity + i), g));
        const vector step = r.nesterov ? multiply_add(r.momentum, moved, g) : moved;
        store(velocity + i, moved);
        store(w + i, multiply_add(-r.lr, step, weights));
    }
    sgd_step(rates, w, dw, velocity, rest);
}
