/* Reads the reports of compilers and sanitizers. */
#define _GNU_SOURCE
#include "crash.h"

#include "source.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { LINE_SIZE = 1024 };

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The first line that has this text. */
static bool find_line(const char *file, const char *text, char line[LINE_SIZE]) {
    FILE *report = fopen(file, "re");
    bool found = false;
    while (report && !found && fgets(line, LINE_SIZE, report))
        found = strstr(line, text) != NULL;
    if (report)
        fclose(report);
    line[found ? strcspn(line, "\n") : 0] = '\0';
    return found;
}

static size_t size_of(const char *file) {
    struct stat about;
    return stat(file, &about) ? 0 : (size_t)about.st_size;
}

/* ------------------------------------------------------------------------------- sanitizers */

/* The line of the reader's file that a frame "#1 0x... in NAME my/conv2d.c:42:7" names. */
static size_t line_of(const char *report, const char *path) {
    char text[LINE_SIZE], place[300];
    snprintf(place, sizeof place, "%s:", base_of(path));
    FILE *file = fopen(report, "re");
    size_t line = 0;
    while (file && !line && fgets(text, sizeof text, file)) {
        const char *at = strstr(text, place);
        if (at &&
            (strstr(text, " in ") || strstr(text, "runtime error") || strstr(text, "Assertion")))
            line = strtoul(at + strlen(place), NULL, 10);
    }
    if (file)
        fclose(file);
    return line;
}

/* "[0x602000000010,0x602000000020)": the array that begins there. */
static const char *array_of(const crash *c) {
    char line[LINE_SIZE];
    uint64_t begin = 0;
    if (!find_line(c->report, "-byte region [", line) ||
        sscanf(strstr(line, "region ["), "region [%" SCNx64, &begin) != 1)
        return NULL;
    for (size_t i = 0; i < c->call->argument_count; i++)
        if (c->addresses[i] == begin)
            return c->call->arguments[i].name;
    return NULL;
}

/* What AddressSanitizer calls it, and what it is. */
static const struct {
    const char *name, *text;
} faults[] = {
    {"heap-buffer-overflow", "outside of an array"},
    {"stack-buffer-overflow", "outside of a local array"},
    {"dynamic-stack-buffer-overflow", "outside of a local array"},
    {"global-buffer-overflow", "outside of a global array"},
    {"stack-overflow", "the stack is full: a local array is too large, or a function calls itself "
                       "without end"},
    {"use-after-free", "memory that was freed"},
    {"double-free", "memory is freed twice"},
    {"not malloc()-ed", "memory is freed that was never allocated"},
    {"bad-free", "memory is freed that was never allocated"},
    {"stack-use-after", "a local array that has ended"},
    {"negative-size", "memset or memcpy with a negative size"},
    {"memcpy-param-overlap", "memcpy between arrays that overlap"},
    {"allocation-size-too-big", "more memory than a layer may take"},
    {"out-of-memory", "more memory than a layer may take"},
    {"requested allocation size", "more memory than a layer may take"},
    {"hard rss limit", "more memory than a layer may take"},
    {"FPE", "division by 0"},
    {"SEGV", "an address that is not in memory"},
};

static const char *fault_text(const char *report) {
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcasestr(report, faults[i].name))
            return faults[i].text;
    return report;
}

static bool address_fault(const crash *c, const char *line, cnn_error *error) {
    char access[LINE_SIZE];
    const char *text = fault_text(line);
    const char *array = strstr(line, "heap-buffer-overflow") ? array_of(c) : NULL;
    const bool writes = find_line(c->report, "WRITE of size", access) ||
                        find_line(c->report, "WRITE memory access", access),
               reads = find_line(c->report, "READ of size", access) ||
                       find_line(c->report, "READ memory access", access);
    const size_t at = line_of(c->report, c->path);
    char place[32] = "";
    if (at)
        snprintf(place, sizeof place, "line %zu: ", at);
    return source_refuse(error, c->path, "%s%s %s%s%s", place, c->call->function,
                         writes  ? "writes to "
                         : reads ? "reads from "
                                 : "",
                         array ? "an index outside of " : text, array ? array : "");
}

