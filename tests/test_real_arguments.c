/* Real-valued arguments at any position of a layer's line, for rows that the table does not have:
 * the reader of network texts is compiled once more here, with a table of its own. */
#include "layers.h"

static const layer_kind *kind_here(const char *word, size_t length);
cnn_network *parse_here(const char *text, size_t size, cnn_error *error);
#define cnn_network_parse parse_here
#define layer_kind_of kind_here
#include "network_text.c"
#undef cnn_network_parse
#undef layer_kind_of

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *same_shape(const layer_options *o, layer_shape *g, bool *flat) {
    (void)o, (void)flat;
    g->y = g->x;
    return NULL;
}

#define REAL .type = ARGUMENT_REAL, .offset = offsetof(layer_options, value), .most = 1

/* A real without a keyword before others, and one that has its own. */
static const layer_kind KINDS[] = {
    {.word = "first",
     .prefix = "first",
     .arguments =
         {{REAL, .otherwise = 0.5},
          {.keyword = "pad", .type = ARGUMENT_PAIR, .offset = offsetof(layer_options, pad)},
          {.keyword = "bias", .type = ARGUMENT_BIAS, .offset = offsetof(layer_options, no_bias)},
          {.offset = ARGUMENT_END}},
     .shape = same_shape},
    {.word = "named",
     .prefix = "named",
     .arguments = {{.keyword = "pad",
                    .type = ARGUMENT_PAIR,
                    .offset = offsetof(layer_options, pad)},
                   {.keyword = "slope", REAL, .otherwise = 0.75},
                   {.offset = ARGUMENT_END}},
     .shape = same_shape},
};

static const layer_kind *kind_here(const char *word, size_t length) {
    for (size_t i = 0; i < 2; i++)
        if (strlen(KINDS[i].word) == length && !memcmp(KINDS[i].word, word, length))
            return &KINDS[i];
    return NULL;
}

/* A network of this one layer, or NULL with *error set. */
static cnn_network *network_of(const char *line, cnn_error *error) {
    char text[256];
    snprintf(text, sizeof text, "input 2x2\n%s\n", line);
    return parse_here(text, strlen(text), error);
}

static void where_it_may_stand(void **state) {
    static const struct {
        const char *line;
        double value;
        size_t pad, no_bias;
    } ROWS[] = {{"first", 0.5, 0, 0},
                {"first # 0.25", 0.5, 0, 0},
                {"first 0.25", 0.25, 0, 0},
                {"first 0", 0, 0, 0},
                {"first pad 3", 0.5, 3, 0},
                {"first bias off pad 3", 0.5, 3, 1},
                {"first 0.25 bias off # pad", 0.25, 0, 1},
                {"named", 0.75, 0, 0},
                {"named slope 0.25", 0.25, 0, 0},
                {"named slope 0 pad 4", 0, 4, 0},
                {"named pad 4", 0.75, 4, 0},
                {"named pad 4 slope 1e-3", 0.001, 4, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        cnn_error error;
        cnn_network *network = network_of(ROWS[i].line, &error);
        if (!network)
            fail_msg("%s", error.message);
        const layer_options *options = &network->layers[1].options;
        if (options->value != ROWS[i].value || options->pad.w != ROWS[i].pad ||
            options->no_bias != ROWS[i].no_bias)
            fail_msg("%s: %g, %zu, %zu", ROWS[i].line, options->value, options->pad.w,
                     options->no_bias);
        cnn_network_free(network);
    }
}

static void refusals(void **state) {
    static const char *const ROWS[][2] = {
        {"first fast", "line 2: first fast: \"fast\" is not a number such as 0.01 (column 7)"},
        {"first 2", "line 2: first 2: \"2\" must be 0 to 1 (column 7)"},
        {"first pad 3 0.25", "line 2: first pad 3 0.25: \"0.25\" is one word too many (column 13)"},
        {"first 0.25 0.5", "line 2: first 0.25 0.5: \"0.5\" is one word too many (column 12)"},
        {"named slope", "line 2: named slope: a number is missing after slope (column 12)"},
        {"named slope # 1", "line 2: named slope: a number is missing after slope (column 12)"},
        {"named slope pad 3",
         "line 2: named slope pad 3: \"pad\" is not a number such as 0.01 (column 13)"},
        {"named slope 1 slope 1",
         "line 2: named slope 1 slope 1: slope is given twice (column 15)"},
        {"named 0.25", "line 2: named 0.25: \"0.25\" is one word too many (column 7)"}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        cnn_error error = {.message = "taken"};
        assert_null(network_of(ROWS[i][0], &error));
        assert_string_equal(error.message, ROWS[i][1]);
    }
}

/* What a network's text says is read back as it was. */
static void there_and_back(void **state) {
    static const char *const ROWS[] = {"first 0.25 pad 3 bias off", "named pad 4 slope 0.25"};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char text[128];
        cnn_network *network = network_of(ROWS[i], NULL);
        layer_text(&network->layers[1], text, sizeof text);
        cnn_network *again = network_of(text, NULL);
        assert_non_null(again);
        assert_memory_equal(&again->layers[1].options, &network->layers[1].options,
                            sizeof network->layers[1].options);
        cnn_network_free(again);
        cnn_network_free(network);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_may_stand),
        cmocka_unit_test(refusals),
        cmocka_unit_test(there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
