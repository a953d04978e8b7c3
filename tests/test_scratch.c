/* Scratch belongs to one call at a time: an operation may leave numbers there and read them again
 * before it returns, on any number of threads, however its work is divided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "ops.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 256, LOOKS = 20 };

static atomic_size_t calls, disturbed;

/* The real operation, after one that uses its scratch slowly. */
static const operation *real_dense;
static operation slow_dense;

static void use_scratch(const op_args *t) {
    static atomic_size_t marks;
    const float mark = (float)(atomic_fetch_add(&marks, 1) % 4096);
    for (size_t i = 0; i < NUMBERS; i++)
        t->scratch[i] = mark;
    for (int look = 0; look < LOOKS; look++) {
        sched_yield();
        for (size_t i = 0; i < NUMBERS; i++)
            if (t->scratch[i] != mark) {
                atomic_fetch_add(&disturbed, 1);
                return;
            }
    }
}

static void slow_weights(const layer_shape *g, const op_args *t, range rows) {
    atomic_fetch_add(&calls, 1);
    use_scratch(t);
    real_dense->backward_weights(g, t, rows);
}

static size_t slow_scratch(const layer_shape *g) {
    const size_t own = real_dense->scratch ? real_dense->scratch(g) : 0;
    return own > NUMBERS ? own : NUMBERS;
}

const operation *__real_ops_operation(const ops *ops, const char *layers);
const operation *__wrap_ops_operation(const ops *ops, const char *layers);

const operation *__wrap_ops_operation(const ops *ops, const char *layers) {
    const operation *op = __real_ops_operation(ops, layers);
    if (strcmp(layers, "dense") || !op)
        return op;
    real_dense = op;
    slow_dense = *op;
    slow_dense.backward_weights = slow_weights;
    slow_dense.scratch = slow_scratch;
    return &slow_dense;
}

static void train(size_t threads, size_t images) {
    static const char text[] = "input 6x6\nflatten\ndense 64\ndense 4\n";
    cnn_network *network = cnn_network_parse(text, sizeof text - 1, NULL);
    cnn_model_options options = cnn_model_options_defaults();
    options.threads = threads;
    options.batch_size = images;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.01};
    cnn_trainer *trainer = cnn_trainer_create(model, &sgd, NULL, NULL);
    float *x = calloc(images * 36, sizeof *x);
    uint32_t *labels = calloc(images, sizeof *labels);
    for (size_t step = 0; step < 5; step++) {
        assert_true(cnn_model_set_input(model, x, labels, images, NULL));
        cnn_train_step(trainer);
    }
    free(labels);
    free(x);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_network_free(network);
}

static void calls_side_by_side(void **state) {
    (void)state;
    for (size_t threads = 1; threads <= 5; threads += 2) {
        train(threads, 4);
        train(threads, 128);
    }
    assert_true(calls > 100);
    assert_int_equal(disturbed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_side_by_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
