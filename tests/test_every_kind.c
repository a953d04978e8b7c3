/* Properties of every kind of layer: a new row of the table is tested here without a line of its
 * own. Back ends, fused or not, and threads give the same bits; gradients are right; texts and
 * model files come back unchanged; explanations end in the same bits. */
#define _GNU_SOURCE
#include "books.h"
#include "cnn.h"
#include "explained.h"
#include "explained_model.h"
#include "layers.h"
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Arguments for a small layer of the kind; a real one is left to the row. */
static void arguments_of(const layer_kind *kind, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "%s", kind->word);
    for (size_t i = 0; i < ARGUMENTS_MAX && kind->arguments[i].offset != ARGUMENT_END; i++)
        if (!kind->arguments[i].keyword && kind->arguments[i].type != ARGUMENT_REAL)
            used += (size_t)snprintf(text + used, size - used, "%s",
                                     kind->arguments[i].type == ARGUMENT_NUMBER ? " 5" : " 3x2");
}

/* The first of these texts that is a network with a layer of the kind in the place of %s. */
static cnn_network *in_first_frame(const char *const *frames, size_t count,
                                   const layer_kind *kind) {
    char layer[96], text[256];
    arguments_of(kind, layer, sizeof layer);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, frames[i], layer);
        cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
        if (network)
            return network;
    }
    fail_msg("no network takes %s", layer);
    return NULL;
}

/* A network with the kind: on images between two convolutions, and before the usual ends; or, if it
 * takes no images, on a vector. */
static cnn_network *network_with(const layer_kind *kind) {
    static const char *const frames[] = {
        ("input 9x8x3\nconv2d 4 2x2\n%s\nconv2d 3 2x2\nrelu\nmaxpool2d 2\nflatten\ndense 6\nrelu\n"
         "dense 4\n"),
        "input 9x8x3\nconv2d 4 2x2\nrelu\n%s\nflatten\ndense 6\nrelu\ndense 4\n",
        "input 5x4x2\nconv2d 3 2x2\nflatten\n%s\nrelu\ndense 4\n",
    };
    return in_first_frame(frames, COUNT(frames), kind);
}

/* Three steps of SGD on random numbers, the last batch a smaller one. */
enum { BATCH = 19, STEPS = 3 };

static cnn_model *trained(const cnn_network *network, const char *backend, size_t threads,
                          bool every_layer) {
    cnn_model_options options = cnn_model_options_defaults();
    options.batch_size = BATCH;
    options.backend = backend;
    options.threads = threads;
    options.every_layer = every_layer;
    options.input_gradient = true;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.05, .momentum = 0.9};
    cnn_trainer *trainer = cnn_trainer_create(model, &sgd, NULL, NULL);
    assert_non_null(trainer);
    random_state random = random_seeded(7, RANDOM_INIT);
    const size_t values = extent_size(network->layers[0].shape.y);
    float *x = malloc(BATCH * values * sizeof *x);
    uint32_t labels[BATCH];
    for (size_t step = 0; step < STEPS; step++) {
        const size_t images = step + 1 < STEPS ? BATCH : 5;
        for (size_t i = 0; i < images * values; i++)
            x[i] = (float)(2 * random_uniform(&random) - 1);
        for (size_t i = 0; i < images; i++)
            labels[i] = random_below(&random, 4);
        assert_true(cnn_model_set_input(model, x, labels, images, NULL));
        cnn_train_step(trainer);
    }
    free(x);
    cnn_trainer_free(trainer);
    return model;
}

/* Compares each tensor that both have bit by bit; at least the parameters and the ends. Where the
 * outputs of a fused pool are 0 its indices mean nothing, so they are left out. */
static void assert_same(const cnn_model *a, const cnn_model *b, const char *what) {
    cnn_tensor one, other;
    size_t compared = 0;
    for (size_t i = 0; cnn_model_tensor_at(a, i, &one); i++) {
        if (strstr(one.name, ".indices") || !cnn_model_tensor(b, one.name, &other, NULL))
            continue;
        size_t numbers = 1;
        for (size_t d = 0; d < one.rank; d++)
            numbers *= one.shape[d];
        if (memcmp(one.data, other.data, numbers * 4))
            fail_msg("%s: %s differs", what, one.name);
        compared++;
    }
    assert_true(compared >= 10);
}

static void same_bits(void **state) {
    (void)state;
    cnn_backend backend;
    for (size_t kind = 0; kind < layer_kind_count; kind++) {
        cnn_network *network = network_with(&layer_kinds[kind]);
        cnn_model *book = trained(network, "ref", 1, true);
        for (size_t i = 0; cnn_backend_at(i, &backend); i++)
            for (int variant = 0; backend.runs && backend.same_bits && variant < 8; variant++) {
                static const size_t threads[] = {1, 2, 3, 11};
                char what[160];
                snprintf(what, sizeof what, "%s, %s, %zu threads%s", layer_kinds[kind].word,
                         backend.name, threads[variant / 2], variant % 2 ? ", every layer" : "");
                cnn_model *model =
                    trained(network, backend.name, threads[variant / 2], variant % 2);
                assert_same(book, model, what);
                cnn_model_free(model);
            }
        cnn_model_free(book);
        cnn_network_free(network);
    }
}

