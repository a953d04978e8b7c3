/* Checkpoints that are refused: damage anywhere, and impossible contents. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "bounds.h"
#include "checkpoint.h"
#include "fixture.h"
#include "one_checkpoint.h"
#include "random.h"
#include "sample.h"

/* Refused, with a byte of the file. */
static void refused(const uint8_t *bytes, size_t size, const char *part) {
    cnn_error error = {.status = CNN_STATUS_OK};
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(bytes, size, &error);
    if (checkpoint || error.status != CNN_STATUS_BAD_FILE || error.offset > size ||
        !strstr(error.message, part) || strchr(error.message, '\n'))
        fail_msg("wanted \"%s\", got %s at %zu of %zu: \"%s\"", part,
                 checkpoint ? "a checkpoint" : "an error", error.offset, size, error.message);
}

static void test_says_what_it_is(void **state) {
    cnn_error error;
    (void)state;
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(one_checkpoint, one_checkpoint_size, &error);
    if (!checkpoint)
        fail_msg("%s", error.message);
    assert_string_equal(cnn_checkpoint_note(checkpoint), "a note");
    assert_int_equal(cnn_checkpoint_batch_size(checkpoint), ONE_CHECKPOINT_BATCH);
    assert_int_equal(cnn_checkpoint_options(checkpoint).epochs, 5);
    assert_int_equal(cnn_network_class_count(cnn_checkpoint_network(checkpoint)), 4);
    cnn_checkpoint_free(checkpoint);
    /* Models and checkpoints are not taken for each other. */
    assert_null(cnn_model_parse(one_checkpoint, one_checkpoint_size, NULL, &error));
    assert_non_null(
        strstr(error.message, "a checkpoint of a run, which can be resumed, and not a model"));
}

/* Nothing held out, no note, and options of a model left to the library. */
static void test_plain_run(void **state) {
    char path[] = "/tmp/test_checkpoint.XXXXXX";
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    const int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    close(file);
    cnn_model *model = sample_model(ONE_CHECKPOINT_BATCH, 1);
    cnn_run *run = cnn_run_create(model, one_checkpoint_train, NULL, &options, NULL);
    assert_non_null(run);
    assert_true(cnn_run_save(run, path, NULL));
    cnn_checkpoint *checkpoint = cnn_checkpoint_load(path, NULL);
    assert_non_null(checkpoint);
    assert_string_equal(cnn_checkpoint_note(checkpoint), "");
    cnn_model *same = cnn_checkpoint_model(checkpoint, NULL, NULL);
    assert_non_null(same);
    cnn_model_free(same);
    cnn_checkpoint_free(checkpoint);
    cnn_run_free(run);
    cnn_model_free(model);
    remove(path);
}

static void test_every_length(void **state) {
    (void)state;
    for (size_t size = 0; size < one_checkpoint_size; size++) {
        uint8_t *copy = fixture_copy(one_checkpoint, size);
        refused(copy, size, size < CHECKPOINT_CRC_OFFSET + 8 ? "not a checkpoint" : "cut short");
        free(copy);
    }
    uint8_t *longer = malloc(one_checkpoint_size + 1);
    memcpy(longer, one_checkpoint, one_checkpoint_size);
    longer[one_checkpoint_size] = 0;
    refused(longer, one_checkpoint_size + 1, "damaged");
    free(longer);
}

