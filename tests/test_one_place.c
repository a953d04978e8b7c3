/* Images of one place: a convolution or a pool takes an input of 1 x 1 x C as PyTorch does; for a
 * dense layer it is a vector, as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "pytorch_layout.h"

static cnn_network *network_of(const char *text) {
    cnn_error error;
    cnn_network *network = cnn_network_parse(text, strlen(text), &error);
    if (!network)
        fail_msg("%s: %s", text, error.message);
    return network;
}

/* One letter a layer, the input first: v for a vector, i for an image. */
static void assert_shapes(const char *text, const char *letters) {
    cnn_network *network = network_of(text);
    cnn_layer_info info;
    char found[16] = "", again[512];
    for (size_t i = 0; cnn_network_layer_at(network, i, &info); i++)
        found[i] = info.flat ? 'v' : 'i';
    if (strcmp(found, letters))
        fail_msg("%s: %s, not %s", text, found, letters);
    /* The canonical text says the same. */
    cnn_network_text(network, again, sizeof again);
    assert_string_equal(again, text);
    cnn_network_free(network);
}

static void taken(void **state) {
    (void)state;
    assert_shapes("input 1x1x8\nconv2d 4 1x1\nflatten\ndense 3\n", "iivv");
    assert_shapes("input 1x1x8\nrelu\nconv2d 4 1x1\nrelu\nflatten\ndense 3\n", "iiiivv");
    assert_shapes("input 1x1x8\nmaxpool2d 1\nrelu\nflatten\ndense 3\n", "iiivv");
    assert_shapes("input 1x1x1\nconv2d 4 3x3 pad 2\nmaxpool2d 3\nconv2d 2 1x1\nflatten\ndense 3\n",
                  "iiiivv");
    assert_shapes("input 4x4x1\nmaxpool2d 4\nconv2d 4 1x1\nmaxpool2d 1\nflatten\ndense 2\n",
                  "iiiivv");
    /* As before. */
    assert_shapes("input 1x1x8\ndense 3\n", "vv");
    assert_shapes("input 1x1x8\nrelu\nrelu\ndense 3\nrelu\n", "vvvvv");
    assert_shapes("input 1x1x8\nflatten\ndense 3\n", "vvv");
}

static void refused(void **state) {
    static const char *const TEXTS[][2] = {
        {"input 1x1x8\nconv2d 4 3x3\n", "conv2d 4 3x3: input is 1x1x8, the kernel does not fit"},
        {"input 1x1x8\nrelu\nmaxpool2d 2\n",
         "maxpool2d 2: input is 1x1x8, the window does not fit"},
        {"input 1x1x8\nconv2d 4 1x1\ndense 3\n", "dense 3: input is 1x1x4, put flatten before it"},
        {"input 1x1x8\nflatten\nconv2d 4 1x1\n",
         "conv2d 4 1x1: input is flat, 8 values, a convolution needs height and width"},
        {"input 1x1x8\ndense 4\nrelu\nmaxpool2d 1\n",
         "maxpool2d 1: input is flat, 4 values, pooling needs height and width"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        cnn_error error;
        assert_null(cnn_network_parse(TEXTS[i][0], strlen(TEXTS[i][0]), &error));
        if (!strstr(error.message, TEXTS[i][1]))
            fail_msg("%s: %s", TEXTS[i][0], error.message);
    }
    /* A refused layer leaves the input a vector, as it was. */
    cnn_network *network = network_of("input 1x1x8\nrelu\n");
    cnn_layer_info info;
    assert_false(
        cnn_network_conv2d(network, &(cnn_conv2d_options){.channels = 2, .kernel = {2, 2}}, NULL));
    assert_true(cnn_network_layer_at(network, 0, &info) && info.flat);
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 2}, NULL));
    cnn_network_free(network);
}

#define IMAGE "input 1x1x8\nrelu\nconv2d 6 1x1\nrelu\nmaxpool2d 1\nflatten\ndense 3\n"
#define VECTOR "input 1x1x8\nrelu\ndense 6\nrelu\ndense 3\n"

static cnn_model *model_of(const char *text, const char *backend) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_network *network = network_of(text);
    options.batch_size = 5;
    options.threads = 2;
    options.backend = backend;
    options.every_layer = true;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

