/* cnn explain and cnn gradcheck --at from end to end: numbers worked out by hand, the suggested
 * next numbers, and messages for a wrong WHERE. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "explained_model.h"
#include "png_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* hand.st and hand.png: the small model on 1 0 0.2 / 0 1 0 / 0.4 0 1; tiny.st, trained a little. */
static int make_folder(void **state) {
    uint8_t pixels[] = {255, 0, 51, 0, 255, 0, 102, 0, 255};
    char path[128];
    if (command_folder_create(state))
        return -1;
    png_file_write("hand.png", &(png_pixels){3, 3, 1, pixels});
    cnn_model *model = small_model();
    snprintf(path, sizeof path, "%s/hand.st", command_folder);
    const bool saved = cnn_model_save(model, path, NULL);
    cnn_model_free(model);
    return !saved ||
           command_run("train @/tiny.net --data @ --epochs 1 --threads 1 --out @/tiny.st");
}

/* The call succeeds, and its output has each of the parts. */
static void prints(const char *call, const char *part, const char *other) {
    command_run("explain %s", call);
    if (command_code || command_err[0] || !strstr(command_out, part) ||
        (other && !strstr(command_out, other)))
        fail_msg("%s: %d, %s\n%s", call, command_code, command_err, command_out);
}

/* conv1[1,1] lies on 1 0 / 0 1 with the kernel 1 -2 / 3 0.5 and the bias -1. */
static void sums_by_hand(void **state) {
    (void)state;
    prints("@/hand.st @/hand.png 'conv1[1,1]'", "conv1[1,1] = 0.5\n", "-1 + 1 x 1 + 1 x 0.5\n");
    prints("@/hand.st @/hand.png 'conv1[1,1]'", "src/ops/conv2d.c:3, computed by conv2d_y()",
           "       1       0          1      -2\n       0       1  x       3     0.5\n");
    prints("@/hand.st @/hand.png 'conv1[1,0]'", "conv1[1,0] = -0.8", "-1 + 0.4 x 0.5\n");
    prints("@/hand.st @/hand.png 'conv1[1,0]'", "2 terms: x would lie in the padding",
           "       .       0          1      -2\n       .     0.4  x       3     0.5\n");
    prints("@/hand.st @/hand.png 'relu1[1,0]'", "relu1[1,0] = 0\n",
           "0, as x = -0.8 is not above 0: the gate is closed");
    prints("@/hand.st @/hand.png 'pool1[0,0]'", "the largest of 0, 0, 0, 0.5: number 4 of 4",
           "relu1[1,1]  chosen");
    prints("@/hand.st @/hand.png 'fc1[0]'", "fc1[0] = 0.125\n", "0 + 0.5 x 0.25\n");
}

/* Logits 0.125 and -0.125, of which the second should win: log(1 + exp(0.25)) = 0.825939; its
 * share is 1 / (1 + exp(0.25)) = 0.437823. */
static void losses_by_hand(void **state) {
    (void)state;
    prints("@/hand.st @/hand.png losses --label 1", "losses = 0.825939",
           "log(1.7788) - (-0.125 - 0.125)\n");
    prints("@/hand.st @/hand.png 'probabilities[1]'", "probabilities[1] = 0.43782",
           "exp(-0.125 - 0.125) / 1.7788\n");
    prints("@/hand.st @/hand.png 'fc1.grad[1]' --label 1", "fc1.grad[1] = -0.56217",
           "(0.43782 - 1) / 1\n");
    prints("@/hand.st @/hand.png 'fc1.weight.grad[0,1]' --label 1",
           "fc1.weight.grad[0,1] = -0.28108", "0.5 x (-0.56218)\n");
    /* Through the gate that is open, to the pixel under it: 0.28109 (0.25 + 0.25) / 0.5. */
    prints("@/hand.st @/hand.png 'conv1.weight.grad[0,0,0,0]' --label 1",
           "conv1.weight.grad[0,0,0,0] = 0.28108", "1 x 0.28109\n");
    prints("@/hand.st @/hand.png 'input.grad[2,2]' --label 1", "input.grad[2,2] = 0.14054",
           "0.28109 x 0.5\n");
    prints("@/hand.st @/hand.png 'input[2,0]' --label 1", "a pixel, (102 / 255 - 0) / 1",
           "input.grad[2,0]");
    prints("@/hand.st @/hand.png 'conv1.weight[0,1,0,0]'", "= -2\n", "a parameter");
}