/* All of them, in header and numbers, the checksum's own included. */
static void test_every_bit(void **state) {
    (void)state;
    for (size_t bit = 0; bit < 8 * one_checkpoint_size; bit++) {
        one_checkpoint[bit / 8] ^= (uint8_t)(1u << bit % 8);
        refused(one_checkpoint, one_checkpoint_size,
                bit / 8 >= 8 && bit / 8 < CHECKPOINT_CRC_OFFSET ? "no checksum" : "");
        one_checkpoint[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Several bytes at once, and stretches removed or overwritten. */
static void test_random_damage(void **state) {
    random_state random = random_seeded(3, 0);
    uint8_t *copy = malloc(one_checkpoint_size);
    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        memcpy(copy, one_checkpoint, one_checkpoint_size);
        const size_t count = 1 + random_below(&random, 40);
        const size_t at = random_below(&random, (uint32_t)(one_checkpoint_size - count));
        for (size_t b = 0; b < count; b++)
            copy[at + b] = (uint8_t)random_bits(&random);
        if (memcmp(copy, one_checkpoint, one_checkpoint_size))
            refused(copy, one_checkpoint_size, "");
    }
    free(copy);
}

/* ------------------------------------------------------------------------ with a right checksum */

static void put_checksum(uint8_t *bytes, size_t size) {
    char digits[9];
    memcpy(bytes + CHECKPOINT_CRC_OFFSET, "00000000", 8);
    snprintf(digits, sizeof digits, "%08lx", crc32_z(0, bytes, size));
    memcpy(bytes + CHECKPOINT_CRC_OFFSET, digits, 8);
}

/* The good one with another header, to be freed. */
static uint8_t *with_header(const json_t *header, size_t *size) {
    const size_t old = (size_t)one_checkpoint[0] | (size_t)one_checkpoint[1] << 8;
    char *text = json_dumps(header, JSON_COMPACT);
    assert_non_null(text);
    const size_t length = strlen(text);
    *size = 8 + length + one_checkpoint_size - 8 - old;
    uint8_t *bytes = calloc(*size, 1);
    bytes[0] = (uint8_t)length;
    bytes[1] = (uint8_t)(length >> 8);
    memcpy(bytes + 8, text, length);
    memcpy(bytes + 8 + length, one_checkpoint + 8 + old, one_checkpoint_size - 8 - old);
    put_checksum(bytes, *size);
    free(text);
    return bytes;
}

static json_t *header_now(void) {
    const size_t length = (size_t)one_checkpoint[0] | (size_t)one_checkpoint[1] << 8;
    json_t *header = json_loadb((const char *)one_checkpoint + 8, length, 0, NULL);
    assert_non_null(header);
    return header;
}

/* With one value of the metadata changed, or taken out if NULL. */
static void refused_with(const char *key, const char *value, const char *part) {
    size_t size;
    json_t *header = header_now(), *metadata = json_object_get(header, "__metadata__");
    assert_non_null(json_object_get(metadata, key));
    if (value)
        json_object_set_new(metadata, key, json_string(value));
    else
        json_object_del(metadata, key);
    uint8_t *bytes = with_header(header, &size);
    refused(bytes, size, part);
    free(bytes);
    json_decref(header);
}

static void test_values_that_cannot_be(void **state) {
    static const struct {
        const char *key, *value, *part;
    } values[] = {
        {"cnn.checkpoint", "2", "cnn.checkpoint is \"2\""},
        {"cnn.network", "input 8x8x1\n", "cnn.network"},
        {"cnn.mean", "\"x\"", "cnn.mean"},
        {"cnn.classes", "[]", "0 names for 4 classes"},
        {"run.note", "two\nlines", "note"},
        {"run.batch_size", "0", "batches of 0"},
        {"run.batch_size", "49", "batches of 49 of 48 images"},
        {"run.batch_size", "15", "32 images of 48 are no place"},
        {"run.batch_size", "8", "step 8, where the epochs make it 16"},
        {"run.batch_size", "18446744073709551616", "run.batch_size is \"18446744073709551616\""},
        {"run.epochs", "0", "epoch 2 of 0"},
        {"run.epochs", "1", "epoch 2 of 1"},
        {"run.epochs", "2", "no place in an epoch"},
        {"run.epochs", "-5", "run.epochs is \"-5\""},
        {"run.epochs", "", "run.epochs is \"\""},
        {"run.seed", "1e3", "run.seed"},
        {"run.validation", "nan", "validation nan"},
        {"run.validation", "1", "validation 1"},
        {"run.validation", "0.001", "validation 0.001"},
        {"run.validation", "0.5", "32 images of 30"},
        {"run.optimizer", "adamm", "run.optimizer is \"adamm\""},
        {"run.optimizer", "sgd", "momentum_buffer\" is missing"},
        {"run.lr", "fast", "run.lr is \"fast\""},
        {"run.lr", "-1", "the learning rate must be 0 or more"},
        {"run.lr", "inf", "the learning rate must be 0 or more"},
        {"run.beta1", "1", "beta1 must be"},
        {"run.nesterov", "1", "run.nesterov is \"1\""},
        {"run.schedule", "", "run.schedule is \"\""},
        {"run.epoch", "1", "step 8, where the epochs make it 5"},
        {"run.epoch", "999999999", "epoch 999999999 of 5"},
        {"run.images", "16", "step 8, where the epochs make it 7"},
        {"run.images", "1", "1 images of 48 are no place in an epoch"},
        {"run.images", "64", "no place in an epoch"},
        {"run.step", "9", "step 9, where the epochs make it 8"},
        {"run.loss_sum", "-0.5", "run.loss_sum is -0.5 after 32 images"},
        {"run.loss_sum", "1e999", "run.loss_sum"},
        {"run.seconds", "-1", "run.seconds is -1 after 32 images"},
        {"run.beta2", "1", "beta2 must be"},
        {"run.beta2", "-0.1", "beta2 must be"},
        {"run.epsilon", "-1e-8", "epsilon must be"},
        {"run.weight_decay", "-1", "weight decay must be"},
        {"run.random", "x", "run.random is \"x\""},
        {"run.train.images", "0", "0 images"},
        {"run.train.images", "61", "where the epochs make it 10"},
        {"run.train.images", "59", "run.order\" is 60 of I32, expected 59 of I32"},
        {"run.train.images", "5000000000", "images"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        refused_with(values[i].key, values[i].value, values[i].part);
}

static void test_every_key_is_wanted(void **state) {
    (void)state;
    json_t *header = header_now();
    const char *key;
    json_t *value;
    size_t keys = 0;
    json_object_foreach(json_object_get(header, "__metadata__"), key, value) {
        if (strcmp(key, "run.note") && strcmp(key, "cnn.crc32")) {
            refused_with(key, NULL, strcmp(key, "cnn.checkpoint") ? "" : "cnn.checkpoint is \"\"");
            keys++;
        }
    }
    assert_true(keys > 35);
    json_decref(header);
}

static void test_every_tensor_is_wanted(void **state) {
    static const char *const names[] = {"conv1.weight", "fc2.bias.exp_avg",
                                        "conv1.weight.exp_avg_sq", "run.order", "run.history"};
    size_t size;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *header = header_now();
        json_t *tensor = json_incref(json_object_get(header, names[i]));
        assert_non_null(tensor);
        json_object_del(header, names[i]);
        json_object_set_new(header, "other", tensor);
        uint8_t *bytes = with_header(header, &size);
        refused(bytes, size, names[i]);
        free(bytes);
        json_decref(header);
    }
}

/* Where a tensor's numbers are in the good one. */
static size_t begin_of(const char *name) {
    safetensors file;
    assert_true(safetensors_open(&file, one_checkpoint, one_checkpoint_size, NULL));
    const size_t begin = safetensors_find(&file, name)->begin;
    safetensors_close(&file);
    return begin;
}

static void refused_at(const char *name, size_t index, uint32_t bits, const char *part) {
    uint8_t *copy = fixture_copy(one_checkpoint, one_checkpoint_size);
    memcpy(copy + begin_of(name) + 4 * index, &bits, 4);
    put_checksum(copy, one_checkpoint_size);
    refused(copy, one_checkpoint_size, part);
    free(copy);
}

static void test_numbers_that_cannot_be(void **state) {
    uint32_t first;
    (void)state;
    memcpy(&first, one_checkpoint + begin_of("run.order"), 4);
    refused_at("run.order", 0, ONE_CHECKPOINT_IMAGES, "image 60 is not one of 60");
    refused_at("run.order", 5, UINT32_MAX, "image 4294967295");
    refused_at("run.order", 59, first, "twice in the order");
    refused_at("fc1.weight", 3, 0x7fc00000, "tensor \"fc1.weight\": number 3 is not finite");
    refused_at("fc1.weight.exp_avg", 1, 0x7f800000, "tensor \"fc1.weight.exp_avg\": number 1");
    refused_at("conv1.bias.exp_avg_sq", 0, 0xff800000, "number 0 is not finite");
    refused_at("conv1.bias.exp_avg_sq", 0, 0xbf800000,
               "tensor \"conv1.bias.exp_avg_sq\": number 0 is negative");
    refused_at("fc2.weight.exp_avg_sq", 9, 0x80000001,
               "tensor \"fc2.weight.exp_avg_sq\": number 9 is negative");
    /* The upper halves of doubles: -1, -1, infinity, 2 and a half. */
    refused_at("run.history", 1, 0xbff00000, "the history of epoch 1");
    refused_at("run.history", 14 + 3, 0xbff00000, "the history of epoch 2");
    refused_at("run.history", 1, 0x7ff00000, "the history of epoch 1");
    refused_at("run.history", 2 * 5 + 1, 0x40000000, "the history of epoch 1");
    refused_at("run.history", 2 * 6 + 1, 0x3fe00000, "the history of epoch 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_it_is),
        cmocka_unit_test(test_plain_run),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_values_that_cannot_be),
        cmocka_unit_test(test_every_key_is_wanted),
        cmocka_unit_test(test_every_tensor_is_wanted),
        cmocka_unit_test(test_numbers_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, one_checkpoint_make, one_checkpoint_free);
}
