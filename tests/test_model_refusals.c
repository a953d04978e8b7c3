/* Model files that are refused: for their contents, and for any damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "fixture.h"
#include "random.h"
#include "safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK "input 1x2x2\nflatten\ndense 3\n"

static float weights[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, biases[3] = {-1, -2, -3};
static const safetensors_tensor GOOD[] = {{"fc1.weight", &safetensors_f32, 2, {3, 4}, weights},
                                          {"fc1.bias", &safetensors_f32, 1, {3}, biases}};

/* A file of these tensors with good metadata except for one key, which gets the value, or is left
 * out if that is NULL. */
typedef struct recipe {
    const char *key, *value;
    const safetensors_tensor *tensors;
    size_t count;
    bool bare; /* no metadata at all */
} recipe;

static uint8_t *bake(const recipe *r, size_t *size) {
    json_t *metadata = r->bare
                           ? NULL
                           : json_pack("{s:s,s:s,s:s,s:s,s:s}", "cnn.version", "1", "cnn.network",
                                       NETWORK, "cnn.mean", "0.5", "cnn.deviation", "0.25",
                                       "cnn.classes", "[\"a\",\"b\",\"c\"]");
    if (r->key)
        json_object_del(metadata, r->key);
    if (r->key && r->value)
        json_object_set_new(metadata, r->key, json_string(r->value));
    safetensors_image image;
    assert_true(safetensors_build(&image, metadata, r->tensors ? r->tensors : GOOD,
                                  r->tensors ? r->count : 2, NULL));
    uint8_t *bytes = malloc(image.size);
    *size = 0;
    for (size_t i = 0; i < image.count; i++) {
        memcpy(bytes + *size, image.parts[i].data, image.parts[i].size);
        *size += image.parts[i].size;
    }
    safetensors_release(&image);
    return bytes;
}

static const cnn_model_options ONE = {.batch_size = 1, .threads = 1, .normalization = {0, 1}};

/* From a copy that a sanitizer watches. */
static cnn_model *parse(const uint8_t *bytes, size_t size, cnn_error *error) {
    uint8_t *copy = fixture_copy(bytes, size);
    cnn_model *model = cnn_model_parse(copy, size, &ONE, error);
    free(copy);
    return model;
}

