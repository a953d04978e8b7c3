/* The mistakes from the command: listed, explained, made in a training, in the gradient check and
 * in the doctor; and every reader of a model with a mistake reports it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"

#include "cnn.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* On 24 lines of 80 columns, each name once. */
static void list_fits_a_screen(void **state) {
    cnn_mistake_info mistake;
    size_t lines = 0;
    (void)state;
    assert_int_equal(command_run("help mistakes"), 0);
    for (const char *at = command_out, *end; (end = strchr(at, '\n')); at = end + 1, lines++)
        assert_in_range(end - at, 1, 80);
    assert_in_range(lines, 12, 24);
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++)
        assert_non_null(strstr(command_out, mistake.name));
    for (int f = 0; f < CNN_MISTAKE_FAMILIES; f++)
        assert_non_null(strstr(command_out, cnn_mistake_family_name((cnn_mistake_family)f)));
}

static void each_is_explained(void **state) {
    cnn_mistake_info mistake;
    (void)state;
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++) {
        assert_int_equal(command_run("help %s", mistake.name), 0);
        assert_non_null(strstr(command_out, mistake.edits[0].was));
        assert_non_null(strstr(command_out, mistake.edits[0].file));
        assert_non_null(strstr(command_out, mistake.red[0] ? mistake.red : "stays green"));
        assert_true(!mistake.seen[0] || strstr(command_out, mistake.seen));
    }
    assert_int_equal(command_run("help mistakes --json"), 0);
    json_t *object = command_json(), *list = json_object_get(object, "mistakes");
    assert_int_equal(json_array_size(list), cnn_mistake_count());
    for (size_t i = 0; cnn_mistake_at(i, &mistake); i++) {
        const json_t *row = json_array_get(list, i);
        assert_string_equal(text_of(row, "name"), mistake.name);
        assert_string_equal(text_of(row, "red"), mistake.red);
        assert_string_equal(text_of(row, "text"), mistake.text);
        assert_int_equal(json_array_size(json_object_get(row, "edits")), mistake.edit_count);
    }
    json_decref(object);
}

static void gradcheck_finds_it(void **state) {
    (void)state;
    assert_int_equal(command_run("gradcheck @/tiny.net --break relu-open"), 1);
    assert_non_null(
        strstr(command_out, "made on purpose was found: the gate of ReLU is forgotten"));
    assert_int_equal(command_run("gradcheck @/tiny.net --break conv-dx-pad --layer conv1 --json"),
                     1);
    json_t *object = command_json();
    assert_string_equal(text_of(object, "mistake"), "conv-dx-pad");
    assert_string_equal(text_of(object, "broken"), "conv1");
    assert_string_equal(text_of(object, "where"), "conv1 dx");
    json_decref(object);
    assert_int_equal(command_run("gradcheck @/tiny.net --break labels-shuffled"), 0);
    assert_non_null(strstr(command_out, "cannot be seen here: the images are shuffled"));
    assert_int_equal(command_run("gradcheck @/tiny.net --break conv1"), 1);
    assert_non_null(strstr(command_out, "damage done to conv1 on purpose was found"));
}

/* Reported at the start, in the object, in the file's name, in the file, and by its readers. */
static void trained_model_says_so(void **state) {
    (void)state;
    assert_int_equal(
        command_shell("cnn=$(realpath \"$CNN\") && cd @ && cp tiny.net here.net && \"$cnn\" "
                      "train here.net --data . --epochs 1 --break sign"),
        0);
    assert_non_null(strstr(command_out, "MISTAKE      sign, made on purpose"));
    assert_non_null(strstr(command_out, "here.sign.safetensors"));
    assert_int_equal(command_shell("test ! -e @/here.safetensors"), 0);
    assert_int_equal(command_run("eval @/here.sign.safetensors --data @"), 0);
    assert_non_null(strstr(command_err, "no sound model: it was trained with the mistake sign"));
    assert_int_equal(command_run("info @/here.sign.safetensors --json"), 0);
    assert_non_null(strstr(command_err, "the mistake sign"));
    json_decref(command_json());
    /* Later training without it does not remove it. */
    assert_int_equal(command_run("train @/here.sign.safetensors --data @ --epochs 1 --json --out "
                                 "@/more.safetensors"),
                     0);
    json_t *object = command_json();
    assert_string_equal(text_of(object, "mistake"), "sign");
    json_decref(object);
    assert_int_equal(command_run("info @/more.safetensors"), 0);
    assert_non_null(strstr(command_err, "the mistake sign"));
    assert_int_equal(
        command_run("train @/tiny.net --weights @/more.safetensors --data @ --epochs 1 "
                    "--out @/last.safetensors --json"),
        0);
    object = command_json();
    assert_string_equal(text_of(object, "mistake"), "sign");
    json_decref(object);
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --out @/s.st --json"), 0);
    object = command_json();
    assert_null(json_object_get(object, "mistake"));
    json_decref(object);
    assert_int_equal(command_run("info @/s.st"), 0);
    assert_string_equal(command_err, "");
}

/* A mistake in the rate or the pixels counts too. */
static void settings_are_made(void **state) {
    (void)state;
    assert_int_equal(
        command_run("train @/tiny.net --data @ --epochs 1 --out @/s.st --json --lr 0.002 "
                    "--break rate-over-1000"),
        0);
    json_t *object = command_json();
    assert_true(json_real_value(json_object_get(object, "lr")) < 3e-6);
    json_decref(object);
    assert_int_equal(command_run("train @/tiny.net --data @ --epochs 1 --out @/s.st --json "
                                 "--break pixels-0-255"),
                     0);
    object = command_json();
    const json_t *by = json_object_get(object, "normalization");
    assert_true(json_real_value(json_object_get(by, "mean")) == 0 &&
                json_real_value(json_object_get(by, "std")) < 0.004);
    json_decref(object);
}

/* The doctor judges weights, rate and labels, not the mistake's name. */
static void doctor_examines_it(void **state) {
    static const struct {
        const char *mistake, *cause;
    } cases[] = {
        {"weights-zero", "symmetry"}, {"rate-x100", "rate"}, {"labels-shuffled", "labels"}};
    (void)state;
    /* Training takes some seconds, and minutes with a sanitizer. */
    if (getenv("CNN_TEST_SHARE") ||
        command_shell("test -e data/mnist/train-images-idx3-ubyte -o -e "
                      "data/mnist/train-images-idx3-ubyte.gz"))
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(command_run("doctor networks/lab.net --limit 2000 --lr 0.003 "
                                     "--batch-size 32 --json --break %s",
                                     cases[i].mistake),
                         0);
        json_t *object = command_json();
        assert_string_equal(text_of(object, "cause"), cases[i].cause);
        json_decref(object);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_fits_a_screen), cmocka_unit_test(each_is_explained),
        cmocka_unit_test(gradcheck_finds_it), cmocka_unit_test(trained_model_says_so),
        cmocka_unit_test(settings_are_made),  cmocka_unit_test(doctor_examines_it),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