/* Without WHERE: a line for each layer, and where to begin. */
static void the_way_on_a_screen(void **state) {
    int lines = 0;
    (void)state;
    prints("@/hand.st @/hand.png", "conv1     conv2d 1 2x2 stride 2 pad 1", "explain");
    prints("@/hand.st @/hand.png --label 1", "1: loss 0.8259", "0 56.22 %, 1 43.78 %");
    for (const char *c = command_out; *c; c++)
        lines += *c == '\n';
    assert_in_range(lines, 8, 24);
    prints("@/tiny.st @ --index 3", "it is        3: loss", "--index 3");
}

/* Follows the suggestions to a number that nothing computes. */
static void one_number_leads_to_the_next(void **state) {
    (void)state;
    char call[1024] = "";
    int steps = 0;
    prints("@/tiny.st @ 'fc1.grad[2]' --index 5", "probabilities[2]", "fc1.grad[2] =");
    prints("@/tiny.st @ 'fc1[2]' --index 5", "fc1[2] =", "next");
    for (const char *at; (at = strstr(command_out, " explain ")) && steps < 9; steps++) {
        snprintf(call, sizeof call, "%.*s", (int)strcspn(at + 9, "\n"), at + 9);
        prints(call, " = ", NULL);
        if (strstr(command_out, "given "))
            break;
    }
    assert_in_range(steps, 4, 8); /* flatten, pool, relu, conv, input */
    assert_non_null(strstr(call, "'input["));
}

/* Images from a file of many, with a class from the command line. */
static void images_of_idx_files(void **state) {
    (void)state;
    prints("@/tiny.st @ 'conv1[3,3,2]' --index 5", "conv1[3,3,2] =", "--index 5");
    char *first = strdup(command_out);
    prints("@/tiny.st @/t10k-images-idx3-ubyte 'conv1[3,3,2]' --index 5", "conv1[3,3,2] =", NULL);
    assert_int_equal(strcspn(first, "\n"), strcspn(command_out, "\n"));
    assert_memory_equal(first, command_out, strcspn(first, "\n"));
    free(first);
    prints("@/tiny.st @/t10k-images-idx3-ubyte 'fc1.grad[2]' --index 5 --label 2", "- 1) / 1",
           "--label 2");
}

/* All terms in order, with the running sum. */
static void all_terms(void **state) {
    (void)state;
    prints("@/hand.st @/hand.png 'conv1[1,1]' --all",
           "    2           0          -2           0  input[1,2]  conv1.weight[0,1,0,0]  zero\n",
           "    4           1         0.5         0.5  input[2,2]  conv1.weight[1,1,0,0]\n");
    const char *table = strstr(command_out, " term ");
    assert_non_null(table);
    assert_null(strstr(table, "others"));
}

static void as_json(void **state) {
    double x, y, value, sum, start;
    const char *page, *a, *note;
    (void)state;
    prints("@/hand.st @/hand.png 'conv1[1,0]' --json", "{", NULL);
    json_t *object = command_json(), *terms = json_object_get(object, "terms");
    assert_int_equal(json_array_size(terms), 4);
    assert_int_equal(json_unpack(object, "{s:F, s:{s:s}, s:{s:F}}", "value", &value, "book", "page",
                                 &page, "start", "value", &start),
                     0);
    assert_int_equal(json_unpack(json_array_get(terms, 3), "{s:s, s:F, s:F, s:F, s:s}", "a", &a,
                                 "x", &x, "y", &y, "sum", &sum, "note", &note),
                     0);
    assert_true(value == sum && fabs(value + 0.8) < 1e-6 && start == -1 && y == 0.5);
    assert_true(fabs(x - 0.4) < 1e-6 && !note[0]);
    assert_string_equal(a, "input[2,0]");
    assert_string_equal(page, "src/ops/conv2d.c");
    json_decref(object);
    prints("@/hand.st @/hand.png --json", "\"layers\": [", "\"label\": null");
    json_decref(command_json());
    prints("@/hand.st @/hand.png losses --label 1 --json", "\"label\": 1", "\"chosen\": 1");
}

