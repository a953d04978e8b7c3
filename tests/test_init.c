/* Initial parameters: the first draws by hand, and the distributions of many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <math.h>
#include <string.h>

/* A convolution with a fan-in of 3 * 3 * 6 = 54 and a dense layer with one of 4 * 4 * 32 = 512. */
static cnn_network *network_new(void) {
    cnn_network *network = cnn_network_create(4, 4, 6, NULL);
    assert_non_null(network);
    assert_true(cnn_network_conv2d(
        network, &(cnn_conv2d_options){.channels = 32, .kernel = {3, 3}, .pad = {1, 1}}, NULL));
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 100}, NULL));
    return network;
}

static cnn_model *model_of(cnn_network *network, cnn_init init, uint64_t seed) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    options.init = init;
    options.seed = seed;
    options.constant = 0.25f;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

static const float *values_of(const cnn_model *model, const char *name, size_t *count) {
    cnn_tensor tensor;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    *count = 1;
    for (size_t i = 0; i < tensor.rank; i++)
        *count *= tensor.shape[i];
    return tensor.data;
}

/* Moments of many numbers: mean, standard deviation, kurtosis (uniform 1.8, normal 3), largest. */
typedef struct spread {
    size_t count;
    double mean, std, kurtosis, most;
} spread;

static spread spread_of(const cnn_model *model, const char *name) {
    spread s = {0};
    double squares = 0, fourths = 0;
    const float *values = values_of(model, name, &s.count);
    for (size_t i = 0; i < s.count; i++) {
        s.mean += values[i] / (double)s.count;
        s.most = fmax(s.most, fabs(values[i]));
    }
    for (size_t i = 0; i < s.count; i++) {
        const double square = (values[i] - s.mean) * (values[i] - s.mean);
        squares += square;
        fourths += square * square;
    }
    s.std = sqrt(squares / (double)s.count);
    s.kurtosis = (double)s.count * fourths / (squares * squares);
    return s;
}

/* The first draws of seed 1, worked out in docs/math/initialization.md: fan-in 4, bound 1/2. */
static void example_of_the_page(void **state) {
    static const double weights[2][3] = {{0.38368511, -0.49583155, 0.32544881},
                                         {1.32717311, 0.57694078, 0.77901698}};
    static const double bias[2] = {0.04157108, 0};
    const cnn_init inits[] = {CNN_INIT_PYTORCH, CNN_INIT_KAIMING_NORMAL};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cnn_network *network = cnn_network_create(1, 1, 4, NULL);
        assert_true(cnn_network_flatten(network, NULL));
        assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 1}, NULL));
        cnn_model *model = model_of(network, inits[i], 1);
        size_t count;
        const float *w = values_of(model, "fc1.weight", &count);
        const float *b = values_of(model, "fc1.bias", &count);
        for (size_t j = 0; j < 3; j++)
            assert_true(fabs(w[j] - weights[i][j]) < 1e-7);
        assert_true(fabs(*b - bias[i]) < 1e-7);
        cnn_model_free(model);
    }
}

/* Uniform in +-bound: the deviation is bound / sqrt(3). */
static void assert_uniform(const cnn_model *model, const char *name, double bound) {
    const spread s = spread_of(model, name);
    const double n = (double)s.count;
    assert_true(s.most <= bound);
    assert_true(s.most > bound * (1 - 20 / n));
    assert_true(fabs(s.mean) < 5 * bound / sqrt(3 * n));
    assert_true(fabs(s.std / (bound / sqrt(3)) - 1) < 5 * sqrt(0.2 / n));
    assert_true(fabs(s.kurtosis - 1.8) < 6 / sqrt(n));
}

static void bounds_of_pytorch(void **state) {
    (void)state;
    cnn_model *model = model_of(network_new(), CNN_INIT_PYTORCH, 1);
    assert_uniform(model, "conv1.weight", 1 / sqrt(54));
    assert_uniform(model, "conv1.bias", 1 / sqrt(54));
    assert_uniform(model, "fc1.weight", 1 / sqrt(512));
    assert_uniform(model, "fc1.bias", 1 / sqrt(512));
    cnn_model_free(model);
}

static void assert_normal(const cnn_model *model, const char *name, double std) {
    const spread s = spread_of(model, name);
    const double n = (double)s.count;
    assert_true(fabs(s.mean) < 5 * std / sqrt(n));
    assert_true(fabs(s.std / std - 1) < 5 * sqrt(0.5 / n));
    assert_true(fabs(s.kurtosis - 3) < 5 * sqrt(24 / n));
}

static void assert_all(const cnn_model *model, const char *name, float expected) {
    size_t count;
    const float *values = values_of(model, name, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(values[i] == expected);
}

static void kaiming_normal(void **state) {
    (void)state;
    cnn_model *model = model_of(network_new(), CNN_INIT_KAIMING_NORMAL, 1);
    assert_normal(model, "conv1.weight", sqrt(2.0 / 54));
    assert_normal(model, "fc1.weight", sqrt(2.0 / 512));
    assert_all(model, "conv1.bias", 0);
    assert_all(model, "fc1.bias", 0);
    cnn_model_free(model);
}

static void constant(void **state) {
    static const char *const names[] = {"conv1.weight", "conv1.bias", "fc1.weight", "fc1.bias"};
    (void)state;
    cnn_model *model = model_of(network_new(), CNN_INIT_CONSTANT, 1);
    for (size_t i = 0; i < 4; i++)
        assert_all(model, names[i], 0.25f);
    cnn_model_free(model);
}

/* How many of the weights of two models are the same number. */
static size_t equal_weights(const cnn_model *a, const cnn_model *b, size_t *count) {
    const float *v = values_of(a, "fc1.weight", count), *w = values_of(b, "fc1.weight", count);
    size_t equal = 0;
    for (size_t i = 0; i < *count; i++)
        equal += memcmp(&v[i], &w[i], sizeof *v) == 0;
    return equal;
}

static void same_seed_same_bits(void **state) {
    const cnn_init inits[] = {CNN_INIT_PYTORCH, CNN_INIT_KAIMING_NORMAL};
    size_t count;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cnn_model *a = model_of(network_new(), inits[i], 7);
        cnn_model *b = model_of(network_new(), inits[i], 7);
        cnn_model *c = model_of(network_new(), inits[i], 8);
        assert_true(equal_weights(a, b, &count) == 512 * 100 && count == 512 * 100);
        assert_true(equal_weights(a, c, &count) < count / 1000);
        cnn_model_free(a);
        cnn_model_free(b);
        cnn_model_free(c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_page), cmocka_unit_test(bounds_of_pytorch),
        cmocka_unit_test(kaiming_normal),      cmocka_unit_test(constant),
        cmocka_unit_test(same_seed_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