static const float *numbers(const cnn_model *model, const char *name) {
    cnn_tensor tensor;
    assert_true(cnn_model_tensor(model, name, &tensor, NULL));
    return tensor.data;
}

static void pass(cnn_model *model) {
    float x[5 * 8];
    const uint32_t labels[] = {0, 1, 2, 0, 1};
    for (size_t i = 0; i < 40; i++)
        x[i] = (float)((double)(i * 7 % 41) / 20 - 1);
    assert_true(cnn_model_set_input(model, x, labels, 5, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
}

/* A convolution of 1 x 1 over one place is a dense layer: the same first weights, sums that differ
 * only in their order. On every back end. */
static void as_a_dense_layer(void **state) {
    cnn_backend backend;
    (void)state;
    for (size_t b = 0; cnn_backend_at(b, &backend); b++) {
        if (!backend.runs)
            continue;
        cnn_model *image = model_of(IMAGE, backend.name), *vector = model_of(VECTOR, backend.name);
        assert_memory_equal(numbers(image, "conv1.weight"), numbers(vector, "fc1.weight"), 48 * 4);
        pass(image);
        pass(vector);
        assert_true(fabs(cnn_model_loss(image) - cnn_model_loss(vector)) < 1e-6);
        for (size_t i = 0; i < 48; i++)
            assert_true(fabsf(numbers(image, "conv1.weight.grad")[i] -
                              numbers(vector, "fc1.weight.grad")[i]) < 1e-6f);
        cnn_model_free(image);
        cnn_model_free(vector);
    }
}

static void shapes_in_files(void **state) {
    (void)state;
    cnn_network *image = network_of(IMAGE), *vector = network_of(VECTOR);
    const layout kernel = layout_of_buffer(image, 2, 0, 1);
    const layout matrix = layout_of_buffer(vector, 2, 0, 1);
    assert_int_equal(kernel.rank, 4);
    assert_memory_equal(kernel.shape, ((size_t[]){6, 8, 1, 1}), 4 * sizeof(size_t));
    assert_int_equal(matrix.rank, 2);
    assert_memory_equal(matrix.shape, ((size_t[]){6, 8}), 2 * sizeof(size_t));
    for (size_t i = 0; i <= 4; i++)
        assert_int_equal(layout_of_activation(image, i, 5).rank, 4);
    for (size_t i = 0; i <= 4; i++)
        assert_int_equal(layout_of_activation(vector, i, 5).rank, 2);
    cnn_network_free(image);
    cnn_network_free(vector);
}

/* The file is read back as the same network. */
static void files_of_one_place(void **state) {
    static const char *const TEXTS[] = {IMAGE, VECTOR};
    for (size_t i = 0; i < 2; i++) {
        uint8_t pixels[8] = {9, 80, 160, 240, 3, 60, 120, 200};
        float p[3], q[3];
        cnn_model *model = model_of(TEXTS[i], NULL);
        const char *path = fixture_path(*state, "model");
        assert_true(cnn_model_save(model, path, NULL));
        cnn_model *same = cnn_model_load(path, NULL, NULL);
        assert_non_null(same);
        assert_true(cnn_model_predict(model, pixels, 1, p, NULL));
        assert_true(cnn_model_predict(same, pixels, 1, q, NULL));
        assert_memory_equal(p, q, sizeof p);
        cnn_model_free(model);
        cnn_model_free(same);
    }
}

static void gradients(void **state) {
    static const char *const TEXTS[] = {
        IMAGE, "input 1x1x3\nconv2d 4 3x3 pad 2\nrelu\nmaxpool2d 2\nflatten\ndense 3\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        double worst = NAN;
        cnn_network *network = network_of(TEXTS[i]);
        assert_true(cnn_gradcheck(network, NULL, NULL, NULL, &worst, NULL));
        assert_true(worst <= CNN_GRADCHECK_LIMIT);
        cnn_network_free(network);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken),
        cmocka_unit_test(refused),
        cmocka_unit_test(as_a_dense_layer),
        cmocka_unit_test(shapes_in_files),
        cmocka_unit_test_setup_teardown(files_of_one_place, fixture_create, fixture_remove),
        cmocka_unit_test(gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
