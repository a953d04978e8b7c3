/* Adam, AdamW and SGD with lanes along the parameters: the lines of the book's adam.c and sgd.c,
 * one vector each. What is behind the last whole vector of a range the book's own steps do. */
#include "vector.h"

/* normal() of each lane. By their bits, sizes of floats are in order as whole numbers are. */
ALWAYS_INLINE vector normals_of(vector v) {
    const int32_t sign_off = INT32_MAX, least_normal = 0x00800000;
    const lanes_mask size = (lanes_mask)v & sign_off;
    return keep(size >= least_normal, v);
}

static range behind_vectors(range elements) {
    return (range){elements.last - range_size(elements) % LANES, elements.last};
}

static void adam_vector_steps(const adam_rates *rates, float *w, const float *dw, float *m,
                              float *v, range elements) {
    const adam_rates r = *rates;
    const vector epsilon = r.epsilon - (vector){0};
    const range rest = behind_vectors(elements);
    for (size_t i = elements.first; i < rest.first; i += LANES) {
        const vector weights = load(w + i), kept = weights * r.shrink;
        const vector g = multiply_add(r.weight_decay, weights, load(dw + i));
        const vector mean = load(m + i);
        const vector first = normals_of(multiply_add(r.new1, g - mean, mean));
        const vector second = normals_of(multiply_add_lanes(r.new2 * g, g, r.beta2 * load(v + i)));
        const vector divisor = multiply_add(r.root, roots_of(second), epsilon);
        store(m + i, first);
        store(v + i, second);
        store(w + i, multiply_add(-r.step, first / divisor, kept));
    }
    adam_step(rates, w, dw, m, v, rest);
}

static void sgd_vector_steps(const sgd_rates *rates, float *w, const float *dw, float *velocity,
                             range elements) {
    const sgd_rates r = *rates;
    const range rest = behind_vectors(elements);
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
