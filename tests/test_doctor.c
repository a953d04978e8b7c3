/* cnn doctor: each planted_fault of a network and its settings is planted once, and its finding
 * looked up by name. Faults of the data: test_doctor_data.c. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"
#include "command.h"
#include "doctor_result.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void healthy_is_healthy(void **state) {
    (void)state;
    static const char *const whole[] = {"classes",  "pixels",    "first-loss",
                                        "symmetry", "training",  "not-finite",
                                        "rate",     "one-batch", "labels"};
    static const char *const layers[][2] = {
        {"spread", "conv1"},      {"spread", "fc2"},     {"dead-units", "relu1"},
        {"dead-units", "relu2"},  {"gradient", "conv1"}, {"gradient", "fc2"},
        {"updates", "conv1"},     {"updates", "fc2"},    {"dying-units", "relu1"},
        {"dying-units", "relu2"},
    };
    json_t *result = doctor_examine(DOCTOR "--lr 0.01");
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        doctor_has(result, whole[i], NULL, "healthy");
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        doctor_has(result, layers[i][0], layers[i][1], "healthy");
    assert_string_equal(doctor_text(result, "verdict"), "healthy");
    assert_true(json_is_null(json_object_get(result, "cause")));
    assert_in_range(1000 * doctor_number(doctor_finding(result, "rate", NULL), "suggested"), 1,
                    100);
    json_decref(result);
}

static void zero_weights(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--lr 0.01 --init constant");
    doctor_is_cause(result, "symmetry", "conv1");
    doctor_has(result, "symmetry", "fc1", "ill");
    doctor_has(result, "dead-units", "relu1", "ill");
    doctor_has(result, "gradient", "conv1", "ill");
    doctor_has(result, "one-batch", NULL, "ill");
    doctor_has(result, "labels", NULL, "healthy");
    json_decref(result);
    /* Not dead, but equal. */
    result = doctor_examine(DOCTOR "--lr 0.01 --init constant --constant 0.01");
    doctor_is_cause(result, "symmetry", "conv1");
    doctor_has(result, "dead-units", "relu1", "healthy");
    json_decref(result);
}

static void rate_too_high(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--optimizer sgd --lr 0.1");
    doctor_has(result, "rate", NULL, "healthy");
    const json_t *rate = doctor_finding(result, "rate", NULL);
    const double suggested = doctor_number(rate, "suggested");
    /* A tenth, except for the rounding to one digit. */
    assert_true(suggested < doctor_number(rate, "fallen_at") / 6);
    json_decref(result);
    char flags[128];
    snprintf(flags, sizeof flags, DOCTOR "--optimizer sgd --lr %g", 100 * suggested);
    result = doctor_examine(flags);
    doctor_is_cause(result, "rate", NULL);
    assert_non_null(
        strstr(doctor_text(doctor_finding(result, "rate", NULL), "text"), " 100 times above"));
    assert_true(doctor_number(doctor_finding(result, "rate", NULL), "suggested") == suggested);
    doctor_has(result, "one-batch", NULL, "healthy");
    json_decref(result);
}

static void rate_too_low(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--lr 1e-6");
    doctor_is_cause(result, "rate", NULL);
    doctor_has(result, "training", NULL, "ill");
    assert_non_null(
        strstr(doctor_text(doctor_finding(result, "rate", NULL), "text"), "times below"));
    json_decref(result);
}

static void units_die_in_training(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--optimizer sgd --lr 2");
    doctor_is_cause(result, "rate", NULL);
    doctor_has(result, "dead-units", "relu2", "healthy");
    doctor_has(result, "dying-units", "relu2", "ill");
    doctor_has(result, "updates", "fc2", "ill");
    doctor_has(result, "training", NULL, "ill");
    json_decref(result);
}

