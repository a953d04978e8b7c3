/* The command from end to end: each command does what its help promises. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Quick and reliable on the small set. */
#define TRAIN "train @/tiny.net --data @ --lr 0.01 --batch-size 16 "

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("%s is not a number", key);
    return json_number_value(value);
}

static void has_keys(const json_t *object, const char *const *keys) {
    for (; *keys; keys++)
        if (!json_object_get(object, *keys))
            fail_msg("no key %s", *keys);
}

static void has_texts(const char *text, const char *const *parts) {
    for (; *parts; parts++)
        if (!strstr(text, *parts))
            fail_msg("no \"%s\" in:\n%s", *parts, text);
}

/* At most 24 lines of at most 80 columns. */
static void fits_screen(const char *text) {
    int lines = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1, lines++)
        assert_in_range(end - text, 0, 80);
    assert_in_range(lines, 1, 24);
}

static void same_bytes(const char *a, const char *b) {
    size_t size, other_size;
    char *bytes = command_file(a, &size), *other = command_file(b, &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(bytes, other, size);
    free(bytes);
    free(other);
}

static void training_learns(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--json --out @/json.safetensors"), 0);
    static const char *const keys[] = {
        "network", "parameters",  "images",        "test_images", "batch_size", "optimizer",
        "lr",      "schedule",    "seed",          "threads",     "epochs",     "test",
        "model",   "interrupted", "normalization", NULL,
    };
    json_t *result = command_json();
    has_keys(result, keys);
    assert_true(number(json_object_get(result, "test"), "accuracy") > 0.95);
    assert_int_equal(number(json_object_get(result, "test"), "images"), 64);
    assert_int_equal(number(result, "images"), 256);
    assert_int_equal(number(result, "parameters"), 4 * 9 + 4 + 64 * 4 + 4);
    assert_true(json_is_false(json_object_get(result, "interrupted")));
    const json_t *epochs = json_object_get(result, "epochs");
    assert_int_equal(json_array_size(epochs), 5);
    static const char *const epoch_keys[] = {"epoch",     "seconds",       "train_loss",
                                             "test_loss", "test_accuracy", NULL};
    has_keys(json_array_get(epochs, 4), epoch_keys);
    json_decref(result);
}

static void summary_fits_a_screen(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 3 --out @/sum.st"), 0);
    static const char *const parts[] = {"tiny.net: input 8x8x1, conv2d 4 3x3 pad 1",
                                        "300",
                                        "256 to train, 64 to test",
                                        "3/3",
                                        "(median)",
                                        "% of 64 right",
                                        "confused",
                                        "sum.st (",
                                        " eval /tmp",
                                        " info ",
                                        " gradcheck ",
                                        NULL};
    has_texts(command_out, parts);
    fits_screen(command_out);
    assert_string_equal(command_err, "");
}

static void evaluation_agrees_with_training(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 1 --json --out @/eval.safetensors"), 0);
    json_t *trained = command_json();
    const json_t *epoch = json_array_get(json_object_get(trained, "epochs"), 0);
    assert_int_equal(command_run("eval @/eval.safetensors --data @ --json"), 0);
    json_t *measured = command_json();
    assert_true(fabs(number(measured, "accuracy") - number(epoch, "test_accuracy")) < 1e-12);
    assert_true(fabs(number(measured, "loss") - number(epoch, "test_loss")) < 1e-12);
    double sum = 0, diagonal = 0;
    const json_t *rows = json_object_get(measured, "confusion");
    assert_int_equal(json_array_size(rows), 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            const double count = json_number_value(json_array_get(json_array_get(rows, i), j));
            sum += count;
            diagonal += i == j ? count : 0;
        }
    assert_int_equal(sum, number(measured, "images"));
    assert_int_equal(diagonal, lround(64 * number(measured, "accuracy")));
    assert_int_equal(json_array_size(json_object_get(measured, "classes")), 4);
    json_decref(measured);
    json_decref(trained);
    assert_int_equal(command_run("eval @/eval.safetensors --data=@ --limit=10"), 0);
    static const char *const parts[] = {"% of 10 right", "class", "confused", NULL};
    has_texts(command_out, parts);
}

static void one_seed_one_model(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b", "c"};
    static const char *const flags[] = {"--threads 1", "--threads 1", "--threads 2"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            command_run(TRAIN "--epochs 2 --seed 7 %s --out @/%s.safetensors", flags[i], names[i]),
            0);
    same_bytes("a.safetensors", "b.safetensors");
    same_bytes("a.safetensors", "c.safetensors");
}

static void validation_keeps_the_best(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--validation 0.25 --json --out @/v.safetensors"), 0);
    json_t *result = command_json();
    assert_non_null(
        strstr(json_string_value(json_object_get(result, "best_model")), "/v.best.safetensors"));
    const json_t *epoch = json_array_get(json_object_get(result, "epochs"), 0);
    assert_true(number(epoch, "validation_loss") > 0);
    assert_true(number(epoch, "validation_accuracy") >= 0);
    json_decref(result);
    assert_int_equal(command_run("eval @/v.best.safetensors --data @"), 0);
}

static void log_is_json_lines(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 7 --log @/run.jsonl --out @/log.safetensors"), 0);
    char *log = command_file("run.jsonl", NULL);
    int steps = 0, epochs = 0;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        const char *event = json_string_value(json_object_get(object, "event"));
        assert_non_null(event);
        steps += !strcmp(event, "step");
        epochs += !strcmp(event, "epoch");
        assert_true(number(object, strcmp(event, "step") ? "test_loss" : "loss") > 0);
        json_decref(object);
    }
    assert_int_equal(epochs, 7);
    assert_int_equal(steps, 1); /* of 112 */
    free(log);
}