static void refuses(const char *call, const char *part, const char *other) {
    command_run("explain %s", call);
    command_refused(1, part, other);
    assert_string_equal(command_out, "");
}

static void a_bad_where_is_answered(void **state) {
    (void)state;
    refuses("@/tiny.st @ 'conv1[8,3,2]'", "conv1 is 8x8x4, counted from 0",
            "conv1[4,4,2] is one of its numbers");
    refuses("@/tiny.st @ 'conv1[3,3]'", "conv1 is 8x8x4", "conv1[4,4,2]");
    refuses("@/tiny.st @ 'conv1[3,3,2'", "conv1 is 8x8x4", NULL);
    refuses("@/tiny.st @ 'conv1[3,3,-1]'", "conv1 is 8x8x4", NULL);
    refuses("@/tiny.st @ 'conv1[3,3,99999999999999999999]'", "conv1 is 8x8x4", NULL);
    refuses("@/tiny.st @ 'fc1[4]'", "fc1 has 4 numbers", "fc1[2]");
    refuses("@/tiny.st @ 'losses[1]'", "losses is one number: losses", NULL);
    refuses("@/tiny.st @ 'cnov1[3,3,2]'", "no tensor cnov1", "did you mean conv1[4,4,2]?");
    refuses("@/tiny.st @ 'fc1.wieght[3,2]'", "did you mean fc1.weight[32,2]?", NULL);
    refuses("@/tiny.st @ zzz", "no tensor zzz", "conv1[4,4,2]");
    /* Its own example works. */
    prints("@/tiny.st @ 'fc1.weight[32,2]'", "a parameter", NULL);
}

static void other_calls_are_refused(void **state) {
    (void)state;
    refuses("@/hand.st @/hand.png 'fc1.grad[1]'", "hand.png: fc1.grad follows from the true class",
            "--label CLASS");
    refuses("@/hand.st @/hand.png losses", "--label CLASS", NULL);
    refuses("@/hand.st @/hand.png losses --label two", "no such class; there are 2, from 0 to 1",
            NULL);
    refuses("@/hand.st @/hand.png losses --label 2", "no such class", NULL);
    refuses("@/hand.st @/hand.png --index 1", "has 1 image, counted from 0", NULL);
    refuses("@/tiny.st @ --index 64", "has 64 images, counted from 0", "no number 64");
    refuses("@/tiny.st @/none.png", "none.png", NULL);
    refuses("@/tiny.st @/tiny.st", "a PNG or IDX images are expected", NULL);
    refuses("@/tiny.net @", "not a model but a network", NULL);
    command_run("explain @/tiny.st @ --mean 0.5");
    command_refused(2, "--mean and --std go with --weights", NULL);
    command_run("explain @/tiny.st");
    command_refused(2, "IMAGE is missing", NULL);
}

/* ------------------------------------------------------------------------------- gradcheck --at */