static void assert_refused(const recipe *recipe, const char *text) {
    size_t size;
    cnn_error error;
    uint8_t *bytes = bake(recipe, &size);
    assert_null(parse(bytes, size, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_FILE, text);
    assert_null(parse(bytes, size, NULL));
    free(bytes);
}

static void good_file(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = bake(&(recipe){.key = "other", .value = "welcome"}, &size);
    cnn_model *model = parse(bytes, size, NULL);
    cnn_tensor weight;
    assert_true(cnn_model_tensor(model, "fc1.weight", &weight, NULL));
    /* Memory has rows for w0 c0, w0 c1, w1 c0, w1 c1, the file columns c0 w0, c0 w1, c1 w0, c1 w1.
     */
    static const float MEMORY[] = {1, 5, 9, 3, 7, 11, 2, 6, 10, 4, 8, 12};
    assert_memory_equal(weight.data, MEMORY, sizeof MEMORY);
    assert_true(cnn_model_normalization(model).mean == 0.5f);
    assert_string_equal(cnn_model_class_at(model, 1), "b");
    cnn_model_free(model);
    free(bytes);
}

#define TOO_LONG "a name of 48 bytes, which is one more than can be"

static const struct {
    const char *key, *value, *error;
} METADATA[] = {
    {"cnn.network", NULL,
     "byte 9: not a model of cnn.c: no network in it; its tensors can be the weights of one"},
    {"cnn.version", NULL, "byte 9: cnn.version is \"\", this library reads 1"},
    {"cnn.version", "2", "byte 9: cnn.version is \"2\", this library reads 1"},
    {"cnn.network", "",
     "byte 9: cnn.network: line 1: no network here: it begins with a line such as "
     "input 28x28x1 (column 1)"},
    {"cnn.network", "input 2x2\nrely\n",
     "byte 9: cnn.network: line 2: rely: unknown layer \"rely\", did you mean relu? (column 1)"},
    {"cnn.network", "input 2x2\nrelu\n",
     "byte 9: cnn.network: the last layer's output is not flat: end with flatten or dense"},
    {"cnn.network", "input 1x1x3\nrelu\n",
     "byte 9: cnn.network: no layer has weights: nothing can be learned"},
    {"cnn.mean", NULL, "byte 9: no cnn.mean in the metadata"},
    {"cnn.mean", "", "byte 9: cnn.mean: JSON: ends within a value"},
    {"cnn.mean", "\"1\"", "byte 9: cnn.mean is no number"},
    {"cnn.mean", "nan", "byte 9: cnn.mean: JSON: invalid token near 'nan'"},
    {"cnn.mean", "1e999", "byte 9: cnn.mean: JSON: real number overflow near '1e999'"},
    {"cnn.mean", "-1e6", "byte 9: cnn.mean is -1e+06"},
    {"cnn.mean", "1000000", "byte 9: cnn.mean is 1e+06"},
    {"cnn.deviation", "0", "byte 9: cnn.deviation is 0"},
    {"cnn.deviation", "1e-60", "byte 9: cnn.deviation is 0"},
    {"cnn.deviation", "-1", "byte 9: cnn.deviation is -1"},
    {"cnn.deviation", "1e39", "byte 9: cnn.deviation is inf"},
    {"cnn.classes", NULL, "byte 9: no cnn.classes in the metadata"},
    {"cnn.classes", "{}", "byte 9: cnn.classes: 0 names for 3 classes"},
    {"cnn.classes", "[\"a\"]", "byte 9: cnn.classes: 1 names for 3 classes"},
    {"cnn.classes", "[\"a\",\"b\",\"c\",\"d\"]", "byte 9: cnn.classes: 4 names for 3 classes"},
    {"cnn.classes", "[\"a\",2,\"c\"]", "byte 9: cnn.classes: number 1 is no string"},
    {"cnn.classes", "[\"a\",\"b\",\"\"]", "byte 9: cnn.classes: name 2 has 0 bytes, not 1 to 47"},
    {"cnn.classes", "[\"a\",\"b\",\"" TOO_LONG "\"]",
     "byte 9: cnn.classes: name 2 has 49 bytes, not 1 to 47"},
    {"cnn.classes", "[\"a\",\"b\\n\",\"c\"]",
     "byte 9: cnn.classes: name 1, \"b?\", is not printable"},
};

static void metadata_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof METADATA / sizeof *METADATA; i++)
        assert_refused(&(recipe){.key = METADATA[i].key, .value = METADATA[i].value},
                       METADATA[i].error);
    assert_refused(
        &(recipe){.bare = true},
        "byte 8: not a model of cnn.c: no network in it; its tensors can be the weights of one");
}

static void network_keeps_its_line(void **state) {
    (void)state;
    size_t size;
    cnn_error error;
    uint8_t *bytes = bake(&(recipe){.key = "cnn.network", .value = "input 2x2\n\n rely\n"}, &size);
    assert_null(parse(bytes, size, &error));
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 2);
    free(bytes);
}

#define WEIGHT(...)                                                                                \
    { "fc1.weight", __VA_ARGS__, weights }
#define BIAS(...)                                                                                  \
    { "fc1.bias", __VA_ARGS__, biases }
#define GOOD_WEIGHT WEIGHT(&safetensors_f32, 2, {3, 4})
#define GOOD_BIAS BIAS(&safetensors_f32, 1, {3})

static const struct {
    safetensors_tensor tensors[3];
    size_t count;
    const char *error;
} TENSORS[] = {
    {{GOOD_WEIGHT}, 1, "byte 8: tensor \"fc1.bias\" is missing"},
    {{GOOD_BIAS}, 1, "byte 8: tensor \"fc1.weight\" is missing"},
    {{WEIGHT(&safetensors_f32, 2, {4, 3}), GOOD_BIAS},
     2,
     "byte 168: tensor \"fc1.weight\" is 4x3, the network needs 3x4"},
    {{WEIGHT(&safetensors_f32, 3, {3, 4, 1}), GOOD_BIAS},
     2,
     "byte 168: tensor \"fc1.weight\" is 3x4x1, the network needs 3x4"},
    {{WEIGHT(&safetensors_f32, 1, {12}), GOOD_BIAS},
     2,
     "byte 168: tensor \"fc1.weight\" is 12, the network needs 3x4"},
    {{GOOD_WEIGHT, BIAS(&safetensors_i32, 1, {3})},
     2,
     "byte 233: tensor \"fc1.bias\" is of I32, not of F32"},
    {{GOOD_WEIGHT, GOOD_BIAS, {"fc2.bias", &safetensors_f32, 1, {0}, biases}},
     3,
     "byte 295: tensor \"fc2.bias\" is none of the network's"},
};