static void numbers_run_away(void **state) {
    (void)state;
    json_t *result = doctor_examine("doctor @/tiny.net --data @ --optimizer sgd --lr 1e6 --json");
    doctor_is_cause(result, "rate", NULL);
    const json_t *list = json_object_get(result, "findings"), *one = NULL;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(doctor_text(json_array_get(list, i), "id"), "not-finite"))
            one = json_array_get(list, i);
    assert_string_equal(doctor_text(one, "verdict"), "ill");
    assert_non_null(strstr("conv1 relu1 pool1 fc1", doctor_text(one, "layer")));
    assert_true(doctor_text(one, "layer")[0]);
    assert_in_range(doctor_number(one, "steps"), 1, 20);
    char step[32];
    snprintf(step, sizeof step, "in step %.0f", doctor_number(one, "steps") + 1);
    assert_non_null(strstr(doctor_text(one, "text"), step));
    json_decref(result);
}

/* A model whose first layer answers below 0 to everything. */
static void save_dead_model(void) {
    char path[128];
    cnn_tensor bias;
    snprintf(path, sizeof path, "%s/wide.net", command_folder);
    cnn_network *network = cnn_network_load(path, NULL);
    cnn_model *model = cnn_model_create(network, NULL, NULL);
    assert_non_null(model);
    assert_true(cnn_model_tensor(model, "conv1.bias", &bias, NULL));
    for (size_t i = 0; i < bias.shape[0]; i++)
        sample_set(model, "conv1.bias", i, -100);
    snprintf(path, sizeof path, "%s/dead.safetensors", command_folder);
    assert_true(cnn_model_save(model, path, NULL));
    cnn_model_free(model);
    cnn_network_free(network);
}

static void dead_layer(void **state) {
    (void)state;
    save_dead_model();
    json_t *result = doctor_examine("doctor @/dead.safetensors --data @ --lr 0.01 --json");
    doctor_is_cause(result, "dead-units", "relu1");
    doctor_has(result, "gradient", "conv1", "ill");
    const json_t *one = doctor_finding(result, "dead-units", "relu1");
    assert_int_equal(doctor_number(one, "dead"), doctor_number(one, "units"));
    json_decref(result);
}

/* A trained model is not ill for having little left to learn. */
static void trained_model(void **state) {
    (void)state;
    assert_int_equal(command_run("train @/wide.net --data @ --lr 0.01 --batch-size 16 --json "
                                 "--out @/good.safetensors"),
                     0);
    json_t *result = doctor_examine("doctor @/good.safetensors --data @ --lr 0.001 --json");
    assert_string_equal(doctor_text(result, "verdict"), "healthy");
    assert_true(doctor_number(doctor_finding(result, "first-loss", NULL), "loss") < 0.2);
    assert_non_null(
        strstr(doctor_text(doctor_finding(result, "rate", NULL), "advice"), "weights are trained"));
    json_decref(result);
}

static void signal_fades(void **state) {
    (void)state;
    FILE *file = doctor_create("long.net");
    fputs("input 8x8x1\nflatten\n", file);
    for (int i = 0; i < 15; i++)
        fputs("dense 16\nrelu\n", file);
    fputs("dense 4\n", file);
    assert_int_equal(fclose(file), 0);
    json_t *result = doctor_examine("doctor @/long.net --data @ --json");
    doctor_has(result, "spread", "fc1", "healthy");
    doctor_has(result, "spread", "fc11", "suspect");
    doctor_has(result, "gradient", "fc1", "suspect");
    assert_string_not_equal(doctor_text(doctor_finding(result, "spread", "fc16"), "verdict"),
                            "healthy");
    json_decref(result);
}

/* Many layers share one line, with their number. */
static void long_networks_are_short(void **state) {
    (void)state;
    assert_int_equal(command_run("doctor @/long.net --data @"), 0);
    assert_non_null(strstr(command_out, "spread      fc1 0."));
    assert_non_null(strstr(command_out, " layers) from image"));
}

/* Lines of at most 80 columns, each beginning with a verdict or continuing one; the cause comes
 * last. */
