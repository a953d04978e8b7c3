/* A model from the outside: its tensors by name, its passes, and settings that may not change a
 * result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "sample.h"

static cnn_tensor tensor(cnn_model *model, const char *name) {
    cnn_tensor found;
    cnn_error error;
    if (!cnn_model_tensor(model, name, &found, &error))
        fail_msg("%s", error.message);
    return found;
}

static void assert_shape(cnn_model *model, const char *name, size_t rank, const size_t *shape) {
    const cnn_tensor found = tensor(model, name);
    assert_string_equal(found.name, name);
    assert_int_equal(found.rank, rank);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(found.shape[i], shape[i]);
}

static void set_batch(cnn_model *model, size_t first, size_t count) {
    cnn_dataset *data = sample_dataset(64, 7);
    uint32_t indices[64];
    for (size_t i = 0; i < count; i++)
        indices[i] = (uint32_t)(first + i);
    assert_true(cnn_model_set_batch(model, data, indices, count, NULL));
    cnn_dataset_free(data);
}

static void test_everything_has_a_name(void **state) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.every_layer = true;
    cnn_network *network = sample_network();
    cnn_model *model = cnn_model_create(network, &options, NULL);
    cnn_network_free(network);
    (void)state;
    set_batch(model, 0, 5);
    assert_shape(model, "input", 4, (size_t[]){5, 8, 8, 1});
    assert_shape(model, "conv1", 4, (size_t[]){5, 8, 8, 4});
    assert_shape(model, "conv1.grad", 4, (size_t[]){5, 8, 8, 4});
    assert_shape(model, "conv1.weight", 4, (size_t[]){3, 3, 1, 4});
    assert_shape(model, "conv1.weight.grad", 4, (size_t[]){3, 3, 1, 4});
    assert_shape(model, "conv1.bias", 1, (size_t[]){4});
    assert_shape(model, "pool1.indices", 4, (size_t[]){5, 4, 4, 4});
    assert_shape(model, "flatten1", 2, (size_t[]){5, 64});
    assert_shape(model, "fc1.weight", 2, (size_t[]){64, 8});
    assert_shape(model, "fc2.bias.grad", 1, (size_t[]){4});
    assert_shape(model, "labels", 1, (size_t[]){5});
    assert_shape(model, "losses", 1, (size_t[]){5});
    assert_shape(model, "probabilities", 2, (size_t[]){5, 4});
    assert_int_equal(tensor(model, "pool1.indices").type, CNN_TYPE_INT32);
    cnn_model_free(model);
}

static void test_tensors_by_number(void **state) {
    cnn_model *model = sample_model(4, 1);
    cnn_tensor by_number;
    cnn_error error;
    (void)state;
    const size_t count = cnn_model_tensor_count(model);
    for (size_t i = 0; i < count; i++) {
        assert_true(cnn_model_tensor_at(model, i, &by_number));
        assert_ptr_equal(tensor(model, by_number.name).data, by_number.data);
    }
    assert_false(cnn_model_tensor_at(model, count, &by_number));
    assert_false(cnn_model_tensor(model, "input.grad", &by_number, &error));
    assert_string_equal(error.message, "no tensor named \"input.grad\"");
    if (!cnn_model_tensor(model, "conv1", &by_number, &error))
        assert_string_equal(error.message,
                            "no tensor named \"conv1\" without the option every_layer");
    cnn_model_free(model);
}

/* The complete backward pass: moving all parameters against the gradient by h changes the loss by h
 * |gradient|, to first order. Float carries about four digits of that. */
static void test_gradient_of_the_whole(void **state) {
    cnn_model *model = sample_model(16, 2);
    const double h = 1e-3;
    double square = 0, loss[2];
    (void)state;
    set_batch(model, 0, 16);
    cnn_model_forward(model);
    cnn_model_backward(model);
    for (size_t i = 0; i < model->parameters_size; i++)
        square += (double)model->gradients[i] * model->gradients[i];
    for (int side = 0; side < 2; side++) {
        const double step = (side ? h : -h) / sqrt(square);
        for (size_t i = 0; i < model->parameters_size; i++)
            model->parameters[i] += (float)(step * model->gradients[i]);
        cnn_model_forward(model);
        loss[side] = cnn_model_loss(model);
        for (size_t i = 0; i < model->parameters_size; i++)
            model->parameters[i] -= (float)(step * model->gradients[i]);
    }
    const double slope = (loss[1] - loss[0]) / (2 * h);
    assert_true(fabs(slope / sqrt(square) - 1) < 0.01);
    cnn_model_free(model);
}

/* The first loss of a fresh network is near the logarithm of the number of classes. */
static void test_first_loss(void **state) {
    cnn_model *model = sample_model(32, 1);
    (void)state;
    set_batch(model, 0, 32);
    cnn_model_forward(model);
    assert_true(fabs(cnn_model_loss(model) - log(4)) < 0.3);
    cnn_model_free(model);
}

