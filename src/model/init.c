/* Initial parameters. Drawn layer by layer, weights in memory order, then biases, from one stream
 * of the seed: the same seed gives the same model everywhere. Numbers are worked out in double and
 * rounded once. Their size goes by the fan in, so that a layer's outputs vary about as much as its
 * inputs, whatever its width. */
#include "model.h"

#include "random.h"

#include <math.h>

/* How many inputs one output sums up: r s c of a convolution, h w c of a dense layer. */
static size_t fan_in(const layer *layer) {
    return layer->weights / layer->geometry.y.c;
}

/* In [-bound, bound). */
static void fill_uniform(random_state *random, float *values, size_t count, double bound) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((2 * random_uniform(random) - 1) * bound);
}

static void fill_normal(random_state *random, float *values, size_t count, double deviation) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(random_normal(random) * deviation);
}

static void fill(float *values, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        values[i] = value;
}

/* One layer. Only weights break the symmetry between units, so biases may all be 0. */
static void initialise(const cnn_model_options *options, random_state *random, const layer *layer,
                       const node *node) {
    const double fan = (double)fan_in(layer);
    switch (options->init) {
    case CNN_INIT_PYTORCH: /* gain sqrt(2 / (1 + a^2)) sqrt(3 / fan) with a^2 = 5 */
        fill_uniform(random, node->w, layer->weights, sqrt(1 / fan));
        fill_uniform(random, node->b, layer->biases, sqrt(1 / fan));
        break;
    case CNN_INIT_KAIMING_NORMAL: /* variance 2 / fan: ReLU takes half of the power away */
        fill_normal(random, node->w, layer->weights, sqrt(2 / fan));
        fill(node->b, layer->biases, 0);
        break;
    case CNN_INIT_CONSTANT: /* units stay alike: good to follow by hand, not to learn */
        fill(node->w, layer->weights, options->constant);
        fill(node->b, layer->biases, options->constant);
        break;
    }
}

void model_initialise(cnn_model *model) {
    random_state random = random_seeded(model->options.seed, RANDOM_INIT);
    /* Layers without weights draw nothing: one more ReLU leaves the others as they were. */
    for (size_t i = 1; i <= model->network->count; i++)
        if (model->network->layers[i].weights)
            initialise(&model->options, &random, &model->network->layers[i], &model->nodes[i]);
}
