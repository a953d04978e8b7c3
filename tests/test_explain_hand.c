/* cnn_model_sum(): terms worked out by hand, what is refused, and that the pages, functions and
 * formulas it names are in the book. */
#define _POSIX_C_SOURCE 200809L
#include "books.h"
#include "explained.h"
#include "explained_model.h"
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 64 };
static cnn_term terms[CAPACITY];

static cnn_sum sum_at(const cnn_model *model, const char *name, size_t index) {
    cnn_sum sum;
    cnn_error error;
    if (!cnn_model_sum(model, name, index, &sum, terms, CAPACITY, &error))
        fail_msg("%s", error.message);
    return sum;
}

/* y[1,0] = -1 + 3 pads and 7 0.5: -1 + 4 (-2) [r 0, s 1] + 7 0.5 [r 1, s 1] = -5.5, for which
 * the gate is closed. y[1,1] = -1 + 0 1 + 6 (-2) + 8 3 + 9 0.5 = 15.5: the maximum. */
static void by_hand(void **state) {
    (void)state;
    cnn_model *model = small_model();
    cnn_sum sum = sum_at(model, "conv1", 2);
    assert_true(sum.value == -5.5 && sum.start_value == -1 && !strcmp(sum.start, "conv1.bias"));
    assert_int_equal(sum.count, 4);
    assert_int_equal(sum.left_out, 2);
    assert_int_equal(terms[0].note, CNN_TERM_PADDING);
    assert_int_equal(terms[1].note, CNN_TERM_COUNTS);
    assert_true(terms[1].x == 4 && terms[1].y == -2 && terms[1].sum == -9 && terms[1].a == 3);
    assert_int_equal(terms[3].a, 6);
    assert_int_equal(terms[3].b, 3);
    sum = sum_at(model, "conv1", 3);
    assert_true(sum.value == 15.5 && sum.zeros == 1 && terms[0].note == CNN_TERM_ZERO);
    sum = sum_at(model, "relu1", 2);
    assert_true(sum.value == 0 && terms[0].note == CNN_TERM_CLOSED && terms[0].x == -5.5);
    sum = sum_at(model, "pool1", 0);
    assert_true(sum.value == 15.5 && sum.chosen == 3 && terms[3].note == CNN_TERM_CHOSEN);
    sum = sum_at(model, "pool1.indices", 0);
    assert_true(sum.value == 3 && sum.kind == CNN_SUM_POSITION);
    sum = sum_at(model, "relu1.grad", 3);
    assert_true(sum.count == 1 && sum.left_out == 0 && !strcmp(sum.a, "pool1.grad"));
    sum = sum_at(model, "relu1.grad", 2);
    assert_true(sum.value == 0 && terms[0].note == CNN_TERM_PASSED_OVER);
    sum = sum_at(model, "input.grad", 0);
    assert_true(sum.count == 4 && sum.left_out == 3 && terms[0].note == CNN_TERM_NO_OUTPUT);
    cnn_model_free(model);
}

/* 1e-30 times a gradient of about -1e-20, added to 0 and rounded once, is -0 in a float: the sum of
 * a shard keeps the sign. Rounded twice it is 0 + -0, which is 0. */
static void a_zero_keeps_its_sign(void **state) {
    static const char text[] = "input 1x1\nconv2d 1 1x1\nflatten\ndense 2\n";
    static const float x = 1e-30f;
    static const uint32_t label = 0;
    (void)state;
    const cnn_model_options options = {
        .batch_size = 1, .threads = 1, .every_layer = true, .normalization = {0, 1}};
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    assert_true(
        cnn_model_set_tensor(model, "fc1.weight", (const float[]){1e-20f, -1e-20f}, 2, NULL));
    assert_true(cnn_model_set_input(model, &x, &label, 1, NULL));
    cnn_model_forward(model);
    cnn_model_backward(model);
    const cnn_sum sum = sum_at(model, "conv1.weight.grad", 0);
    const bool once = model->ops->roundings == 1;
    assert_true(sum.stored == 0 && !signbit(sum.stored) == !once);
    assert_true(sum.value == 0 && !signbit(sum.value) == !once);
    cnn_model_free(model);
    cnn_network_free(network);
}