/* Images do not affect each other: alone or among others, an image gets the same bits. */
static void test_batch_of_any_size(void **state) {
    cnn_model *model = sample_model(64, 2);
    float together[64 * 4];
    (void)state;
    set_batch(model, 0, 64);
    cnn_model_forward(model);
    memcpy(together, model->probabilities, sizeof together);
    for (size_t size = 1; size <= 17; size += 4)
        for (size_t first = 0; first + size <= 64; first += 13) {
            set_batch(model, first, size);
            cnn_model_forward(model);
            assert_memory_equal(model->probabilities, together + first * 4,
                                size * 4 * sizeof(float));
        }
    cnn_model_free(model);
}

static void test_predict_in_parts(void **state) {
    cnn_model *large = sample_model(64, 1), *small = sample_model(7, 1);
    cnn_dataset *data = sample_dataset(50, 3);
    float a[50 * 4], b[50 * 4];
    (void)state;
    assert_true(cnn_model_predict(large, cnn_dataset_image_at(data, 0), 50, a, NULL));
    assert_true(cnn_model_predict(small, cnn_dataset_image_at(data, 0), 50, b, NULL));
    assert_memory_equal(a, b, sizeof a);
    assert_false(cnn_model_predict(small, cnn_dataset_image_at(data, 0), 0, b, NULL));
    cnn_dataset_free(data);
    cnn_model_free(large);
    cnn_model_free(small);
}

/* However images are divided among threads and batches, each gets the bits that it gets alone. */
static void test_predict_shared_out(void **state) {
    static const size_t counts[] = {1, 2, 3, 9, 31, 33, 64, 65, 97, 300};
    static const size_t threads[] = {1, 2, 3, 8, 11}, batches[] = {1, 2, 5, 64, 300};
    cnn_dataset *data = sample_dataset(300, 3);
    const uint8_t *images = cnn_dataset_image_at(data, 0);
    cnn_model *alone = sample_model(1, 1);
    float each[300 * 4], p[300 * 4 + 1];
    (void)state;
    for (size_t i = 0; i < 300; i++)
        assert_true(cnn_model_predict(alone, images + 64 * i, 1, each + 4 * i, NULL));
    for (size_t i = 0; i < 25; i++) {
        cnn_model *model = sample_model(batches[i % 5], threads[i / 5]);
        for (size_t c = 0; c < 10; c++) {
            memset(p, 0xff, sizeof p);
            assert_true(cnn_model_predict(model, images, counts[c], p, NULL));
            assert_memory_equal(p, each, counts[c] * 4 * sizeof *p);
            assert_true(isnan(p[counts[c] * 4]));
        }
        cnn_model_free(model);
    }
    cnn_model_free(alone);
    cnn_dataset_free(data);
}

static void test_bytes_and_floats_agree(void **state) {
    cnn_model *model = sample_model(4, 1);
    cnn_dataset *data = sample_dataset(4, 3);
    float x[4 * 64], p[4 * 4];
    (void)state;
    for (size_t i = 0; i < 4 * 64; i++)
        x[i] = ((float)cnn_dataset_image_at(data, 0)[i] / 255.0f - 0.1307f) / 0.3081f;
    assert_true(cnn_model_predict(model, cnn_dataset_image_at(data, 0), 4, p, NULL));
    assert_true(cnn_model_set_input(model, x, NULL, 4, NULL));
    cnn_model_forward(model);
    assert_memory_equal(model->probabilities, p, sizeof p);
    cnn_dataset_free(data);
    cnn_model_free(model);
}

static void test_input_gradient_on_request(void **state) {
    cnn_network *network = sample_network();
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    (void)state;
    options.input_gradient = true;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    set_batch(model, 0, 3);
    cnn_model_forward(model);
    cnn_model_backward(model);
    const float *dx = tensor(model, "input.grad").data;
    double sum = 0;
    for (size_t i = 0; i < 3 * 64; i++)
        sum += fabs(dx[i]);
    assert_true(sum > 0);
    cnn_network_free(network);
    cnn_model_free(model);
}

static void assert_refused(cnn_model_options options, const char *reason) {
    cnn_network *network = sample_network();
    cnn_error error;
    assert_null(cnn_model_create(network, &options, &error));
    assert_string_equal(error.message, reason);
    cnn_network_free(network);
}

static void test_refusals(void **state) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    (void)state;
    options.batch_size = 0;
    assert_refused(options, "batch size 0: must be 1 to 4294967295");
    options.batch_size = 1;
    options.threads = 5000;
    assert_refused(options, "5000 threads: at most 1024");
    options.threads = 1;
    options.normalization.std = 0;
    assert_refused(options, "normalization: mean 0, deviation 0");
}

