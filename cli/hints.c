/* Gives hints, and remembers how many. */
#define _POSIX_C_SOURCE 200809L
#include "hints.h"

#include "file.h"
#include "print.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static bool count_path(const char *path, const char *exercise, char *to, size_t size) {
    const char *slash = strrchr(path, '/');
    const int folder = slash ? (int)(slash - path) + 1 : 0;
    return snprintf(to, size, "%.*s.%s.hints", folder, path, exercise) < (int)size;
}

static size_t given_before(const char *path) {
    FILE *file = fopen(path, "re");
    char text[16] = "0";
    if (file && !fgets(text, sizeof text, file))
        text[0] = '\0';
    if (file)
        fclose(file);
    return strtoul(text, NULL, 10);
}

static bool keep(const char *path, size_t given, cnn_error *error) {
    char text[24];
    const int length = snprintf(text, sizeof text, "%zu\n", given);
    const file_part part = {text, (size_t)length};
    return file_write(path, &part, 1, error);
}

bool hints_next(const char *path, const char *exercise, cnn_error *error) {
    char counted[4096];
    cnn_exercise_info info;
    cnn_exercise_find(exercise, &info);
    if (!file_exists(path))
        return source_refuse(error, path, "there is no such file");
    if (!count_path(path, exercise, counted, sizeof counted))
        return source_refuse(error, path, "the name is too long");
    const size_t before = given_before(counted), next = before + 1;
    const size_t shown = next < info.hint_count ? next : info.hint_count;
    for (size_t i = 0; i < shown; i++) {
        char name[48];
        snprintf(name, sizeof name, "hint %zu of %zu", i + 1, info.hint_count);
        print_field(stdout, name, "%s", cnn_exercise_hint_at(exercise, i));
    }
    if (next > info.hint_count)
        print_field(stdout, "", "These are all.");
    return next > info.hint_count || keep(counted, next, error);
}