static void text_is_for_people(void **state) {
    (void)state;
    assert_int_equal(command_run("doctor @/wide.net --data @ --lr 0.01 --init constant"), 0);
    assert_null(strchr(command_out, '\033'));
    assert_null(strchr(command_out, '\t'));
    assert_string_equal(command_err, "");
    const char *verdicts = strstr(command_out, "\n\n"), *end = strstr(command_out, "\n\nin short ");
    assert_non_null(verdicts);
    assert_non_null(end);
    assert_non_null(strstr(end, "most likely cause (symmetry): conv1: all "));
    for (const char *line = verdicts + 2, *next; line < end; line = next + 1) {
        next = strchr(line, '\n');
        assert_in_range(next - line, 1, 80);
        assert_true(!strncmp(line, "healthy  ", 9) || !strncmp(line, "suspect  ", 9) ||
                    !strncmp(line, "ill      ", 9) || strspn(line, " ") == 21);
    }
    assert_non_null(strstr(command_out, "relu1 8 of 8, relu2 32 of 32. "));
}

static void refusals(void **state) {
    (void)state;
    save_dead_model();
    command_run("doctor @/dead.safetensors --data @ --mean 0");
    command_refused(2, "--mean", "a model has its own");
    command_run("doctor @/wide.net --data @/nowhere");
    command_refused(1, "nowhere", NULL);
    command_run("doctor @/absent.net --data @");
    command_refused(1, "absent.net", NULL);
    command_run("doctor @/wide.net --data @ --momentum 0.9");
    command_refused(2, "--momentum", NULL);
    command_shell("printf 'input 8x8x1\nrelu\n' >@/flat.net; \"$CNN\" doctor @/flat.net --data @");
    command_refused(1, "not flat", NULL);
}

/* As little as there can be: one image, three, batches of one. */
static void few_images(void **state) {
    (void)state;
    json_t *result = doctor_examine(DOCTOR "--limit 1");
    doctor_is_cause(result, "classes", NULL);
    json_decref(result);
    result = doctor_examine(DOCTOR "--limit 3 --lr 0.01");
    doctor_has(result, "classes", NULL, "suspect");
    json_decref(result);
    result = doctor_examine(DOCTOR "--limit 8 --lr 0.01");
    assert_string_not_equal(doctor_text(doctor_finding(result, "labels", NULL), "verdict"), "ill");
    json_decref(result);
}

static void real_digits(void **state) {
    (void)state;
    if (access("data/mnist/train-images-idx3-ubyte", R_OK) || access("networks/simple.net", R_OK)) {
        print_message("skipped: data/mnist is not there; scripts/fetch-data mnist gets it\n");
        skip();
    }
    /* Minutes with a sanitizer. */
    if (getenv("CNN_TEST_SHARE"))
        skip();
    json_t *result = doctor_examine("doctor networks/simple.net --json");
    assert_string_not_equal(doctor_text(result, "verdict"), "ill");
    const json_t *rate = doctor_finding(result, "rate", NULL);
    const double suggested = doctor_number(rate, "suggested");
    /* A tenth, except for the rounding to one digit. */
    assert_true(suggested < doctor_number(rate, "fallen_at") / 6);
    assert_true(suggested >= 3e-4 && suggested <= 3e-3);
    json_decref(result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_is_healthy),
        cmocka_unit_test(zero_weights),
        cmocka_unit_test(rate_too_high),
        cmocka_unit_test(rate_too_low),
        cmocka_unit_test(units_die_in_training),
        cmocka_unit_test(numbers_run_away),
        cmocka_unit_test(dead_layer),
        cmocka_unit_test(trained_model),
        cmocka_unit_test(signal_fades),
        cmocka_unit_test(long_networks_are_short),

        cmocka_unit_test(text_is_for_people),
        cmocka_unit_test(refusals),
        cmocka_unit_test(few_images),
        cmocka_unit_test(real_digits),
    };
    return cmocka_run_group_tests(tests, doctor_folder_create, command_folder_remove);
}
