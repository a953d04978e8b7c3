/* The catalog of classic mistakes: its lines are those of the book, and each mistake turns the
 * gradient check red exactly where its row says. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mistakes.h"
#include "network.h"

/* ------------------------------------------------------------------------------------ the table */

static char *read_source(const char *file) {
    char path[128];
    snprintf(path, sizeof path, "src/%s", file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        fail_msg("there is no %s", path);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, stream) > 0);
    fclose(stream);
    return text;
}

/* How often the function, which ends with a } at the margin, has the line. */
static size_t lines_like(const char *text, const char *function, const char *line) {
    char start[64];
    snprintf(start, sizeof start, "%s(", function);
    const char *at = text;
    do
        at = strstr(at, start);
    while (at && !memchr(at, '{', (size_t)(strchrnul(at, ';') - at)) && at++);
    if (!at)
        return 0;
    const char *end = strstr(at, "\n}");
    size_t found = 0;
    const size_t length = strlen(line);
    for (; at < end; at = strchr(at, '\n') + 1) {
        const char *bare = at + strspn(at, " ");
        found += !strncmp(bare, line, length) && bare[length] == '\n';
    }
    return found;
}

static void check_edit(const cnn_mistake_info *mistake, const cnn_mistake_edit *edit) {
    char *text = read_source(edit->file);
    const size_t found = lines_like(text, edit->function, edit->was);
    if (found != 1)
        fail_msg("%s: %zu lines \"%s\" in %s of %s", mistake->name, found, edit->was,
                 edit->function, edit->file);
    assert_string_not_equal(edit->was, edit->has);
    free(text);
}

static void check_row(size_t index, const cnn_mistake_info *mistake) {
    cnn_mistake_info other;
    assert_true(strlen(mistake->name) < CNN_NAME_SIZE && strlen(mistake->text) > 20);
    assert_true(mistake->text[strlen(mistake->text) - 1] != '.');
    assert_non_null(cnn_mistake_family_name(mistake->family));
    assert_true(!mistake->seen[0] || (strchr(mistake->seen, '/') && strchr(mistake->seen, '#')));
    /* The first three are wrong gradients, and the other two are not. */
    assert_int_equal(mistake->family <= CNN_MISTAKE_DEAD, mistake->red[0] != '\0');
    for (size_t i = 0; i < index; i++) {
        assert_true(cnn_mistake_at(i, &other));
        assert_string_not_equal(other.name, mistake->name);
    }
    assert_in_range(mistake->edit_count, 1, CNN_MISTAKE_EDITS);
    for (size_t i = 0; i < mistake->edit_count; i++)
        check_edit(mistake, &mistake->edits[i]);
}

static void table_is_true(void **state) {
    cnn_mistake_info mistake;
    size_t wrong = 0, seen = 0, families[CNN_MISTAKE_FAMILIES] = {0};
    (void)state;
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++) {
        check_row(i, &mistake);
        wrong += mistake.red[0] != '\0';
        seen += mistake.seen[0] != '\0';
        families[mistake.family]++;
    }
    print_message("%zu mistakes, %zu of them wrong gradients, %zu seen in public\n",
                  cnn_mistake_count(), wrong, seen);
    assert_true(cnn_mistake_count() >= 30 && wrong >= 19);
    for (size_t i = 0; i < CNN_MISTAKE_FAMILIES; i++)
        assert_true(families[i] >= 4);
    assert_null(cnn_mistake_family_name(CNN_MISTAKE_FAMILIES));
}

static void found_by_name(void **state) {
    cnn_mistake_info mistake = {.name = "kept"};
    (void)state;
    assert_false(cnn_mistake_find("relu-opened", &mistake));
    assert_false(cnn_mistake_find(NULL, &mistake));
    assert_string_equal(mistake.name, "kept");
    assert_true(cnn_mistake_find("relu-open", &mistake));
    assert_string_equal(mistake.red, "relu dx");
    assert_true(cnn_mistake_find("relu-open", NULL));
    assert_true(cnn_mistake_at(0, NULL));
    assert_false(cnn_mistake_at(cnn_mistake_count(), NULL));
}

/* --------------------------------------------------------------------------- the gradient check */

/* Strides, windows that overlap, one channel, one row, no bias: where some mistakes do not show. */
static const char *const networks[] = {
    "input 11x9x2\nconv2d 4 3x2 stride 2x1 pad 1\nleakyrelu 0.1\nmaxpool2d 3x2 stride 1\n"
    "conv2d 3 2x3 stride 1x2 pad 1\nrelu\navgpool2d 2 stride 1\nflatten\ndense 5\n",
    "input 9x9x1\nconv2d 3 3x3 pad 1\nrelu\nmaxpool2d 2\nconv2d 4 1x1 bias off\nrelu\n"
    "maxpool2d 1\navgpool2d 2\nflatten\ndense 6\nrelu\ndense 3 bias off\n",
    "input 8x8x3\nconv2d 1 6x5\nrelu\nflatten\ndense 4\nleakyrelu\ndense 3\n",
};
enum { NETWORKS = sizeof networks / sizeof *networks };