static void every_rule_trains(void **state) {
    (void)state;
    static const char *const flags[] = {
        "--optimizer sgd --lr 0.1 --momentum 0.9 --nesterov --weight-decay 1e-4",
        "--optimizer adamw --lr=0.01 --schedule onecycle",
        "--schedule step --step-epochs 2 --gamma 0.5 --lr 0.01 --init kaiming-normal",
        "--schedule cosine --lr 0.01 --mean 0.5 --std 0.25 --limit 200 --test-limit 32",
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        assert_int_equal(command_run("train @/tiny.net --data @ --batch-size 16 --json "
                                     "--out @/rule.safetensors %s",
                                     flags[i]),
                         0);
        json_t *result = command_json();
        assert_true(number(json_object_get(result, "test"), "accuracy") > 0.9);
        json_decref(result);
    }
}

static void gradcheck_finds_damage(void **state) {
    (void)state;
    static const char *const layers[] = {"conv1", "relu1", "pool1", "fc1"};
    assert_int_equal(command_run("gradcheck @/tiny.net"), 0);
    static const char *const parts[] = {"conv1", "pool1", "softmax", "right: ", NULL};
    has_texts(command_out, parts);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        assert_int_equal(command_run("gradcheck @/tiny.net --break %s", layers[i]), 1);
        assert_non_null(strstr(command_out, "on purpose was found"));
        assert_non_null(strstr(command_out, layers[i]));
    }
    json_t *result;
    assert_int_equal(command_run("gradcheck @/tiny.net --samples 20 --json"), 0);
    result = command_json();
    assert_null(json_object_get(result, "mistake"));
    assert_true(number(result, "worst") <= number(result, "limit"));
    assert_true(json_is_true(json_object_get(result, "passed")));
    json_decref(result);
}

static void trace_names_every_number(void **state) {
    (void)state;
    assert_int_equal(command_run("trace @/tiny.net --data @ --batch-size 100 --steps 3 --out "
                                 "@/trace --optimizer sgd --momentum 0.9"),
                     0);
    static const char *const keys[] = {
        "initial/conv1.weight",
        "initial/fc1.bias",
        "step0/input",
        "step0/input.grad",
        "step0/conv1",
        "step0/conv1.grad",
        "step0/pool1",
        "step0/loss",
        "step0/lr",
        "step0/fc1.weight.grad",
        "step0/after/fc1.weight",
        "step2/after/conv1.bias",
        NULL,
    };
    size_t size;
    char *bytes = command_file("trace", &size);
    json_t *header = json_loadb(bytes + 8,
                                (unsigned char)bytes[0] | (unsigned char)bytes[1] << 8 |
                                    (unsigned char)bytes[2] << 16,
                                0, NULL);
    has_keys(header, keys);
    assert_null(json_object_get(header, "step3/loss"));
    /* Two batches of 100 are in 256 images: the third step sees the first again. */
    size_t at[2];
    for (size_t i = 0; i < 2; i++) {
        const json_t *input = json_object_get(header, i ? "step2/input" : "step0/input");
        const json_t *offsets = json_object_get(input, "data_offsets");
        at[i] = size - (size_t)json_integer_value(json_array_get(offsets, 0));
    }
    assert_int_not_equal(at[0], at[1]);
    json_decref(header);
    free(bytes);
}

static void trace_starts_from_given_weights(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 1 --out @/w.safetensors"), 0);
    for (int seed = 1; seed <= 2; seed++)
        assert_int_equal(command_run("trace @/tiny.net --data @ --batch-size 8 --seed %d "
                                     "--weights @/w.safetensors --out @/trace%d",
                                     seed, seed),
                         0);
    same_bytes("trace1", "trace2");
}

