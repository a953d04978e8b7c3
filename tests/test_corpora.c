/* Runs the inputs kept for libFuzzer, and each that ever failed, through the same harnesses under
 * any compiler. A harness aborts where a promise is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

typedef int harness(const uint8_t *data, size_t size);
harness fuzz_checkpoint, fuzz_gzip, fuzz_idx, fuzz_network, fuzz_png, fuzz_safetensors;

/* A harness and the folder that its files are in. */
typedef struct parser {
    const char *name;
    harness *harness;
} parser;

static void replay(const parser *parser, const char *path) {
    static uint8_t bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_in_range(size, 0, sizeof bytes - 1);
    fclose(file);
    uint8_t *copy = fixture_copy(bytes, size);
    assert_int_equal(parser->harness(copy, size), 0);
    free(copy);
}

/* Every file of a folder; there may be no such folder. Returns how many. */
static size_t replay_folder(const parser *parser, const char *kind) {
    char folder[64], path[400];
    snprintf(folder, sizeof folder, "fuzz/%s/%s", kind, parser->name);
    DIR *entries = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        replay(parser, path);
        count++;
    }
    if (entries)
        closedir(entries);
    return count;
}

static void each_file_kept(void **state) {
    const parser *parser = *state;
    const size_t kept = replay_folder(parser, "corpus"), failed = replay_folder(parser, "failed");
    print_message("%zu inputs of the corpus, %zu that once failed\n", kept, failed);
    assert_true(kept > 0);
}

#define PARSER(name)                                                                               \
    {                                                                                              \
#name, each_file_kept, NULL, NULL, &(parser) {                                             \
#name, fuzz_##name                                                                     \
        }                                                                                          \
    }

int main(void) {
    const struct CMUnitTest tests[] = {
        PARSER(checkpoint), PARSER(gzip), PARSER(idx),
        PARSER(network),    PARSER(png),  PARSER(safetensors),
    };
    return cmocka_run_group_tests_name("corpora", tests, NULL, NULL);
}