static cnn_network *network_of(const char *text) {
    cnn_error error;
    cnn_network *network = cnn_network_parse(text, strlen(text), &error);
    if (!network)
        fail_msg("%s", error.message);
    return network;
}

typedef struct look {
    const cnn_network *network;
    const mistake_row *row;
    const char *layer; /* the mistake is made in it alone; NULL: in all */
    size_t images, red, rows;
} look;

static const layer *layer_named(const cnn_network *network, const char *name) {
    for (size_t i = 1; i <= network->count; i++)
        if (!strcmp(network->layers[i].name, name))
            return &network->layers[i];
    return NULL;
}

static bool expected(const look *l, const cnn_gradcheck_row *row) {
    const layer *layer = layer_named(l->network, row->layer);
    const cnn_network *n = l->network;
    const layer_shape loss = {.x = n->layers[n->count].shape.y, .y = n->layers[n->count].shape.y};
    if (l->layer && strcmp(l->layer, row->layer))
        return false;
    return mistake_shows(l->row, layer ? layer->kind->word : "softmax", row->gradient,
                         layer ? &layer->shape : &loss, l->images);
}

static void on_row(const cnn_gradcheck_row *row, void *context) {
    look *l = context;
    const bool red = !(row->error <= CNN_GRADCHECK_LIMIT);
    if (red != expected(l, row))
        fail_msg("%s, %zu images, %s: %s %s is %s", l->row->about.name, l->images,
                 l->layer ? l->layer : "everywhere", row->layer, row->gradient,
                 red ? "red" : "green");
    l->red += red;
    l->rows++;
}

/* Is it refused, then rightly? */
static void check_refusal(const look *l, const cnn_error *error) {
    cnn_layer_info layer;
    assert_non_null(strstr(error->message, "cannot be made in "));
    for (size_t e = 0; e < l->row->about.edit_count && !l->layer; e++)
        for (size_t i = 1; cnn_network_layer_at(l->network, i, &layer); i++) {
            const char *file = strchr(l->row->about.edits[e].file, '/') + 1;
            const size_t length = strlen(l->network->layers[i].kind->word);
            assert_false(!strncmp(file, l->network->layers[i].kind->word, length) &&
                         file[length] == '.');
        }
}

static size_t red_rows(const cnn_network *network, const mistake_row *row, const char *layer,
                       size_t images) {
    look l = {.network = network, .row = row, .layer = layer, .images = images};
    const cnn_gradcheck_options options = {.batch_size = images,
                                           .seed = 1,
                                           .debug_break_layer = layer,
                                           .debug_mistake = row->about.name};
    cnn_error error;
    if (!cnn_gradcheck(network, &options, on_row, &l, NULL, &error))
        check_refusal(&l, &error);
    return l.red;
}

static void red_where_said(void **state) {
    size_t never = 0, total = 0;
    (void)state;
    for (size_t m = 0; m < mistake_row_count; m++) {
        size_t red = 0;
        for (size_t n = 0; n < NETWORKS; n++) {
            cnn_network *network = network_of(networks[n]);
            red += red_rows(network, &mistake_rows[m], NULL, 3) +
                   red_rows(network, &mistake_rows[m], NULL, 1);
            cnn_network_free(network);
        }
        if (!red != !mistake_rows[m].about.red[0])
            fail_msg("%s: red %zu times", mistake_rows[m].about.name, red);
        never += !red;
        total += red;
    }
    print_message("%zu gradients red, %zu mistakes never\n", total, never);
    assert_true(total >= 100 && never >= 10);
}

static void in_one_layer_alone(void **state) {
    cnn_error error;
    (void)state;
    cnn_network *network = network_of(networks[0]);
    assert_int_equal(red_rows(network, mistake_row_named("conv-dx-flipped", NULL), "conv2", 2), 1);
    assert_int_equal(red_rows(network, mistake_row_named("sign", NULL), "softmax", 2), 1);
    assert_int_equal(red_rows(network, mistake_row_named("sign", NULL), "conv1", 2), 0);
    const struct {
        const char *layer, *mistake, *message;
    } cases[] = {
        {"conv9", "relu-open", "no layer named \"conv9\" to break"},
        {"conv1", "relu-open", "the mistake \"relu-open\" cannot be made in \"conv1\""},
        {"conv1", "rate-x100", "the mistake \"rate-x100\" cannot be made in \"conv1\""},
        {"conv1", "sine", "no mistake named \"sine\""},
        {NULL, "sine", "no mistake named \"sine\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cnn_gradcheck_options options = {.batch_size = 2,
                                               .debug_break_layer = cases[i].layer,
                                               .debug_mistake = cases[i].mistake};
        assert_false(cnn_gradcheck(network, &options, NULL, NULL, NULL, &error));
        assert_string_equal(error.message, cases[i].message);
    }
    cnn_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_true),
        cmocka_unit_test(found_by_name),
        cmocka_unit_test(red_where_said),
        cmocka_unit_test(in_one_layer_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