static void info_shows_the_table(void **state) {
    (void)state;
    assert_int_equal(command_run("info @/tiny.net"), 0);
    static const char *const parts[] = {"conv1", "8x8x4", "pool1", "4x4x4", "2,304", "300", NULL};
    has_texts(command_out, parts);
    assert_int_equal(command_run(TRAIN "--epochs 1 --out @/info.safetensors"), 0);
    assert_int_equal(command_run("info @/info.safetensors"), 0);
    static const char *const more[] = {"conv1", "(x / 255 - 0.", "4: 0, 1, 2, 3", NULL};
    has_texts(command_out, more);
    assert_int_equal(command_run("info @/info.safetensors --json"), 0);
    json_t *result = command_json();
    assert_int_equal(number(result, "parameters"), 300);
    assert_int_equal(json_array_size(json_object_get(result, "layers")), 6);
    assert_int_equal(json_array_size(json_object_get(result, "classes")), 4);
    json_decref(result);
}

static void profile_tells_where_time_went(void **state) {
    (void)state;
    assert_int_equal(command_run(TRAIN "--epochs 1 --profile --out @/p.safetensors"), 0);
    static const char *const parts[] = {"profile ", "forward", "GFLOP/s", "pool1", "fc1",
                                        "gather",   "waiting", "a step",  NULL};
    has_texts(command_out, parts);
    assert_int_equal(command_run(TRAIN "--epochs 1 --profile --json --out @/q.safetensors"), 0);
    json_t *result = command_json();
    const json_t *rows = json_object_get(result, "profile"), *first = json_array_get(rows, 0);
    assert_true(json_array_size(rows) >= 8);
    assert_non_null(strstr(json_string_value(json_object_get(first, "name")), "conv1"));
    assert_true(number(json_object_get(first, "forward"), "seconds") > 0);
    assert_true(number(json_object_get(first, "dw"), "multiply_adds") > 0);
    assert_int_equal(number(json_object_get(first, "dw"), "images"), 256);
    json_decref(result);
    assert_int_equal(command_run(TRAIN "--epochs 1 --out @/r.safetensors"), 0);
    assert_null(strstr(command_out, "profile"));
    same_bytes("p.safetensors", "q.safetensors");
    same_bytes("p.safetensors", "r.safetensors");
}

static void info_shows_the_plan(void **state) {
    (void)state;
    assert_int_equal(command_run("info @/tiny.net --batch-size 32"), 0);
    static const char *const parts[] = {
        "computed ", "pool1, flatten1, fc1", "batch of 32", "gradients",
        "scratch",   "adam keeps",           "adamw",       "sgd",
        NULL};
    has_texts(command_out, parts);
    assert_int_equal(command_run("info @/tiny.net --json"), 0);
    json_t *result = command_json();
    const json_t *plan = json_object_get(result, "plan");
    const json_t *memory = json_object_get(plan, "memory");
    assert_int_equal(number(plan, "batch_size"), 64);
    assert_true(json_array_size(json_object_get(plan, "blocks")) >= 3);
    assert_int_equal(number(memory, "total"),
                     number(memory, "parameters") + number(memory, "gradients") +
                         number(memory, "activations") + number(memory, "scratch"));
    const json_t *optimizers = json_object_get(plan, "optimizers");
    assert_int_equal(number(optimizers, "adam"), 2 * number(memory, "parameters"));
    assert_int_equal(number(optimizers, "adamw"), 2 * number(memory, "parameters"));
    assert_int_equal(number(optimizers, "sgd"), number(memory, "parameters"));
    json_decref(result);
    /* Too large to try, and no model at all: said without a plan. */
    assert_int_equal(command_run("info @/tiny.net --batch-size 1000000000"), 0);
    assert_null(strstr(command_out, "computed"));
    assert_non_null(strstr(command_out, "sgd"));
    command_shell("printf 'input 8x8x1\nrelu\n' >@/flat.net; \"$CNN\" info @/flat.net");
    assert_int_equal(command_code, 0);
    assert_null(strstr(command_out, "computed"));
}

static void interrupt_saves_the_model(void **state) {
    (void)state;
    assert_int_equal(
        command_shell(COMMAND_BEHIND TRAIN
                      "--epochs 100000 --json --log @/int.jsonl "
                      "--out @/int.safetensors & pid=$!\n"
                      "for i in $(seq 500); do test -s @/int.jsonl && break; sleep 0.02; done\n"
                      "kill -INT $pid; wait $pid"),
        130);
    json_t *result = command_json();
    assert_true(json_is_true(json_object_get(result, "interrupted")));
    json_decref(result);
    assert_int_equal(command_run("eval @/int.safetensors --data @"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_learns),
        cmocka_unit_test(summary_fits_a_screen),
        cmocka_unit_test(evaluation_agrees_with_training),
        cmocka_unit_test(one_seed_one_model),
        cmocka_unit_test(validation_keeps_the_best),
        cmocka_unit_test(log_is_json_lines),
        cmocka_unit_test(every_rule_trains),
        cmocka_unit_test(gradcheck_finds_damage),
        cmocka_unit_test(trace_names_every_number),
        cmocka_unit_test(trace_starts_from_given_weights),
        cmocka_unit_test(info_shows_the_table),
        cmocka_unit_test(profile_tells_where_time_went),
        cmocka_unit_test(info_shows_the_plan),
        cmocka_unit_test(interrupt_saves_the_model),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
