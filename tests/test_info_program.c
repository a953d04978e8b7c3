/* cnn info --program: the steps of a training step and of a prediction in words and as data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "command.h"

#include <string.h>

static const char shown[] =
    "A training step of 64 images on 2 threads by base.\n"
    "A task does its share of each step until threads synchronize.\n"
    "\n"
    "4 parts of the images, 8 at a time:\n"
    "  conv1 relu1 pool1  forward: y from x\n"
    "  conv2 relu2 pool2  forward: y from x\n"
    "4 parts of the images:\n"
    "  fc1 relu3          forward: y from x\n"
    "  fc2                forward: y from x\n"
    "  softmax loss       loss: p = softmax(y), loss = -log p[label]\n"
    "  softmax loss       loss: dy = (p - [label]) / images\n"
    "  fc2                backward: dx from dy\n"
    "  fc1 relu3          backward: dy through the activation\n"
    "  fc1 relu3          backward: dx from dy\n"
    "8 shards of the images in 4 tasks, one shard at a time:\n"
    "  conv2 relu2 pool2  backward: dx from dy\n"
    "  conv2 relu2 pool2  backward: dw, db from x and dy, summed over each shard\n"
    "  conv1 relu1 pool1  backward: dw, db from x and dy, summed over each shard\n"
    "-- threads synchronize --\n"
    "w and b in 16 pieces:\n"
    "  conv1 relu1 pool1  backward: dw, db: add up the shards' sums\n"
    "  conv1 relu1 pool1  update: move w, b against dw, db\n"
    "  conv2 relu2 pool2  backward: dw, db: add up the shards' sums\n"
    "  conv2 relu2 pool2  update: move w, b against dw, db\n"
    "rows of w in 16 pieces:\n"
    "  fc1 relu3          backward: dw, db from x and dy, summed over the batch\n"
    "  fc1 relu3          update: move w, b against dw, db\n"
    "  fc2                backward: dw, db from x and dy, summed over the batch\n"
    "  fc2                update: move w, b against dw, db\n";

static void the_command_shows_it(void **state) {
    (void)state;
    if (POOL_THREADS(2) < 2)
        skip();
    assert_int_equal(command_shell("\"$CNN\" info networks/simple.net --program --threads 2 "
                                   "--backend base"),
                     0);
    assert_string_equal(command_out, shown);
    assert_int_equal(command_run("info @/tiny.net --program --threads 1"), 0);
    assert_null(strstr(command_out, "synchronize"));
    assert_int_equal(command_run("info @/tiny.net --program --predict --threads 2"), 0);
    assert_non_null(strstr(command_out, "each thread's own images, 8 at a time:\n"));
    assert_null(strstr(command_out, "backward"));
    assert_int_equal(command_run("info @/tiny.net --program --predict --threads 3 --batch-size 1"),
                     0);
    assert_non_null(strstr(command_out, "3 splits of the layer's work:\n"));
    assert_int_equal(command_run("info @/tiny.net --program --threads 40 --batch-size 12"), 0);
    assert_non_null(strstr(command_out, "12 images, the layer's work on each in 3 splits:\n"));
    assert_non_null(strstr(command_out, "8 shards, the layer's work on each in 5 splits:\n"));
}

static void the_command_gives_it_as_data(void **state) {
    (void)state;
    assert_int_equal(command_run("info @/tiny.net --program --threads 2 --batch-size 5 --json"), 0);
    json_t *object = command_json(), *steps = json_object_get(object, "steps");
    assert_string_equal(json_string_value(json_object_get(object, "program")), "train");
    assert_int_equal(json_integer_value(json_object_get(object, "threads")), POOL_THREADS(2));
    assert_int_equal(json_integer_value(json_object_get(object, "batch_size")), 5);
    const json_t *step = json_array_get(steps, 0);
    assert_string_equal(json_string_value(json_object_get(step, "work")), "forward");
    assert_string_equal(json_string_value(json_object_get(step, "cut")), "images");
    assert_true(json_is_true(json_object_get(step, "barrier")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(step, "layers"), 0)),
                        "conv1");
    step = json_array_get(steps, json_array_size(steps) - 1);
    assert_string_equal(json_string_value(json_object_get(step, "work")), "update");
    json_decref(object);
}

static void the_command_refuses(void **state) {
    (void)state;
    command_run("info @/tiny.net --predict");
    command_refused(2, "--predict", "--program");
    command_run("info @/tiny.net --program --backend abacus");
    command_refused(1, "abacus", NULL);
    command_run("info @/tiny.net --backend abacus");
    command_refused(1, "abacus", NULL);
    command_shell("printf 'input 4x4x1\\nrelu\\n' >@/open.net; \"$CNN\" info @/open.net --program");
    command_refused(1, "open.net: ", "not flat");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_shows_it),
        cmocka_unit_test(the_command_gives_it_as_data),
        cmocka_unit_test(the_command_refuses),
    };
    return cmocka_run_group_tests_name("info_program", tests, command_folder_create,
                                       command_folder_remove);
}