static void slopes_in_a_row(void **state) {
    (void)state;
    assert_int_equal(
        command_run("gradcheck @/hand.st --at 'fc1.weight[0,1]' --image @/hand.png --label 1"), 0);
    assert_non_null(strstr(command_out, "fc1.weight[0,1] = -0.25\n"));
    assert_non_null(strstr(command_out, "loss         0.82593"));
    assert_non_null(strstr(command_out, "backprop     -0.28108"));
    assert_non_null(strstr(command_out, "\n 1e-05"));
    assert_non_null(strstr(command_out, "digits agree"));
    assert_null(strstr(command_out, "kinks        within"));
    /* conv1[1,1] is 0.5 with the bias -1: moved by 0.1 its gate stays open, others closed. */
    assert_int_equal(command_run("gradcheck @/hand.st --at 'conv1.bias[0]' --image @/hand.png "
                                 "--label 1 --json"),
                     0);
    json_t *object = command_json(), *rows = json_object_get(object, "rows"), *row;
    size_t i;
    assert_int_equal(json_array_size(rows), 9);
    json_array_foreach(rows, i, row)
        assert_int_equal(json_integer_value(json_object_get(row, "kinks")), 0);
    assert_true(fabs(json_real_value(json_object_get(object, "gradient")) - 0.281088) < 1e-6);
    json_decref(object);
}

/* relu1[0,0] lies on -0.5, and its weight on a pixel of 1: 0.5 + 0.6 opens the gate. */
static void kinks_are_reported(void **state) {
    (void)state;
    assert_int_equal(command_run("gradcheck @/tiny.st --at 'conv1.weight[1,1,0,2]' --image @"), 0);
    assert_non_null(strstr(command_out, "kinks        within"));
    assert_int_equal(command_run("gradcheck @/tiny.net --at 'input[3,4]' --seed 3"), 0);
    assert_non_null(strstr(command_out, "drawn by the seed"));
}

static double explained_value(const char *backend, size_t k) {
    assert_int_equal(
        command_run("explain @/tiny.st @ 'fc1[%zu]' --index 3 --json --backend %s", k, backend), 0);
    json_t *object = command_json();
    const double value = json_real_value(json_object_get(object, "value"));
    json_decref(object);
    return value;
}

/* A back end that rounds twice differs in the last bits of some number, and only such a one. */
static void bits_of_a_back_end(void **state) {
    cnn_backend backend;
    (void)state;
    for (size_t i = 0; cnn_backend_at(i, &backend); i++) {
        bool same = true;
        for (size_t k = 0; k < 4 && backend.runs; k++)
            same &= explained_value(backend.name, k) == explained_value("ref", k);
        if (backend.runs && same != backend.same_bits)
            fail_msg("%s: %s", backend.name, same ? "the same bits" : "other bits");
    }
    prints("@/hand.st @/hand.png 'fc1[0]' --backend base", "next", "' --backend base\n");
    command_run("explain @/hand.st @/hand.png 'fc1[0]' --backend abacus");
    command_refused(1, "abacus", NULL);
}

static void bad_slopes_are_refused(void **state) {
    (void)state;
    command_run("gradcheck @/tiny.st --at 'conv1[3,4,2]' --image @");
    command_refused(1, "conv1 is computed", NULL);
    command_run("gradcheck @/tiny.st --at 'conv1.weight[3,4,2]' --image @");
    command_refused(1, "conv1.weight is 3x3x1x4", "conv1.weight[1,1,0,2]");
    command_run("gradcheck @/hand.st --at 'input[0,0]' --image @/hand.png");
    command_refused(1, "hand.png: the loss needs the true class", NULL);
    command_run("gradcheck @/tiny.net --image @");
    command_refused(2, "--image counts only with --at", NULL);
    command_run("gradcheck @/tiny.net --at 'input[0,0]' --break conv1");
    command_refused(2, "choose one", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_by_hand),
        cmocka_unit_test(losses_by_hand),
        cmocka_unit_test(the_way_on_a_screen),
        cmocka_unit_test(one_number_leads_to_the_next),
        cmocka_unit_test(images_of_idx_files),
        cmocka_unit_test(all_terms),
        cmocka_unit_test(as_json),
        cmocka_unit_test(bits_of_a_back_end),
        cmocka_unit_test(a_bad_where_is_answered),
        cmocka_unit_test(other_calls_are_refused),
        cmocka_unit_test(slopes_in_a_row),
        cmocka_unit_test(kinks_are_reported),
        cmocka_unit_test(bad_slopes_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, command_folder_remove);
}
