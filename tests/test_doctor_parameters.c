/* The doctor with a layer whose parameters are not only weights and biases: it gives them back as
 * they were, takes them from a trained model, and sees where one of them is no number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "network.h"
#include "sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 8 };

static buffer_shape units(const layer *layer) {
    return (buffer_shape){1, {layer->shape.y.c}};
}

/* A dense layer that also keeps a parameter and state, which nothing computes with; decay moves the
 * parameter. Their arguments are those that a dense layer leaves alone. */
static layer_kind made_up(void) {
    layer_kind kind = *layer_kind_of("dense", 5);
    kind.buffers[2] = (buffer){.name = "scale",
                               .symbol = "ds",
                               .initial = INITIAL_ONE,
                               .shape = units,
                               .argument = offsetof(op_args, indices),
                               .gradient = offsetof(op_args, dz)};
    kind.buffers[3] = (buffer){.name = "seen",
                               .role = BUFFER_STATE,
                               .shape = units,
                               .argument = offsetof(op_args, indices)};
    return kind;
}

static layer_kind kind;

static cnn_network *network_new(void) {
    cnn_network *network = cnn_network_create(8, 8, 1, NULL);
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(network_add(network, &kind, &(layer_options){.outputs = UNITS}, NULL));
    assert_true(cnn_network_relu(network, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 4}, NULL));
    return network;
}

static cnn_model *trained_new(const cnn_network *network) {
    cnn_model *trained = cnn_model_create(network, NULL, NULL);
    assert_non_null(trained);
    for (size_t i = 0; i < UNITS; i++) {
        sample_set(trained, "fc1.scale", i, 3 + (float)i);
        sample_set(trained, "fc1.seen", i, 30 + (float)i);
    }
    return trained;
}

static cnn_doctor *doctor_new(const cnn_network *network, const cnn_model *trained,
                              const cnn_dataset *images) {
    cnn_doctor_options options = CNN_DOCTOR_OPTIONS_DEFAULT;
    options.model.batch_size = 16;
    options.model.threads = 1;
    options.optimizer.lr = 0.01;
    options.optimizer.weight_decay = 0.1;
    cnn_doctor *doctor = cnn_doctor_create(network, trained, images, &options, NULL);
    assert_non_null(doctor);
    return doctor;
}

static void assert_same_block(const cnn_model *a, const cnn_model *b) {
    size_t count, other;
    const float *one = cnn_model_parameters(a, &count), *two = cnn_model_parameters(b, &other);
    assert_int_equal(count, other);
    assert_memory_equal(one, two, count * sizeof *one);
}

static void all_are_taken_and_given_back(void **state) {
    cnn_network *network = network_new();
    cnn_dataset *images = sample_dataset(200, 1);
    cnn_model *trained = trained_new(network);
    (void)state;
    cnn_doctor *doctor = doctor_new(network, trained, images);
    assert_same_block(cnn_doctor_model(doctor), trained);
    assert_true(cnn_doctor_examine(doctor, NULL));
    assert_same_block(cnn_doctor_model(doctor), trained);
    cnn_doctor_free(doctor);
    cnn_model_free(trained);
    cnn_dataset_free(images);
    cnn_network_free(network);
}

static cnn_finding finding_of(const cnn_doctor *doctor, cnn_check check) {
    cnn_finding finding;
    for (size_t i = 0; cnn_doctor_finding_at(doctor, i, &finding); i++)
        if (finding.check == check)
            return finding;
    fail_msg("no finding of check %d", check);
    return finding;
}

static void one_that_is_no_number(void **state) {
    static const char *const NAMES[] = {"fc1.scale", "fc1.seen"};
    cnn_network *network = network_new();
    cnn_dataset *images = sample_dataset(200, 1);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cnn_model *trained = trained_new(network);
        sample_set(trained, NAMES[i], 5, NAN);
        cnn_doctor *doctor = doctor_new(network, trained, images);
        assert_true(cnn_doctor_examine(doctor, NULL));
        const cnn_finding finding = finding_of(doctor, CNN_CHECK_FINITE);
        assert_int_equal(finding.verdict, CNN_VERDICT_FAIL);
        assert_string_equal(finding.text,
                            "the parameters of fc1 are infinite or not a number in step 1");
        cnn_doctor_free(doctor);
        cnn_model_free(trained);
    }
    cnn_dataset_free(images);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_taken_and_given_back),
        cmocka_unit_test(one_that_is_no_number),
    };
    kind = made_up();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