static void right_gradients(void **state) {
    (void)state;
    for (size_t kind = 0; kind < layer_kind_count; kind++) {
        cnn_network *network = network_with(&layer_kinds[kind]);
        double worst;
        assert_true(cnn_gradcheck(network, NULL, NULL, NULL, &worst, NULL));
        if (!(worst <= CNN_GRADCHECK_LIMIT))
            fail_msg("%s: a gradient is off by %g", layer_kinds[kind].word, worst);
        /* Damage to the last layer of the kind has to be noticed. */
        const cnn_gradcheck_options broken = {.batch_size = 2,
                                              .seed = 1,
                                              .samples = 200,
                                              .debug_break_layer = layer_kinds[kind].word};
        assert_true(cnn_gradcheck(network, &broken, NULL, NULL, &worst, NULL));
        assert_true(worst > CNN_GRADCHECK_LIMIT);
        cnn_network_free(network);
    }
}

static void there_and_back(void **state) {
    (void)state;
    char path[] = "/tmp/every_kind.XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    for (size_t kind = 0; kind < layer_kind_count; kind++) {
        cnn_network *network = network_with(&layer_kinds[kind]);
        char text[512], again[512];
        assert_true(cnn_network_text(network, text, sizeof text) < sizeof text);
        cnn_model *model = trained(network, NULL, 1, false);
        assert_true(cnn_model_save(model, path, NULL));
        cnn_model *loaded = cnn_model_load(path, NULL, NULL);
        assert_non_null(loaded);
        cnn_network_text(cnn_model_network(loaded), again, sizeof again);
        assert_string_equal(text, again);
        cnn_tensor one, other;
        for (size_t l = 1; l <= network->count; l++)
            for (size_t b = 0; b < layer_buffers(&network->layers[l]); b++) {
                const layer *layer = &network->layers[l];
                const buffer *kept = &layer->kind->buffers[b];
                const size_t size = layer_buffer_size(layer, b);
                if (!size || kept->role == BUFFER_FOR_BACKWARD)
                    continue;
                char name[CNN_NAME_SIZE];
                snprintf(name, sizeof name, "%s.%s", layer->name, kept->name);
                assert_true(cnn_model_tensor(model, name, &one, NULL));
                assert_true(cnn_model_tensor(loaded, name, &other, NULL));
                assert_memory_equal(one.data, other.data, size * 4);
            }
        cnn_model_free(loaded);
        cnn_model_free(model);
        cnn_network_free(network);
    }
    unlink(path);
}

/* By the book and by the best back end. A kind without an explanation is refused by its word. */
static void explained_to_the_bit(void **state) {
    (void)state;
    for (size_t kind = 0; kind < layer_kind_count; kind++) {
        const bool there = layer_kinds[kind].view || explanation_of(layer_kinds[kind].word);
        cnn_network *network = network_with(&layer_kinds[kind]);
        for (int best = 0; there && best < 2; best++) {
            cnn_model *model = passed_model(network, best ? NULL : "ref", BATCH);
            assert_true(explain_numbers(model, 3) > 1000);
            cnn_model_free(model);
        }
        cnn_network_free(network);
    }
}

/* Two kinds with one prefix would give two layers one name. */
static void names_apart(void **state) {
    (void)state;
    assert_true(layer_kind_count <= KINDS_MAX);
    static const char *const taken[] = {"input", "softmax", "labels", "losses", "probabilities"};
    for (size_t i = 0; i < layer_kind_count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(layer_kinds[i].word, layer_kinds[j].word);
            assert_string_not_equal(layer_kinds[i].prefix, layer_kinds[j].prefix);
        }
        for (size_t j = 0; j < COUNT(taken); j++)
            assert_string_not_equal(layer_kinds[i].prefix, taken[j]);
        /* Names end in a number, and may not be read as another prefix and number. */
        assert_int_equal(strcspn(layer_kinds[i].prefix, "0123456789. "),
                         strlen(layer_kinds[i].prefix));
    }
}

/* A table takes missing operations from the book, and no operation is incomplete. */
static void every_table_is_whole(void **state) {
    (void)state;
    bool runs;
    const ops *ops;
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++)
        for (size_t kind = 0; kind < layer_kind_count; kind++) {
            const layer_kind *k = &layer_kinds[kind];
            const operation *op = ops_operation(ops, k->word);
            const operation *page = ops_operation(ops_book(), k->word);
            if (!op && !k->view)
                fail_msg("%s has no page: src/ops/%s.c is missing", k->word, k->word);
            assert_true(!op || !k->view);
            if (!op)
                continue;
            assert_true(op->forward && op->backward_input);
            assert_int_equal(!op->backward_weights, !page->backward_weights);
            assert_int_equal(op->axis, page->axis);
            assert_int_equal(!op->partial_sums, !op->forward_partial);
            assert_int_equal(!op->partial_sums, !op->forward_combine);
        }
}

