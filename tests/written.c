/* Puts mistakes into solutions, compiles and loads them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "written.h"

enum { MARGIN = 4096 };

static char *read_text(const char *path) {
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 16);
    assert_true(file && text);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

static void read_line(written_mistake *m, const char *key, const char *value) {
    if (!strcmp(key, "in"))
        snprintf(m->exercise, sizeof m->exercise, "%s", value);
    else if (!strcmp(key, "was"))
        snprintf(m->edits[m->count].was, sizeof m->edits[0].was, "%s", value);
    else if (!strcmp(key, "has"))
        snprintf(m->edits[m->count++].has, sizeof m->edits[0].has, "%s", value);
}

size_t written_mistakes(written_mistake *mistakes, size_t most) {
    char *text = read_text("tests/workshop/mistakes.txt"), *rest = text, *line;
    size_t count = 0;
    while ((line = strtok_r(rest, "\n", &rest))) {
        char *value = strchr(line, ' ');
        if (line[0] == '#' || !value)
            continue;
        *value++ = '\0';
        if (!strcmp(line, "mistake")) {
            assert_true(count < most);
            mistakes[count] = (written_mistake){.count = 0};
            snprintf(mistakes[count].name, sizeof mistakes[count].name, "%s", value);
            count++;
        } else if (count) {
            read_line(&mistakes[count - 1], line, value);
        }
    }
    free(text);
    return count;
}

/* Replaces the line, wherever it is; false if it is nowhere. */
static bool replace(char **text, const written_edit *edit) {
    char *made = calloc(1, 1 << 17), *from = *text, *at;
    bool found = false;
    while ((at = strstr(from, edit->was))) {
        strncat(made, from, (size_t)(at - from));
        strcat(made, edit->has);
        from = at + strlen(edit->was);
        found = true;
    }
    strcat(made, from);
    free(*text);
    *text = made;
    return found;
}

char *written_text(const char *exercise, const written_mistake *one, const written_mistake *other) {
    char path[128];
    snprintf(path, sizeof path, "tests/workshop/%s.solution", exercise);
    char *text = read_text(path);
    for (size_t i = 0; one && i < one->count; i++)
        if (!replace(&text, &one->edits[i]))
            fail_msg("%s has no line %s", exercise, one->edits[i].was);
    for (size_t i = 0; other && text && i < other->count; i++)
        if (!replace(&text, &other->edits[i])) {
            free(text);
            text = NULL;
        }
    return text;
}

/* ----------------------------------------------------------------------------------- compiling */

/* A function that takes a cnn_call apart for each function of the exercise. */
static void write_shims(const char *exercise, FILE *file) {
    cnn_call call;
    for (size_t f = 0; cnn_exercise_function_at(exercise, f, &call); f++) {
        fprintf(file, "\nvoid shim_%zu(const double *v, void **a) { %s(", f, call.function);
        for (size_t i = 0; i < call.argument_count; i++) {
            const cnn_argument_kind kind = call.arguments[i].kind;
            if (kind <= CNN_ARGUMENT_REAL)
                fprintf(file, "%s(%s)v[%zu]", i ? ", " : "",
                        kind == CNN_ARGUMENT_SIZE ? "int" : "float", i);
            else
                fprintf(file, "%sa[%zu]", i ? ", " : "", i);
        }
        fprintf(file, "); }\n");
    }
}

typedef void shim(const double *values, void **arrays);

static void *load(const char *exercise, const char *text) {
    char source[] = "/tmp/cnn-written-XXXXXX", object[64], command[512];
    const int file = mkstemp(source);
    assert_true(file >= 0);
    FILE *stream = fdopen(file, "w");
    fputs(text, stream);
    write_shims(exercise, stream);
    fclose(stream);
    snprintf(object, sizeof object, "%s.so", source);
    snprintf(command, sizeof command, "${CC:-cc} -w -shared -fPIC -x c %s -o %s -lm", source,
             object);
    if (system(command))
        fail_msg("does not compile:\n%s", text);
    void *library = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    unlink(source);
    unlink(object);
    assert_non_null(library);
    return library;
}

/* ------------------------------------------------------------------------------------- calling */

/* A copy with room on both sides, which must stay as it is. */
static void *with_margins(const cnn_argument *a) {
    char *block = malloc(4 * a->count + 2 * MARGIN);
    memset(block, 0x4b, 4 * a->count + 2 * MARGIN);
    memcpy(block + MARGIN, a->labels ? (void *)a->labels : a->numbers, 4 * a->count);
    return block + MARGIN;
}

static bool take_back(const cnn_argument *a, void *array) {
    const char *block = (char *)array - MARGIN;
    bool untouched = true;
    for (size_t i = 0; i < MARGIN; i++)
        untouched &= block[i] == 0x4b && block[MARGIN + 4 * a->count + i] == 0x4b;
    if (a->kind >= CNN_ARGUMENT_OUTPUT)
        memcpy(a->numbers, array, 4 * a->count);
    for (size_t i = 0; a->kind >= CNN_ARGUMENT_OUTPUT && i < a->count; i++)
        untouched &= !(fabsf(a->numbers[i]) > 1e6f && isfinite(a->numbers[i]));
    free((char *)array - MARGIN);
    return untouched;
}

static bool run(const cnn_call *call, void *library, cnn_error *error) {
    char name[32];
    void *arrays[CNN_ARGUMENTS_MAX] = {0}, *symbol;
    double values[CNN_ARGUMENTS_MAX];
    bool good = true;
    snprintf(name, sizeof name, "shim_%zu", call->function_index);
    symbol = dlsym(library, name);
    shim *function;
    memcpy(&function, &symbol, sizeof function);
    for (size_t i = 0; i < call->argument_count; i++) {
        values[i] = call->arguments[i].value;
        if (call->arguments[i].kind >= CNN_ARGUMENT_LABELS)
            arrays[i] = with_margins(&call->arguments[i]);
    }
    function(values, arrays);
    for (size_t i = 0; i < call->argument_count; i++)
        if (arrays[i])
            good &= take_back(&call->arguments[i], arrays[i]);
    snprintf(error->message, sizeof error->message, "%s", "outside of an array");
    return good;
}

cnn_attempt *written_attempt(const char *exercise, const char *text) {
    cnn_error error;
    void *library = load(exercise, text);
    cnn_attempt *attempt = cnn_attempt_create(exercise, run, library, &error);
    if (!attempt)
        fail_msg("%s", error.message);
    dlclose(library);
    return attempt;
}

/* -------------------------------------------------------------------------------------- names */

static size_t names(const cnn_attempt *attempt, const char *name, size_t *others) {
    cnn_attempt_part part;
    size_t found = 0;
    *others = 0;
    for (size_t i = 0; cnn_attempt_part_at(attempt, i, &part); i++)
        for (size_t j = 0; j < part.explanation_count; j++)
            for (size_t k = 0; k < 2; k++) {
                const char *given = part.explanations[j][k];
                found += given && name && !strcmp(given, name);
                *others += given && (!name || strcmp(given, name));
            }
    return found;
}

bool written_named(const cnn_attempt *attempt, const char *name) {
    size_t others;
    return names(attempt, name, &others) > 0;
}

bool written_any_name(const cnn_attempt *attempt) {
    size_t others;
    names(attempt, NULL, &others);
    return others > 0;
}
