/* Signum against a version of its own in double. */
#include "books.h"
#include "cnn.h"

#include <math.h>

enum { STEPS = 12 };

/* From w = 1, by gradients whose sign changes on the way. */
static void against_double(void **state) {
    (void)state;
    cnn_network *network = cnn_network_create(1, 1, 1, NULL);
    assert_true(
        cnn_network_dense(network, &(cnn_dense_options){.outputs = 1, .no_bias = true}, NULL));
    cnn_model *model = cnn_model_create(network, NULL, NULL);
    const cnn_optimizer signum = {
        .kind = CNN_OPTIMIZER_SIGNUM, .lr = 0.125, .beta1 = 0.9, .weight_decay = 0.1};
    cnn_trainer *trainer = cnn_trainer_create(model, &signum, NULL, NULL);
    cnn_tensor w;
    assert_true(trainer && cnn_model_tensor(model, "fc1.weight", &w, NULL) &&
                cnn_model_set_tensor(model, "fc1.weight", &(float){1}, 1, NULL));
    double expected = 1, m = 0;
    for (int step = 0; step < STEPS; step++) {
        const double gradient = (7 * step % 5 - 2) / 4.0;
        assert_true(
            cnn_model_set_tensor(model, "fc1.weight.grad", &(float){(float)gradient}, 1, NULL));
        m = 0.9 * m + (1 - 0.9) * (gradient + 0.1 * expected);
        expected -= m > 0 ? 0.125 : -0.125;
        cnn_trainer_update(trainer);
        assert_true(fabs(*(const float *)w.data - expected) < 1e-6);
    }
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_network_free(network);
}

static void refusals(void **state) {
    (void)state;
    cnn_network *network = cnn_network_create(1, 1, 1, NULL);
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 1}, NULL));
    cnn_model *model = cnn_model_create(network, NULL, NULL);
    const cnn_optimizer beyond = {.kind = CNN_OPTIMIZER_SIGNUM, .lr = 0.1, .beta1 = 2};
    assert_null(cnn_trainer_create(model, &beyond, NULL, NULL));
    cnn_model_free(model);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_double),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
