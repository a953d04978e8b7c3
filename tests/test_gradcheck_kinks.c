/* Right networks whose own outputs reveal nothing about a layer: the gradient check draws others,
 * and where none help it gives no verdict. */
#define CNN_REAL double
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "network.h"

static cnn_network *network_of(const char *before, size_t count, const char *layer,
                               const char *after) {
    char text[1 << 16];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", before);
    cnn_error error;
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", layer);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s", after);
    cnn_network *network = cnn_network_parse(text, used, &error);
    if (!network)
        fail_msg("%s", error.message);
    return network;
}

static void assert_checked(const cnn_gradcheck_row *row, void *context) {
    if (!row->checked || !isfinite(row->error))
        fail_msg("%s: %s %s: %zu checked, error %g", (const char *)context, row->layer,
                 row->gradient, row->checked, row->error);
}

/* With one image and more; each layer's damage is found, too, if `broken` is one of its names. */
static void assert_right(const char *what, cnn_network *network, const char *broken) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        cnn_gradcheck_options options = {.batch_size = 1 + seed % 2, .seed = seed, .samples = 20};
        double worst = NAN;
        assert_true(cnn_gradcheck(network, &options, assert_checked, (void *)what, &worst, NULL));
        if (!(worst <= CNN_GRADCHECK_LIMIT))
            fail_msg("%s, seed %d: %g", what, (int)seed, worst);
        options.debug_break_layer = broken;
        assert_true(cnn_gradcheck(network, &options, NULL, NULL, &worst, NULL));
        if (!(worst > CNN_GRADCHECK_LIMIT))
            fail_msg("%s, seed %d: damage to %s went by unseen", what, (int)seed, broken);
    }
    cnn_network_free(network);
}

static void dead_inputs(void **state) {
    (void)state;
    assert_right("all at the kink of a second ReLU",
                 network_of("input 2x2\nflatten\ndense 1\nrelu\nrelu\n", 0, "", "dense 2\n"),
                 "relu2");
    assert_right(
        "nothing but ties",
        network_of("input 4x4\nconv2d 1 3x3\nrelu\nmaxpool2d 2\n", 0, "", "flatten\ndense 2\n"),
        "pool1");
    assert_right(
        "no input to weigh",
        network_of("input 2x2\nflatten\ndense 1\nrelu\ndense 1\nrelu\n", 0, "", "dense 2\n"),
        "fc3");
}

/* Without a ReLU between them He's bound doubles the power with each layer. */
static void grown_outputs(void **state) {
    (void)state;
    assert_right("rounding looks like kinks",
                 network_of("input 4x4\nflatten\n", 80, "dense 16\n", "relu\ndense 3\n"), "relu1");
    assert_right("beyond all numbers",
                 network_of("input 4x4\nflatten\n", 2600, "dense 4\n", "relu\ndense 3\n"),
                 "fc2600");
    assert_right("convolutions",
                 network_of("input 4x4\n", 60, "conv2d 4 3x3 pad 1\n",
                            "relu\nmaxpool2d 2\nflatten\ndense 3\n"),
                 "conv59");
    assert_right("logits that are sure", network_of("input 4x4\nflatten\n", 12, "dense 16\n", ""),
                 "softmax");
}

/* Padding takes most of each image away. */
static void died_out_outputs(void **state) {
    (void)state;
    assert_right("through padding",
                 network_of("input 4x4\n", 60, "conv2d 4 3x3 pad 3 stride 3\n",
                            "relu\nmaxpool2d 2\nflatten\ndense 3\n"),
                 "relu1");
    assert_right("a gradient that is 0 everywhere",
                 network_of("input 4x4\nflatten\n", 0, "", "dense 1\n"), "softmax");
}

/* --------------------------------------------------------------------------- kinks everywhere */

/* No part of it is straight. */
static void jagged_forward(const layer_shape *g, const op_args *t, range images) {
    const size_t values = extent_size(g->x);
    for (size_t i = images.first * values; i < images.last * values; i++)
        t->y[i] = fabs(sin(1e9 * t->x[i]));
}

static void jagged_backward(const layer_shape *g, const op_args *t, range images) {
    const size_t values = extent_size(g->x);
    for (size_t i = images.first * values; i < images.last * values; i++)
        t->dx[i] = t->dy[i];
}

static const operation jagged = {.forward = jagged_forward, .backward_input = jagged_backward};

/* The book's pages are found by their names; this adds one. */
const operation *__real_ops_operation(const ops *ops, const char *layers);
const operation *__wrap_ops_operation(const ops *ops, const char *layers);

const operation *__wrap_ops_operation(const ops *ops, const char *layers) {
    return strcmp(layers, "jagged") ? __real_ops_operation(ops, layers) : &jagged;
}

static const char *jagged_shape(const layer_options *o, layer_shape *g, bool *flat) {
    (void)o, (void)flat;
    g->y = g->x;
    return NULL;
}

static const layer_kind JAGGED = {.word = "jagged",
                                  .prefix = "jag",
                                  .arguments = {{.offset = ARGUMENT_END}},
                                  .shape = jagged_shape};

static void look_for_unchecked(const cnn_gradcheck_row *row, void *context) {
    const bool jagged_row = !strncmp(row->layer, "jag", 3);
    assert_int_equal(row->checked == 0, jagged_row);
    assert_int_equal(isnan(row->error), jagged_row);
    assert_int_equal(isnan(row->analytic) && isnan(row->numeric), jagged_row);
    *(size_t *)context += jagged_row;
}

static void no_verdict(void **state) {
    cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
    size_t unchecked = 0;
    double worst = 0;
    (void)state;
    cnn_network *network = network_of("input 3x3\nflatten\n", 1, "dense 4\n", "");
    assert_true(network_add(network, &JAGGED, &(layer_options){0}, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 3}, NULL));
    assert_true(cnn_gradcheck(network, &options, look_for_unchecked, &unchecked, &worst, NULL));
    assert_int_equal(unchecked, 1);
    assert_true(isnan(worst));
    /* A wrong gradient is still found. */
    options.debug_break_layer = "fc2";
    assert_true(cnn_gradcheck(network, &options, NULL, NULL, &worst, NULL));
    assert_true(worst > CNN_GRADCHECK_LIMIT && worst < 1);
    cnn_network_free(network);
}

static void the_command_says_right(void **state) {
    (void)state;
    command_shell("printf 'input 2x2\\nflatten\\ndense 1\\nrelu\\nrelu\\ndense 2\\n' >@/dead.net");
    for (int seed = 1; seed <= 6; seed++) {
        assert_int_equal(command_run("gradcheck @/dead.net --batch-size 1 --seed %d", seed), 0);
        assert_null(strstr(command_out, "inf"));
        assert_non_null(strstr(command_out, "\nright: the largest relative error"));
        assert_int_equal(command_run("gradcheck @/dead.net --batch-size 1 --seed %d --json", seed),
                         0);
        json_t *object = command_json();
        assert_true(json_is_true(json_object_get(object, "passed")));
        json_decref(object);
        assert_int_equal(
            command_run("gradcheck @/dead.net --batch-size 1 --break relu2 --seed %d", seed), 1);
        assert_non_null(strstr(command_out, "on purpose was found"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_inputs),
        cmocka_unit_test(grown_outputs),
        cmocka_unit_test(died_out_outputs),
        cmocka_unit_test(no_verdict),
        cmocka_unit_test_setup_teardown(the_command_says_right, command_folder_create,
                                        command_folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