/* Logits 3.875 and -3.875: the loss is log(1 + e^7.75), to the last digits of a float. */
static void loss_by_hand(void **state) {
    (void)state;
    cnn_model *model = small_model();
    cnn_sum sum = sum_at(model, "losses", 0);
    assert_true(sum.max == 3.875 && sum.chosen == 1 && fabs(sum.total - 1 - exp(-7.75)) < 1e-15);
    assert_true(fabs(sum.value - log(1 + exp(7.75))) < 1e-6);
    sum = sum_at(model, "probabilities", 1);
    assert_true(fabs(sum.value - 1 / (1 + exp(7.75))) < 1e-9);
    sum = sum_at(model, "fc1.grad", 1);
    assert_true(sum.divisor == 1 && terms[0].y == 1);
    assert_true(sum.value == (double)((float)terms[0].x - 1));
    sum = sum_at(model, "fc1.bias.grad", 1);
    assert_true(sum.kind == CNN_SUM_ADDED && sum.count == 1);
    sum = sum_at(model, "conv1.weight", 1);
    assert_true(sum.kind == CNN_SUM_GIVEN && sum.value == -2 && sum.count == 0);
    cnn_model_free(model);
}

/* ------------------------------------------------------------------------------------- refusals */

static void refused(const cnn_model *model, const char *name, size_t index, const char *reason) {
    cnn_sum sum;
    cnn_error error;
    assert_false(cnn_model_sum(model, name, index, &sum, terms, CAPACITY, &error));
    assert_string_equal(error.message, reason);
}

static void what_is_not_there_is_refused(void **state) {
    (void)state;
    cnn_model *model = small_model();
    cnn_sum sum;
    refused(model, "conv9", 0, "no tensor named \"conv9\"");
    refused(model, "conv1", 4, "conv1 has 4 numbers: there is no 4");
    refused(NULL, "conv1", 0, "model is NULL");
    refused(model, NULL, 0, "tensor is NULL");
    assert_false(cnn_model_sum(model, "conv1", 0, NULL, terms, CAPACITY, NULL));
    assert_false(cnn_model_sum(model, "conv1", 0, &sum, NULL, 1, NULL));
    const cnn_optimizer sgd = {.kind = CNN_OPTIMIZER_SGD, .lr = 0.1};
    cnn_trainer *trainer = cnn_trainer_create(model, &sgd, NULL, NULL);
    assert_non_null(trainer);
    cnn_trainer_update(trainer);
    refused(model, "conv1", 0, "conv1: no batch has passed forward since the parameters moved");
    cnn_trainer_free(trainer);
    const float x[9] = {0};
    assert_true(cnn_model_set_input(model, x, NULL, 1, NULL));
    refused(model, "conv1", 0, "conv1: no batch has passed forward");
    cnn_model_forward(model);
    refused(model, "conv1.grad", 0, "conv1.grad: the batch has no labels");
    assert_true(cnn_model_sum(model, "conv1", 0, &sum, NULL, 0, NULL));
    cnn_model_free(model);
}

/* A gradient of an earlier batch differs from the sum. */
static void old_gradients_differ(void **state) {
    static const float x[9] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    static const uint32_t label = 0;
    (void)state;
    cnn_model *model = small_model();
    assert_true(cnn_model_set_input(model, x, &label, 1, NULL));
    cnn_model_forward(model);
    cnn_sum sum = sum_at(model, "fc1.grad", 0);
    assert_true(sum.value != sum.stored);
    cnn_model_backward(model);
    sum = sum_at(model, "fc1.grad", 0);
    assert_true(sum.value == sum.stored);
    cnn_model_free(model);
}

static void fused_layers_are_refused(void **state) {
    (void)state;
    cnn_network *network = odd_network();
    cnn_model *model = cnn_model_create(network, NULL, NULL);
    assert_non_null(model);
    refused(model, "fc2", 0, "fc2 has 0 numbers: there is no 0");
    refused(model, "conv1.weight.grad", 0,
            "conv1.weight.grad is explained in a model with the option every_layer");
    cnn_model_free(model);
    cnn_network_free(network);
}