static void test_networks_that_make_no_model(void **state) {
    cnn_network *network = cnn_network_create(2, 2, 1, NULL);
    const cnn_conv2d_options half = {.channels = 1, .kernel = {1, 1}, .stride = {2, 0}};
    cnn_error error;
    (void)state;
    assert_null(cnn_model_create(network, NULL, &error));
    assert_string_equal(error.message, "no layers after the input");
    assert_false(cnn_network_conv2d(network, &half, &error));
    assert_string_equal(error.message,
                        "conv2d 1 1x1 stride 2x0: input is 2x2, a side of the stride is 0");
    assert_true(cnn_network_flatten(network, NULL));
    assert_null(cnn_model_create(network, NULL, &error));
    assert_string_equal(error.message, "no layer has weights: nothing can be learned");
    cnn_network_free(network);
}

/* Files order places differently from memory; no class may depend on that. */
static void test_classes_that_are_places(void **state) {
    cnn_network *network = cnn_network_create(2, 2, 1, NULL);
    const cnn_conv2d_options pair = {.channels = 2, .kernel = {1, 1}};
    cnn_error error;
    (void)state;
    assert_true(cnn_network_conv2d(network, &pair, NULL));
    assert_true(cnn_network_flatten(network, NULL));
    assert_null(cnn_model_create(network, NULL, &error));
    assert_string_equal(error.message,
                        "flatten of more than one place gives classes no order: end with dense");
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 3}, NULL));
    cnn_model *model = cnn_model_create(network, NULL, &error);
    assert_non_null(model);
    cnn_model_free(model);
    cnn_network_free(network);
}

static void test_class_names(void **state) {
    cnn_model *model = sample_model(1, 1);
    cnn_error error;
    (void)state;
    assert_true(cnn_model_set_class(model, 3, "Ankle boot", &error));
    assert_string_equal(cnn_model_class_at(model, 3), "Ankle boot");
    assert_false(cnn_model_set_class(model, 4, "x", &error));
    assert_string_equal(error.message, "class 4: no such class");
    assert_false(cnn_model_set_class(model, 0, "", &error));
    assert_string_equal(error.message, "class 0: the name is no text");
    assert_false(cnn_model_set_class(model, 0, "a\nb", &error));
    assert_string_equal(cnn_model_class_at(model, 0), "0");
    cnn_model_free(model);
}

static void test_wrong_batches(void **state) {
    cnn_model *model = sample_model(4, 1);
    cnn_dataset *data = sample_dataset(8, 1);
    const uint32_t beyond = 8, label = 4;
    const float x[64] = {0};
    cnn_error error;
    (void)state;
    assert_false(cnn_model_set_batch(model, data, &beyond, 1, &error));
    assert_string_equal(error.message, "image 8 of 8");
    assert_false(cnn_model_set_batch(model, data, &beyond, 5, &error));
    assert_string_equal(error.message, "5 images in a batch: must be 1 to 4");
    assert_false(cnn_model_set_input(model, x, &label, 1, &error));
    assert_string_equal(error.message, "label 4 of image 0 is not below 4");
    const cnn_dataset_info other = {1, 4, 16, 1, 4};
    cnn_dataset *wide = cnn_dataset_create(&other, (uint8_t[64]){0}, (uint32_t[1]){0}, NULL);
    assert_false(cnn_model_evaluate(model, wide, &(cnn_score){0}, NULL, &error));
    assert_string_equal(error.message, "the images are 4x16x1, the network needs 8x8x1");
    cnn_dataset_free(wide);
    cnn_dataset_free(data);
    cnn_model_free(model);
}

static void *train_one(void *context) {
    cnn_model *model = context;
    cnn_dataset *data = sample_dataset(96, 5);
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = 3;
    cnn_train(model, data, NULL, &options, NULL, NULL);
    cnn_dataset_free(data);
    return NULL;
}

/* Models share nothing: four trained at once in four threads end as one trained alone. */
static void test_models_side_by_side(void **state) {
    cnn_model *models[5];
    pthread_t threads[4];
    (void)state;
    for (size_t i = 0; i < 5; i++)
        models[i] = sample_model(10, 1 + i % 3);
    train_one(models[4]);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, train_one, models[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(models[i]->parameters, models[4]->parameters,
                            models[4]->parameters_size * sizeof(float));
    for (size_t i = 0; i < 5; i++)
        cnn_model_free(models[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_has_a_name),
        cmocka_unit_test(test_tensors_by_number),
        cmocka_unit_test(test_gradient_of_the_whole),
        cmocka_unit_test(test_first_loss),
        cmocka_unit_test(test_batch_of_any_size),
        cmocka_unit_test(test_predict_in_parts),
        cmocka_unit_test(test_predict_shared_out),
        cmocka_unit_test(test_bytes_and_floats_agree),
        cmocka_unit_test(test_input_gradient_on_request),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_networks_that_make_no_model),
        cmocka_unit_test(test_classes_that_are_places),
        cmocka_unit_test(test_class_names),
        cmocka_unit_test(test_wrong_batches),
        cmocka_unit_test(test_models_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
