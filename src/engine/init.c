/* Initial parameters, drawn layer by layer and buffer by buffer, in memory order, from one stream
 * of the seed: the same seed gives the same model everywhere. Values are computed in double and
 * rounded once. Their scale depends on the fan-in, so that a layer's outputs vary about as much as
 * its inputs, whatever its width. */
#include "model.h"

#include "random.h"

#include <math.h>

/* In [-bound, bound). */
static void fill_uniform(random_state *random, float *values, size_t count, double bound) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((2 * random_uniform(random) - 1) * bound);
}

static void fill_normal(random_state *random, float *values, size_t count, double std) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(random_normal(random) * std);
}

static void fill(float *values, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        values[i] = value;
}

static void fill_kernel(const cnn_model_options *o, random_state *random, float *w, size_t count,
                        double fan) {
    switch (o->init) {
    case CNN_INIT_PYTORCH: /* gain sqrt(2 / (1 + a^2)) sqrt(3 / fan) with a^2 = 5 */
        fill_uniform(random, w, count, sqrt(1 / fan));
        break;
    case CNN_INIT_KAIMING_NORMAL: /* variance 2 / fan: ReLU removes half of the power */
        fill_normal(random, w, count, sqrt(2 / fan));
        break;
    case CNN_INIT_CONSTANT: /* units stay identical: for checking by hand, not for training */
        fill(w, count, o->constant);
        break;
    }
}

/* Only kernels need to break the symmetry between units, so biases may all be 0. */
static void fill_bias(const cnn_model_options *o, random_state *random, float *b, size_t count,
                      double fan) {
    if (o->init == CNN_INIT_PYTORCH)
        fill_uniform(random, b, count, sqrt(1 / fan));
    else
        fill(b, count, o->init == CNN_INIT_CONSTANT ? o->constant : 0);
}

static void initialize(const cnn_model_options *options, random_state *random, const layer *layer,
                       size_t buffer, float *numbers) {
    const size_t count = layer_buffer_size(layer, buffer);
    const double fan = (double)layer_fan_in(layer);
    switch (layer->kind->buffers[buffer].initial) {
    case INITIAL_ZERO:
        fill(numbers, count, 0);
        break;
    case INITIAL_ONE:
        fill(numbers, count, 1);
        break;
    case INITIAL_KERNEL:
        fill_kernel(options, random, numbers, count, fan);
        break;
    case INITIAL_BIAS:
        fill_bias(options, random, numbers, count, fan);
        break;
    }
}

void model_initialize(cnn_model *model) {
    random_state random = random_seeded(model->options.seed, RANDOM_INIT);
    /* Layers without a kernel draw nothing, so an additional ReLU does not change the others. */
    for (size_t i = 1; i <= model->network->count; i++) {
        const layer *layer = &model->network->layers[i];
        for (size_t b = 0; b < layer_buffers(layer); b++)
            if (layer->kind->buffers[b].role != BUFFER_FOR_BACKWARD && model->layers[i].buffers[b])
                initialize(&model->options, &random, layer, b, model->layers[i].buffers[b]);
    }
}
