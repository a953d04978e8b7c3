/* cnn_model_sum(): the terms of any number add up to it, bit for bit, on every back end. */
#define _POSIX_C_SOURCE 200809L
#include "books.h"
#include "explained_model.h"
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On every back end that runs here; base rounds as its table says. */
static size_t explain_on_all(const cnn_network *network, size_t images, size_t step) {
    cnn_backend backend;
    size_t explained = 0;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        if (backend.runs) {
            cnn_model *model = passed_model(network, backend.name, images);
            explained += explain_numbers(model, step);
            cnn_model_free(model);
        }
    return explained;
}

static size_t share(void) {
    const char *expected = getenv("CNN_TEST_SHARE");
    return expected ? (size_t)atoi(expected) : 1;
}

static void every_number_of_lab(void **state) {
    (void)state;
    cnn_network *network = network_in_file("networks/lab.net");
    assert_non_null(network);
    const size_t one = explain_on_all(network, 1, share());
    print_message("lab.net: %zu numbers\n", one);
    /* A batch with several images per shard: only part of each tensor, since its sums are long. */
    explain_on_all(network, 33, 97 * share());
    cnn_network_free(network);
}

static void every_number_of_the_odd_network(void **state) {
    static const size_t batches[] = {1, 3, 33};
    (void)state;
    cnn_network *network = odd_network();
    for (size_t i = 0; i < COUNT(batches); i++)
        print_message("odd network, %zu images: %zu numbers\n", batches[i],
                      explain_on_all(network, batches[i], share()));
    cnn_network_free(network);
}

/* 10^5 random numbers over all back ends. */
static void a_sample_of_scratch(void **state) {
    cnn_backend backend;
    (void)state;
    cnn_network *network = network_in_file("networks/scratch.net");
    assert_non_null(network);
    size_t explained = 0, runs = 0;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++)
        runs += backend.runs;
    explained = explain_on_all(network, 4, 1 + 8 * runs * share());
    print_message("scratch.net: %zu numbers\n", explained);
    assert_true(explained * share() >= 100000);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_lab),
        cmocka_unit_test(every_number_of_the_odd_network),
        cmocka_unit_test(a_sample_of_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