/* A kind of layer without an explanation is refused by its word. */
static void a_new_kind_is_not_explained_yet(void **state) {
    (void)state;
    assert_null(explanation_of("unheard"));
    cnn_network *network = odd_network();
    cnn_model *model = passed_model(network, NULL, 1);
    layer_kind unheard = *model->network->layers[1].kind;
    const layer_kind *kept = model->network->layers[1].kind;
    unheard.word = "unheard";
    model->network->layers[1].kind = &unheard;
    refused(model, "conv1", 0,
            "conv1: how unheard makes it is not explained yet (src/explain/explain_unheard.c)");
    cnn_sum sum;
    assert_true(cnn_model_sum(model, "conv1.weight", 0, &sum, NULL, 0, NULL));
    assert_true(cnn_model_sum(model, "leaky1", 0, &sum, NULL, 0, NULL));
    model->network->layers[1].kind = kept;
    cnn_model_free(model);
    cnn_network_free(network);
}

static void names_of_kinds_and_notes(void **state) {
    (void)state;
    assert_string_equal(cnn_sum_kind_name(CNN_SUM_LOGITS_GRADIENT), "logits gradient");
    assert_string_equal(cnn_term_note_name(CNN_TERM_CLOSED), "closed");
    assert_null(cnn_sum_kind_name((cnn_sum_kind)(CNN_SUM_LOGITS_GRADIENT + 1)));
    assert_null(cnn_term_note_name((cnn_term_note)-1));
}

/* ------------------------------------------------------------------------------------- the book */

/* Makes blanks one, and drops leading ones. */
static void squeeze(const char *from, char *to, size_t size) {
    size_t used = 0;
    for (; *from && used + 1 < size; from++)
        if (*from != ' ' || (used && to[used - 1] != ' '))
            to[used++] = *from == '\n' ? ' ' : *from;
    to[used] = '\0';
}

static void look_up(const char *page, unsigned line, const char *formula, const char *function) {
    char text[512], squeezed[512], call[64];
    bool written = false, there = false;
    FILE *file = fopen(page, "r");
    if (!file)
        fail_msg("there is no %s", page);
    snprintf(call, sizeof call, " %s(", function);
    for (unsigned n = 1; fgets(text, sizeof text, file); n++) {
        squeeze(text, squeezed, sizeof squeezed);
        written |= n == line && strstr(squeezed, formula);
        there |= strstr(text, call) && strncmp(text, "static ", 7) == 0;
    }
    fclose(file);
    if (!written)
        fail_msg("%s:%u is not: %s", page, line, formula);
    if (!there)
        fail_msg("%s has no function %s()", page, function);
}

static void explainer_is_in_the_book(const char *word, const explainer *by, const char *what) {
    char page[64];
    snprintf(page, sizeof page, "src/ops/%s.c", word);
    if (!by->terms)
        fail_msg("%s: %s is not explained", word, what);
    look_up(page, formula_line(word, by->formula), by->formula, by->function);
}

/* Each kind that has an explanation has all of it. */
static void the_book_has_what_is_named(void **state) {
    size_t explained = 0;
    (void)state;
    for (size_t i = 0; i < layer_kind_count; i++) {
        const layer_kind *kind = &layer_kinds[i];
        const explanation *by = explanation_of(kind->word);
        if (!by)
            continue;
        explained++;
        explainer_is_in_the_book(kind->word, &by->output, "y");
        explainer_is_in_the_book(kind->word, &by->input_gradient, "dx");
        for (size_t b = 0; b < BUFFERS_MAX && kind->buffers[b].name; b++)
            if (kind->buffers[b].role != BUFFER_STATE)
                explainer_is_in_the_book(kind->word, &by->buffers[b], kind->buffers[b].name);
    }
    assert_in_range(explained, 6, layer_kind_count);
}

static void the_page_of_the_loss_too(void **state) {
    static const char *const names[] = {"probabilities", "losses", "fc2.grad"};
    (void)state;
    cnn_network *network = odd_network();
    cnn_model *model = passed_model(network, NULL, 3);
    for (size_t i = 0; i < COUNT(names); i++) {
        cnn_sum sum;
        assert_true(cnn_model_sum(model, names[i], 1, &sum, NULL, 0, NULL));
        look_up(sum.page, sum.line, sum.formula, sum.function);
    }
    cnn_model_free(model);
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(a_zero_keeps_its_sign),
        cmocka_unit_test(loss_by_hand),
        cmocka_unit_test(the_book_has_what_is_named),
        cmocka_unit_test(the_page_of_the_loss_too),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(old_gradients_differ),
        cmocka_unit_test(fused_layers_are_refused),
        cmocka_unit_test(a_new_kind_is_not_explained_yet),
        cmocka_unit_test(names_of_kinds_and_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