static void tensors_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TENSORS / sizeof *TENSORS; i++)
        assert_refused(&(recipe){.tensors = TENSORS[i].tensors, .count = TENSORS[i].count},
                       TENSORS[i].error);
}

/* Replaces each number by one that is not finite; the error gives its byte. */
static void numbers_that_are_not_finite(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = bake(&(recipe){.count = 2}, &size);
    const uint32_t bad[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffffffff, 0x7f800001};
    for (size_t i = 0; i < 15; i++) {
        const size_t at = size - 60 + 4 * i;
        uint8_t *damaged = fixture_copy(bytes, size);
        cnn_error error;
        char text[100];
        memcpy(damaged + at, &bad[i % 5], 4);
        assert_null(parse(damaged, size, &error));
        snprintf(text, sizeof text, "byte %zu: tensor \"fc1.%s\": number %zu is not finite", at,
                 i < 12 ? "weight" : "bias", i < 12 ? i : i - 12);
        fixture_error_is(&error, CNN_STATUS_BAD_FILE, text);
        free(damaged);
    }
    /* The largest and the smallest are valid numbers. */
    const float good[] = {3.4028235e38f, -3.4028235e38f, 1e-45f};
    memcpy(bytes + size - 60, good, sizeof good);
    cnn_model *model = parse(bytes, size, NULL);
    assert_non_null(model);
    cnn_model_free(model);
    free(bytes);
}

/* A network that would take petabytes costs nothing while its parameters are missing. */
static void promises_cost_nothing(void **state) {
    (void)state;
    size_t size;
    cnn_error error;
#if SIZE_MAX > UINT32_MAX
    static const char LARGE[] = "input 32768x32768x1000\nmaxpool2d 2\nflatten\ndense 3\n";
    static const char TEXT[] =
        "byte 192: tensor \"fc1.weight\" is 3x4, the network needs 3x268435456000";
#else
    static const char LARGE[] = "input 32768x8192\nmaxpool2d 2\nflatten\ndense 3\n";
    static const char TEXT[] =
        "byte 186: tensor \"fc1.weight\" is 3x4, the network needs 3x67108864";
#endif
    uint8_t *bytes = bake(&(recipe){.key = "cnn.network", .value = LARGE}, &size);
    assert_null(parse(bytes, size, &error));
    fixture_error_is(&error, CNN_STATUS_BAD_FILE, TEXT);
    free(bytes);
}

/* ----------------------------------------------------------------------------------- any damage */

