/* Checks that tests/test_calls*.c call every function of include/ with invalid arguments, and that
 * each layer's function is called so in the layer's own test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layers.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All files that the pattern names, one after the other. To be freed. */
static char *read_all(const char *pattern) {
    glob_t found;
    size_t size = 0;
    char *text = calloc(1, 1 << 20);
    if (glob(pattern, 0, NULL, &found))
        fail_msg("there is no %s", pattern);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "r");
        assert_non_null(file);
        size += fread(text + size, 1, (1 << 20) - 1 - size, file);
        fclose(file);
    }
    globfree(&found);
    return text;
}

static void blank_comments(char *text) {
    for (char *begin; (begin = strstr(text, "/*"));) {
        char *end = strstr(begin, "*/");
        assert_non_null(end);
        memset(begin, ' ', (size_t)(end + 2 - begin));
    }
}

/* The next name that begins with cnn_ and is followed by a bracket; NULL after the last one. */
static char *next_call(char *at, size_t *length) {
    for (; (at = strstr(at, "cnn_")); at++) {
        *length = 0;
        while (isalnum((unsigned char)at[*length]) || at[*length] == '_')
            ++*length;
        if (at[*length] == '(' && !isalnum((unsigned char)at[-1]) && at[-1] != '_')
            return at;
    }
    return NULL;
}

static bool calls_name(char *source, const char *name, size_t wanted) {
    size_t length;
    for (char *at = source; (at = next_call(at, &length)); at += length)
        if (length == wanted && !memcmp(at, name, wanted))
            return true;
    return false;
}

/* A layer's function, cnn_network_WORD(), is called in the layer's own test, tests/test_WORD.c. */
static bool layer_is_called(const char *name, size_t length) {
    static const char prefix[] = "cnn_network_";
    const size_t begin = sizeof prefix - 1;
    if (length <= begin || memcmp(name, prefix, begin) ||
        !layer_kind_of(name + begin, length - begin))
        return false;
    char path[64], call[64];
    snprintf(path, sizeof path, "tests/test_%.*s.c", (int)(length - begin), name + begin);
    snprintf(call, sizeof call, "%.*s(NULL", (int)length, name);
    char *test = read_all(path);
    blank_comments(test);
    const bool called = strstr(test, call);
    free(test);
    return called;
}

static void nothing_public_is_left_out(void **state) {
    (void)state;
    char *headers = read_all("include/*.h"), *walk = read_all("tests/test_calls*.c");
    size_t functions = 0, length;
    blank_comments(headers);
    blank_comments(walk);
    for (char *at = headers; (at = next_call(at, &length)); at += length, functions++)
        if (!calls_name(walk, at, length) && !layer_is_called(at, length))
            fail_msg("%.*s() is not called with what it cannot take", (int)length, at);
    print_message("%zu public functions\n", functions);
    assert_true(functions >= 92);
    free(headers);
    free(walk);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_public_is_left_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
