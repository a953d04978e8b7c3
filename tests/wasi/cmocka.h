/* cmocka's assertions for WebAssembly, which has no longjmp() for the library itself: the first
 * that does not hold ends the program. Only for tests/test_*.c that are built there (wasm.mk). */
#ifndef TESTS_WASI_CMOCKA_H
#define TESTS_WASI_CMOCKA_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};
#define cmocka_unit_test(function)                                                                 \
    { #function, function }

/* Prints where and why, and ends the program. */
#define fail_msg(...)                                                                              \
    (printf("[  ERROR   ] %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), putchar('\n'),       \
     exit(1))
#define fail() fail_msg("failed")
#define print_message printf
/* Only in the test itself, not in functions that it calls. */
#define skip()                                                                                     \
    do {                                                                                           \
        puts("[  SKIPPED ]");                                                                      \
        return;                                                                                    \
    } while (0)

#define assert_true(condition) ((condition) ? (void)0 : fail_msg("not true: %s", #condition))
#define assert_false(condition) assert_true(!(condition))
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_int_equal(a, b) assert_true((uint64_t)(a) == (uint64_t)(b))
#define assert_int_not_equal(a, b) assert_true((uint64_t)(a) != (uint64_t)(b))
#define assert_ptr_equal(a, b) assert_true((a) == (b))
#define assert_in_range(value, low, high)                                                          \
    assert_true((uint64_t)(value) >= (uint64_t)(low) && (uint64_t)(value) <= (uint64_t)(high))
#define assert_string_not_equal(a, b) assert_true(strcmp(a, b) != 0)
#define assert_string_equal(a, b) assert_true(!strcmp(a, b))
#define assert_memory_equal(a, b, size) assert_true(!memcmp(a, b, size))
#define assert_memory_not_equal(a, b, size) assert_true(memcmp(a, b, size) != 0)

/* Ends with the line that tests/run counts. */
static inline int run_all(const struct CMUnitTest *tests, size_t count,
                          int (*setup)(void **state)) {
    if (setup && setup(NULL))
        fail_msg("setup");
    for (size_t i = 0; i < count; i++) {
        printf("[ RUN      ] %s\n", tests[i].name);
        tests[i].run(NULL);
        printf("[       OK ] %s\n", tests[i].name);
    }
    printf("[  PASSED  ] %zu test(s).\n", count);
    return 0;
}
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    run_all(tests, sizeof(tests) / sizeof *(tests), setup)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
    cmocka_run_group_tests(tests, setup, teardown)

#endif
