/* The text of the program around the functions of an exercise. */
#include "call_program.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The same types as in call_program.h. Each array has memory of its own, so that a sanitizer sees
 * the first number beside it. */
static const char head[] =
    "#include <errno.h>\n"
    "#include <stdint.h>\n"
    "#include <stdlib.h>\n"
    "#include <time.h>\n"
    "#include <unistd.h>\n"
    "#include \"declarations.h\"\n"
    "typedef struct { uint32_t function, arguments, repeats, reserved; } head;\n"
    "typedef struct { double value; uint32_t count, kind; } argument;\n"
    "typedef struct { argument about; void *array; } given;\n"
    "enum { FIRST_ARRAY = 2, FIRST_ANSWER = 4, MOST = 24 };\n";

static const char tail[] =
    "static int move(int from, void *bytes, size_t size) {\n"
    "    char *at = bytes;\n"
    "    while (size) {\n"
    "        ssize_t n = from < 0 ? write(3, at, size) : read(from, at, size);\n"
    "        if (n == 0 || (n < 0 && errno != EINTR)) return 0;\n"
    "        if (n > 0) at += n, size -= (size_t)n;\n"
    "    }\n"
    "    return 1;\n"
    "}\n"
    "static double now(void) {\n"
    "    struct timespec t;\n"
    "    clock_gettime(CLOCK_MONOTONIC, &t);\n"
    "    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;\n"
    "}\n"
    "static int receive(const head *h, given *a) {\n"
    "    for (uint32_t i = 0; i < h->arguments; i++)\n"
    "        if (!move(0, &a[i].about, sizeof a[i].about)) return 0;\n"
    "    for (uint32_t i = 0; i < h->arguments; i++) {\n"
    "        size_t size = 4 * (size_t)a[i].about.count;\n"
    "        a[i].array = a[i].about.kind >= FIRST_ARRAY ? malloc(size) : NULL;\n"
    "        if (a[i].array && !move(0, a[i].array, size)) return 0;\n"
    "    }\n"
    "    for (uint32_t i = 0; i < h->arguments; i++) {\n"
    "        uint64_t address = (uint64_t)(uintptr_t)a[i].array;\n"
    "        if (!move(-1, &address, sizeof address)) return 0;\n"
    "    }\n"
    "    return 1;\n"
    "}\n"
    "static int answer(const head *h, given *a, double seconds) {\n"
    "    if (!move(-1, &seconds, sizeof seconds)) return 0;\n"
    "    for (uint32_t i = 0; i < h->arguments; i++) {\n"
    "        size_t size = 4 * (size_t)a[i].about.count;\n"
    "        if (a[i].about.kind >= FIRST_ANSWER && !move(-1, a[i].array, size)) return 0;\n"
    "        free(a[i].array);\n"
    "    }\n"
    "    return 1;\n"
    "}\n"
    "int main(void) {\n"
    "    head h;\n"
    "    given a[MOST];\n"
    "    while (move(0, &h, sizeof h) && h.arguments <= MOST && receive(&h, a)) {\n"
    "        double begun = now();\n"
    "        for (uint32_t i = 0; i < h.repeats; i++)\n"
    "            make_call(h.function, a);\n"
    "        if (!answer(&h, a, now() - begun)) return 1;\n"
    "    }\n"
    "    return 0;\n"
    "}\n";

static bool close_text(FILE *file, const char *path, cnn_error *error) {
    const bool good = !ferror(file);
    return (!fclose(file) && good) || source_refuse(error, path, "%s", strerror(errno));
}

/* With [*] for each size: gcc 12 with sanitizers fails on sizes that are declared twice. */
static void write_declaration(const char *prototype, FILE *file) {
    for (; *prototype; prototype += strspn(prototype, "]")) {
        const size_t length = strcspn(prototype, "[");
        fprintf(file, "%.*s%s", (int)length, prototype, prototype[length] ? "[*]" : "");
        prototype += length;
        prototype += strcspn(prototype, "]");
    }
    fputs(";\n", file);
}

bool call_program_declarations(const char *exercise, const char *path, cnn_error *error) {
    FILE *file = fopen(path, "we");
    cnn_call call;
    if (!file)
        return source_refuse(error, path, "%s", strerror(errno));
    for (size_t f = 0; cnn_exercise_function_at(exercise, f, &call); f++)
        write_declaration(call.prototype, file);
    return close_text(file, path, error);
}

static void write_argument(const cnn_argument *argument, size_t index, FILE *file) {
    const char *cast = argument->kind == CNN_ARGUMENT_SIZE ? "(int)" : "(float)";
    fprintf(file, "%s", index ? ", " : "");
    if (argument->kind <= CNN_ARGUMENT_REAL)
        fprintf(file, "%sa[%zu].about.value", cast, index);
    else
        fprintf(file, "a[%zu].array", index);
}

bool call_program_text(const char *exercise, const char *path, cnn_error *error) {
    FILE *file = fopen(path, "we");
    cnn_call call;
    if (!file)
        return source_refuse(error, path, "%s", strerror(errno));
    fprintf(file, "%sstatic void make_call(uint32_t function, given *a) {\n", head);
    for (size_t f = 0; cnn_exercise_function_at(exercise, f, &call); f++) {
        fprintf(file, "    if (function == %zu) %s(", f, call.function);
        for (size_t i = 0; i < call.argument_count; i++)
            write_argument(&call.arguments[i], i, file);
        fputs(");\n", file);
    }
    fprintf(file, "}\n%s", tail);
    return close_text(file, path, error);
}
