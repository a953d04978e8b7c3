/* Every back end that this machine runs: by its name, against the book, and in messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "same_bits.h"

enum { SHAPES = 300 };

/* The next back end after *place that runs here; NULL beyond the last. */
static const ops *next_running(size_t *place) {
    const ops *ops;
    bool runs;
    while ((ops = ops_at((*place)++, &runs)))
        if (runs)
            return ops;
    return NULL;
}

static void test_operations_agree(void **state) {
    const ops *other;
    (void)state;
    for (size_t i = 0; (other = next_running(&i));) {
        const ops *book = other->roundings == 1 ? ops_book() : &book_twice;
        const char *wrong = operations_differ(book, other, SHAPES, 0);
        if (wrong)
            fail_msg("%s: %s", other->name, wrong);
    }
}

/* Rounding twice costs the last digits, no more. */
static void test_base_is_near(void **state) {
    (void)state;
    const char *wrong = operations_differ(ops_book(), &simd_base, SHAPES, 1e-5);
    if (wrong)
        fail_msg("%s", wrong);
}

static void test_steps_agree(void **state) {
    const ops *other;
    (void)state;
    for (size_t i = 0; (other = next_running(&i));) {
        const char *wrong = steps_differ("ref", other->name, other->roundings == 1 ? 0 : 1e-5);
        if (wrong)
            fail_msg("%s: %s", other->name, wrong);
    }
}

static void test_names(void **state) {
    size_t place = 0;
    const ops *ops;
    bool runs;
    (void)state;
    assert_ptr_equal(ops_best(), next_running(&place));
    assert_ptr_equal(ops_named(NULL), ops_best());
    assert_ptr_equal(ops_named("ref"), ops_book());
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++)
        assert_ptr_equal(ops_named(ops->name), runs ? ops : NULL);
    assert_null(ops_named("none"));
    assert_null(ops_named(""));
}

/* The refusal lists those that run here, and no others. */
static void test_refusals(void **state) {
    const ops *ops;
    bool runs;
    (void)state;
    command_run("train @/tiny.net --data @ --out @/m --backend none");
    command_refused(1, "no back end \"none\" on this machine: ", ", ref");
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++) {
        command_run("train @/tiny.net --data @ --out @/m --backend none");
        assert_true(runs == !!strstr(command_err, ops->name));
        if (!runs) {
            command_run("train @/tiny.net --data @ --out @/m --backend %s", ops->name);
            command_refused(1, "no back end", ops->name);
        }
    }
}

static void test_info_tells(void **state) {
    const ops *ops;
    bool runs;
    (void)state;
    assert_int_equal(command_run("info --cpu"), 0);
    assert_non_null(strstr(command_out, "processors"));
    for (size_t i = 0; (ops = ops_at(i, &runs)); i++)
        assert_non_null(strstr(command_out, ops->instructions));
    assert_int_equal(command_run("info --cpu --json"), 0);
    json_t *said = command_json();
    assert_string_equal(json_string_value(json_object_get(said, "default")), ops_best()->name);
    assert_true(json_integer_value(json_object_get(said, "processors")) >= 1);
    const json_t *all = json_object_get(said, "backends");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        ops = ops_at(i, &runs);
        assert_non_null(ops);
        assert_string_equal(json_string_value(json_object_get(one, "name")), ops->name);
        assert_true(json_is_true(json_object_get(one, "runs")) == runs);
        assert_true(json_is_true(json_object_get(one, "same_bits")) == (ops->roundings == 1));
    }
    assert_null(ops_at(json_array_size(all), &runs));
    json_decref(said);
}

/* Whole runs of the command by name; the model of a back end with the book's bits is the book's. */
static void test_trained_by_name(void **state) {
    const ops *other;
    (void)state;
    for (size_t i = 0; (other = next_running(&i));) {
        assert_int_equal(command_run("train @/tiny.net --data @ --epochs 2 --batch-size 7 "
                                     "--out @/%s --backend %s",
                                     other->name, other->name),
                         0);
        assert_non_null(strstr(command_out, other->name));
    }
    for (size_t i = 0; (other = next_running(&i));) {
        size_t size, book_size;
        char *bytes = command_file(other->name, &size), *book = command_file("ref", &book_size);
        assert_int_equal(size, book_size);
        if (other->roundings == 1)
            assert_memory_equal(bytes, book, size);
        free(bytes);
        free(book);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations_agree), cmocka_unit_test(test_base_is_near),
        cmocka_unit_test(test_steps_agree),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_refusals),         cmocka_unit_test(test_info_tells),
        cmocka_unit_test(test_trained_by_name),
    };
    return cmocka_run_group_tests(tests, command_folder_create, command_folder_remove);
}
