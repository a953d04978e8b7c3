/* Kinds and options of layers, and the rows of a profile, are available as data: programs need not
 * parse texts for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#include <string.h>

static const char text[] = "input 12x10x3\n"
                           "conv2d 4 3x2 stride 2x1 pad 1\n"
                           "relu\n"
                           "maxpool2d 3x2\n"
                           "conv2d 5 1x1 bias off\n"
                           "maxpool2d 2 stride 1\n"
                           "flatten\n"
                           "dense 6 bias off\n"
                           "dense 2\n";

static const struct row {
    const char *kind;
    size_t outputs;
    cnn_pair kernel, stride, pad;
    bool weights, bias;
} rows[] = {
    {"input", 0, {0, 0}, {0, 0}, {0, 0}, false, false},
    {"conv2d", 4, {3, 2}, {2, 1}, {1, 1}, true, true},
    {"relu", 0, {0, 0}, {0, 0}, {0, 0}, false, false},
    {"maxpool2d", 0, {3, 2}, {3, 2}, {0, 0}, false, false},
    {"conv2d", 5, {1, 1}, {1, 1}, {0, 0}, true, false},
    {"maxpool2d", 0, {2, 2}, {1, 1}, {0, 0}, false, false},
    {"flatten", 0, {0, 0}, {0, 0}, {0, 0}, false, false},
    {"dense", 6, {0, 0}, {0, 0}, {0, 0}, true, false},
    {"dense", 2, {0, 0}, {0, 0}, {0, 0}, true, true},
};

static bool same(cnn_pair a, cnn_pair b) {
    return a.h == b.h && a.w == b.w;
}

static cnn_network *parsed(void) {
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    assert_non_null(network);
    return network;
}

static void layers_as_data(void **state) {
    cnn_network *network = parsed();
    cnn_layer_info info;
    (void)state;
    assert_int_equal(cnn_network_layer_count(network) + 1, sizeof rows / sizeof *rows);
    for (size_t i = 0; cnn_network_layer_at(network, i, &info); i++) {
        const struct row *row = &rows[i];
        assert_string_equal(info.kind, row->kind);
        assert_int_equal(info.outputs, row->outputs);
        if (!same(info.kernel, row->kernel) || !same(info.stride, row->stride) ||
            !same(info.pad, row->pad))
            fail_msg("layer %zu, %s", i, info.text);
        assert_true(info.weights == row->weights && info.bias == row->bias);
    }
    cnn_network_free(network);
}

/* The data about its layers suffices to build the same network. */
static void a_network_from_data(void **state) {
    cnn_network *network = parsed(), *copy = cnn_network_create(12, 10, 3, NULL);
    cnn_layer_info a, b;
    (void)state;
    for (size_t i = 1; cnn_network_layer_at(network, i, &a); i++) {
        bool added = false;
        if (!strcmp(a.kind, "conv2d"))
            added = cnn_network_conv2d(copy,
                                       &(cnn_conv2d_options){.channels = a.outputs,
                                                             .kernel = a.kernel,
                                                             .stride = a.stride,
                                                             .pad = a.pad,
                                                             .no_bias = !a.bias},
                                       NULL);
        else if (!strcmp(a.kind, "maxpool2d"))
            added = cnn_network_maxpool2d(
                copy, &(cnn_maxpool2d_options){.window = a.kernel, .stride = a.stride}, NULL);
        else if (!strcmp(a.kind, "dense"))
            added = cnn_network_dense(
                copy, &(cnn_dense_options){.outputs = a.outputs, .no_bias = !a.bias}, NULL);
        else
            added = !strcmp(a.kind, "relu") ? cnn_network_relu(copy, NULL)
                                            : cnn_network_flatten(copy, NULL);
        assert_true(added && cnn_network_layer_at(copy, i, &b));
        assert_true(a.parameters == b.parameters && a.multiply_adds == b.multiply_adds);
    }
    cnn_network_free(network);
    cnn_network_free(copy);
}

static void profile_rows_as_data(void **state) {
    static const char *const names[] = {NULL, "gather", "loss", "update", "reduce", "waiting"};
    cnn_network *network = parsed();
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_profile_row found[32];
    size_t parts = 0;
    (void)state;
    options.threads = 1;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    const size_t count = cnn_model_profile(model, found, 32);
    assert_in_range(count, 6, 32);
    for (size_t i = 0; i < count; i++) {
        assert_in_range(found[i].part, CNN_PROFILE_LAYERS, CNN_PROFILE_WAITING);
        assert_int_equal(found[i].part == CNN_PROFILE_LAYERS, found[i].first > 0);
        if (names[found[i].part])
            assert_string_equal(found[i].name, names[found[i].part]);
        parts |= (size_t)1 << found[i].part;
    }
    assert_int_equal(parts, 63);
    cnn_model_free(model);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_as_data),
        cmocka_unit_test(a_network_from_data),
        cmocka_unit_test(profile_rows_as_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