static bool undefined_fault(const crash *c, const char *line, cnn_error *error) {
    const char *what = strstr(line, "runtime error: ") + 15;
    return source_refuse(error, c->path, "line %zu: %s: %s", line_of(c->report, c->path),
                         c->call->function, what);
}

/* ------------------------------------------------------------------------------- its end */

static bool printed_too_much(const crash *c) {
    return size_of(c->report) >= c->printed_most || size_of(c->printed) >= c->printed_most;
}

static const char *signal_text(int number) {
    return number == SIGSEGV   ? "an address that is not in memory"
           : number == SIGBUS  ? "an address that is not in memory"
           : number == SIGFPE  ? "division by 0"
           : number == SIGABRT ? "abort() or a failed assert()"
           : number == SIGKILL ? "stopped by the system: too much memory or time"
           : number == SIGTRAP || number == SIGILL ? "an instruction that stops the program"
                                                   : strsignal(number);
}

bool crash_explain(const crash *c, cnn_error *error) {
    char line[LINE_SIZE];
    const char *function = c->call->function;
    if (printed_too_much(c))
        return source_refuse(error, c->path, "%s prints more than %zu MB", function,
                             c->printed_most >> 20);
    if (find_line(c->report, "runtime error: ", line))
        return undefined_fault(c, line, error);
    if (find_line(c->report, "Assertion", line) && strstr(line, "failed"))
        return source_refuse(error, c->path, "line %zu: %s: an assert() fails",
                             line_of(c->report, c->path), function);
    if (find_line(c->report, "Sanitizer: ", line) || find_line(c->report, "hard rss limit", line))
        return address_fault(c, line, error);
    if (WIFSIGNALED(c->status) && WTERMSIG(c->status) == SIGXCPU)
        return source_refuse(error, c->path,
                             "%s does not end: stopped after 5 seconds of computing; an endless "
                             "loop?",
                             function);
    if (WIFEXITED(c->status) && WEXITSTATUS(c->status) == 127)
        return source_refuse(error, c->path, "its program could not be started");
    if (WIFEXITED(c->status))
        return source_refuse(error, c->path, "%s ends the program with exit code %d", function,
                             WEXITSTATUS(c->status));
    return source_refuse(error, c->path, "%s crashes: %s", function,
                         signal_text(WTERMSIG(c->status)));
}

/* -------------------------------------------------------------------------------- compilers */

/* "undefined reference to `conv2d_forward'": the function's name. */
static bool missing_function(const char *report, const char *exercise, cnn_call *call) {
    char line[LINE_SIZE];
    for (size_t f = 0; cnn_exercise_function_at(exercise, f, call); f++) {
        FILE *file = fopen(report, "re");
        bool found = false;
        while (file && !found && fgets(line, sizeof line, file))
            found = strstr(line, "undefined") && strstr(line, call->function);
        if (file)
            fclose(file);
        if (found)
            return true;
    }
    return false;
}

/* Has the file a function of the exercise, with other parameters? */
static bool other_parameters(const char *line, const char *exercise, cnn_call *call) {
    if (!strstr(line, "conflicting types"))
        return false;
    for (size_t f = 0; cnn_exercise_function_at(exercise, f, call); f++)
        if (strstr(line, call->function))
            return true;
    return false;
}

bool crash_of_compiler(const char *path, const char *report, const char *exercise,
                       cnn_error *error) {
    char line[LINE_SIZE];
    cnn_call call;
    if (missing_function(report, exercise, &call))
        return source_refuse(error, path, "it has no function %s: keep those of cnn exercise %s",
                             call.function, exercise);
    if (!find_line(report, "error: ", line) && !find_line(report, "undefined", line) &&
        !find_line(report, "multiple definition", line))
        return source_refuse(error, path, "it does not compile");
    const char *at = strstr(line, base_of(path));
    const size_t number = at ? strtoul(at + strlen(base_of(path)) + 1, NULL, 10) : 0;
    const char *what = strstr(line, "error: ");
    what = what ? what + 7 : strstr(line, "undefined") ? strstr(line, "undefined") : line;
    if (other_parameters(line, exercise, &call))
        return source_refuse(error, path, "line %zu: %s has other parameters than the exercise",
                             number, call.function);
    return number ? source_refuse(error, path, "line %zu: it does not compile: %s", number, what)
                  : source_refuse(error, path, "it does not compile: %s", what);
}
