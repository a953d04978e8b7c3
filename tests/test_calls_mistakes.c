/* The walk over the public interface: mistakes, cases and their diagnosis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#include <string.h>

static void mistakes(void **state) {
    cnn_mistake_info info = {.name = "kept"};
    cnn_model_options options = cnn_model_options_defaults();
    (void)state;
    assert_null(cnn_mistake_family_name(CNN_MISTAKE_FAMILIES));
    assert_null(cnn_mistake_family_name((cnn_mistake_family)-1));
    assert_true(cnn_mistake_count() >= 30);
    assert_true(cnn_mistake_at(0, NULL));
    assert_false(cnn_mistake_at(cnn_mistake_count(), &info));
    assert_false(cnn_mistake_at(SIZE_MAX, NULL));
    assert_false(cnn_mistake_find(NULL, &info));
    assert_false(cnn_mistake_find("", &info));
    assert_string_equal(info.name, "kept");
    REFUSED(cnn_mistake_make(NULL, &options, NULL, NULL, e));
    REFUSED(cnn_mistake_make("", &options, NULL, NULL, e));
    assert_null(options.debug_mistake);
    options.debug_mistake = "";
    REFUSED(cnn_model_create(c.network, &options, e));
    assert_null(cnn_model_mistake(NULL));
    assert_null(cnn_model_mistake(c.model));
    assert_null(cnn_model_file_mistake(NULL));
}

static void cases(void **state) {
    cnn_case_shape shape = {"relu", 2, 3, 3, 1};
    (void)state;
    assert_false(cnn_case_shape_at(NULL, 0, &shape));
    assert_false(cnn_case_shape_at("", 0, &shape));
    assert_false(cnn_case_shape_at("relu", SIZE_MAX, &shape));
    assert_string_equal(shape.layer, "relu");
    assert_true(cnn_case_shape_at("relu", 0, NULL));
    REFUSED(cnn_case_create(NULL, 1, e));
    shape.layer = NULL;
    REFUSED(cnn_case_create(&shape, 1, e));
    shape = (cnn_case_shape){"softmax", 2, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    REFUSED(cnn_case_create(&shape, 1, e));
    shape = (cnn_case_shape){"softmax", 1, 1, 1, ((size_t)1 << 20) + 1};
    REFUSED(cnn_case_create(&shape, 1, e));
    cnn_case_free(NULL);
    const cnn_case_info about = cnn_case_get_info(NULL);
    assert_true(!about.x && !about.images && !about.layer[0]);
}

static void diagnoses(void **state) {
    const cnn_case_shape shape = {"relu", 2, 3, 3, 1};
    cnn_diagnosis diagnosis;
    (void)state;
    cnn_case *one = cnn_case_create(&shape, 1, NULL);
    const cnn_case *list[] = {one, NULL};
    REFUSED(cnn_diagnose(NULL, 1, &diagnosis, e));
    REFUSED(cnn_diagnose(list, 0, &diagnosis, e));
    REFUSED(cnn_diagnose(list, SIZE_MAX, &diagnosis, e));
    REFUSED(cnn_diagnose(list, 1, NULL, e));
    /* Without an answer, and then with NULL for one of two cases. */
    REFUSED(cnn_diagnose(list, 1, &diagnosis, e));
    const cnn_case_info about = cnn_case_get_info(one);
    memset(about.dx, 0, about.x_count * sizeof *about.dx);
    REFUSED(cnn_diagnose(list, 2, &diagnosis, e));
    assert_true(cnn_diagnose(list, 1, &diagnosis, NULL));
    REFUSED(cnn_case_answer(NULL, NULL, e));
    REFUSED(cnn_case_answer(one, "no such", e));
    assert_true(cnn_case_answer(one, NULL, NULL));
    assert_true(cnn_diagnose(list, 1, &diagnosis, NULL) && diagnosis.right);
    cnn_case_free(one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mistakes, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(cases, calls_make, calls_free),
        cmocka_unit_test_setup_teardown(diagnoses, calls_make, calls_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