static const char *same_shape(const layer_options *o, layer_shape *g, bool *flat) {
    (void)o, (void)flat;
    g->y = g->x;
    return NULL;
}

/* A row without its page makes no model, rather than one that crashes. */
static void no_model_without_a_page(void **state) {
    static const layer_kind pageless = {.word = "pageless",
                                        .prefix = "none",
                                        .arguments = {{.offset = ARGUMENT_END}},
                                        .shape = same_shape};
    cnn_error error;
    (void)state;
    cnn_network *network = cnn_network_create(2, 2, 1, NULL);
    assert_true(cnn_network_flatten(network, NULL));
    assert_true(network_add(network, &pageless, &(layer_options){0}, NULL));
    assert_true(cnn_network_dense(network, &(cnn_dense_options){.outputs = 2}, NULL));
    assert_null(cnn_model_create(network, NULL, &error));
    assert_string_equal(error.message, "none1: no back end computes pageless");
    cnn_network_free(network);
}

/* ------------------------------------------------------------------------ what a row says of it */

/* The layer directly after the input, or after a flatten if it takes no images. */
static cnn_network *layer_after_input(const layer_kind *kind) {
    static const char *const frames[] = {"input 6x6x2\n%s\nflatten\ndense 2\n",
                                         "input 6x6x2\nflatten\n%s\ndense 2\n"};
    return in_first_frame(frames, COUNT(frames), kind);
}

enum { INPUTS = 6 * 6 * 2 };

/* What the layer makes of images a, b, a + b and 0: y[4][*count]. */
static const float *outputs_of(cnn_model *model, const layer_kind *kind, const float *x,
                               size_t *count) {
    cnn_layer_info info;
    cnn_tensor y;
    for (size_t i = 1; cnn_network_layer_at(cnn_model_network(model), i, &info); i++)
        if (!strcmp(info.kind, kind->word))
            break;
    assert_true(cnn_model_set_input(model, x, NULL, 4, NULL));
    cnn_model_forward(model);
    assert_true(cnn_model_tensor(model, info.name, &y, NULL));
    *count = info.height * info.width * info.channels;
    return y.data;
}

/* f(a + b) + f(0) = f(a) + f(b). */
static bool is_linear(const float *y, size_t count) {
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, fabs((double)y[2 * count + i] + (double)y[3 * count + i] -
                                 (double)y[i] - (double)y[count + i]));
    return worst < 1e-5;
}

static bool rectifies(const float *x, const float *y, size_t count) {
    for (size_t i = 0; i < 3 * count; i++)
        if (count != INPUTS || y[i] != (x[i] > 0 ? x[i] : 0))
            return false;
    return true;
}

/* Each output of an image within its inputs, and fewer of them. */
static bool may_pool(const float *x, const float *y, size_t count) {
    for (size_t i = 0; i < 3 * count; i++) {
        const float *image = x + i / count * INPUTS;
        float least = image[0], most = image[0];
        for (size_t k = 1; k < INPUTS; k++) {
            least = fminf(least, image[k]);
            most = fmaxf(most, image[k]);
        }
        if (!(y[i] >= least && y[i] <= most))
            return false;
    }
    return count < INPUTS;
}

/* The doctor depends on these properties of a row: they must be true of the page. */
static void rows_say_what_pages_do(void **state) {
    random_state random = random_seeded(8, RANDOM_INIT);
    (void)state;
    for (size_t k = 0; k < layer_kind_count; k++) {
        const layer_kind *kind = &layer_kinds[k];
        cnn_network *network = layer_after_input(kind);
        cnn_model_options options = cnn_model_options_defaults();
        float x[4 * INPUTS] = {0};
        size_t count;
        options.batch_size = 4;
        options.every_layer = true;
        cnn_model *model = cnn_model_create(network, &options, NULL);
        for (size_t i = 0; i < 2 * INPUTS; i++)
            x[i] = (float)(2 * random_uniform(&random) - 1);
        for (size_t i = 0; i < INPUTS; i++)
            x[2 * INPUTS + i] = x[i] + x[INPUTS + i];
        const float *y = outputs_of(model, kind, x, &count);
        if (kind->linear != is_linear(y, count) || kind->rectifies != rectifies(x, y, count) ||
            (kind->pools && !may_pool(x, y, count)))
            fail_msg("the row of %s says linear %d, rectifies %d, pools %d", kind->word,
                     kind->linear, kind->rectifies, kind->pools);
        cnn_model_free(model);
        cnn_network_free(network);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_say_what_pages_do),  cmocka_unit_test(every_table_is_whole),
        cmocka_unit_test(no_model_without_a_page), cmocka_unit_test(same_bits),
        cmocka_unit_test(right_gradients),         cmocka_unit_test(there_and_back),
        cmocka_unit_test(explained_to_the_bit),    cmocka_unit_test(names_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