static void cut_anywhere(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = bake(&(recipe){.count = 2}, &size);
    for (size_t length = 0; length < size; length++) {
        cnn_error error;
        assert_null(parse(bytes, length, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
        assert_int_equal(error.offset, length);
    }
    free(bytes);
}

/* A model that works, or an error that is complete. */
static bool assert_read_or_refused(const uint8_t *bytes, size_t size) {
    cnn_error error;
    const uint8_t image[4] = {1, 2, 3, 4};
    float probabilities[3];
    cnn_model *model = parse(bytes, size, &error);
    if (!model) {
        assert_int_equal(error.status, CNN_STATUS_BAD_FILE);
        assert_true(error.offset <= size && error.message[0]);
        return false;
    }
    cnn_layer_info input;
    cnn_network_layer_at(cnn_model_network(model), 0, &input);
    if (input.height * input.width * input.channels == 4)
        assert_true(cnn_model_predict(model, image, 1, probabilities, NULL));
    cnn_model_free(model);
    return true;
}

static void each_bit_of_the_file(void **state) {
    (void)state;
    size_t size, good = 0;
    uint8_t *bytes = bake(&(recipe){.count = 2}, &size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        good += assert_read_or_refused(bytes, size);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* Numbers may change, and names of classes, and the digits of the normalization. */
    assert_in_range(good, 15 * 30, 15 * 32 + 120);
    free(bytes);
}

static void damaged_anyhow(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = bake(&(recipe){.count = 2}, &size);
    random_state random = random_seeded(5, 0);
    for (int round = 0; round < 10000; round++) {
        uint8_t *bad = fixture_copy(bytes, size);
        for (uint32_t i = random_below(&random, 3); i < 3; i++)
            bad[random_below(&random, (uint32_t)size)] =
                random_below(&random, 2) ? bytes[random_below(&random, (uint32_t)size)]
                                         : (uint8_t)random_bits(&random);
        assert_read_or_refused(bad, size);
        free(bad);
    }
    free(bytes);
}

/* -------------------------------------------------------------------------------- weights alone */

static cnn_model *model_for_weights(void) {
    cnn_network *network = cnn_network_parse(NETWORK, strlen(NETWORK), NULL);
    cnn_model *model = cnn_model_create(network, &ONE, NULL);
    cnn_network_free(network);
    assert_non_null(model);
    return model;
}

static void weights_alone(void **state) {
    fixture *here = *state;
    static const float MEMORY[] = {1, 5, 9, 3, 7, 11, 2, 6, 10, 4, 8, 12};
    size_t size;
    cnn_tensor tensor;
    cnn_model *model = model_for_weights();
    for (int bare = 0; bare < 2; bare++) {
        uint8_t *bytes = bake(&(recipe){.bare = bare, .key = bare ? NULL : "cnn.network"}, &size);
        fixture_write(here, "w", bytes, size);
        assert_true(cnn_model_tensor(model, "fc1.weight", &tensor, NULL));
        assert_true(cnn_model_set_tensor(model, "fc1.weight", (float[12]){0}, 12, NULL));
        assert_true(cnn_model_load_weights(model, fixture_path(here, "w"), NULL));
        assert_memory_equal(tensor.data, MEMORY, sizeof MEMORY);
        assert_true(cnn_model_tensor(model, "fc1.bias", &tensor, NULL));
        assert_memory_equal(tensor.data, biases, sizeof biases);
        free(bytes);
    }
    cnn_model_free(model);
}

/* The file's last number is bad: those before it are not taken either. */
static void weights_all_or_none(void **state) {
    fixture *here = *state;
    size_t size;
    cnn_tensor tensor;
    char text[400];
    cnn_model *model = model_for_weights();
    assert_true(cnn_model_tensor(model, "fc1.weight", &tensor, NULL));
    float before[12];
    memcpy(before, tensor.data, sizeof before);
    uint8_t *bytes = bake(&(recipe){.bare = true}, &size);
    memcpy(bytes + size - 4, &(float){NAN}, 4);
    fixture_write(here, "w", bytes, size);
    const char *path = fixture_path(here, "w");
    snprintf(text, sizeof text, "%s: byte %zu: tensor \"fc1.bias\": number 2 is not finite", path,
             size - 4);
    assert_false(cnn_model_load_weights(model, path, &here->error));
    fixture_error_is(&here->error, CNN_STATUS_BAD_FILE, text);
    assert_memory_equal(tensor.data, before, sizeof before);
    fixture_write(here, "w", NETWORK, strlen(NETWORK));
    snprintf(text, sizeof text, "%s: a text; a safetensors file is expected", path);
    assert_false(cnn_model_load_weights(model, path, &here->error));
    fixture_error_is(&here->error, CNN_STATUS_BAD_FILE, text);
    assert_false(cnn_model_load_weights(model, "/no/such", &here->error));
    fixture_error_is(&here->error, CNN_STATUS_IO,
                     "/no/such: cannot open: No such file or directory");
    free(bytes);
    cnn_model_free(model);
}

static void load_names_the_file(void **state) {
    fixture *here = *state;
    char text[400];
    fixture_write(here, "m", "12345678[]", 10);
    const char *path = fixture_path(here, "m");
    assert_null(cnn_model_load(path, NULL, &here->error));
    snprintf(text, sizeof text, "%s: a text; a safetensors file is expected", path);
    fixture_error_is(&here->error, CNN_STATUS_BAD_FILE, text);
    assert_null(cnn_model_load(here->folder, NULL, &here->error));
    snprintf(text, sizeof text, "%s: not a regular file", here->folder);
    fixture_error_is(&here->error, CNN_STATUS_IO, text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_create, fixture_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_file),
        cmocka_unit_test(metadata_refused),
        cmocka_unit_test(network_keeps_its_line),
        cmocka_unit_test(tensors_refused),
        cmocka_unit_test(numbers_that_are_not_finite),
        cmocka_unit_test(promises_cost_nothing),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(each_bit_of_the_file),
        cmocka_unit_test(damaged_anyhow),
        IN_FOLDER(weights_alone),
        IN_FOLDER(weights_all_or_none),
        IN_FOLDER(load_names_the_file),
    };
    return cmocka_run_group_tests_name("model refusals", tests, NULL, NULL);
}
