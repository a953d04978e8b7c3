/* Answers timing requests on standard input, and ends the program on fatal errors. */
#include "serve.h"

#include "clock.h"
#include "decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer_sum(serve_work work, void *context, size_t count) {
    const double begin = clock_seconds();
    for (size_t i = 0; i < count; i++)
        work(context);
    printf("%.9f\n", clock_seconds() - begin);
}

static void answer_each(serve_work work, void *context, size_t count) {
    double *seconds = serve_need(calloc(count, sizeof *seconds), "no memory");
    for (size_t i = 0; i < count; i++) {
        const double begin = clock_seconds();
        work(context);
        seconds[i] = clock_seconds() - begin;
    }
    for (size_t i = 0; i < count; i++)
        printf("%.3f%c", 1e6 * seconds[i], i + 1 < count ? ' ' : '\n');
    free(seconds);
}

int serve(serve_work work, void *context, int each_call) {
    char line[64];
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        (each_call ? answer_each : answer_sum)(work, context, serve_count(line));
        fflush(stdout);
    }
    return 0;
}

void *serve_need(void *pointer, const char *message) {
    if (!pointer) {
        fprintf(stderr, "%s\n", message);
        exit(1);
    }
    return pointer;
}

size_t serve_count(const char *text) {
    uint64_t count;
    bool large = false;
    if (!decimal_digits(text, strlen(text), SIZE_MAX, &count, &large) || large || !count) {
        fprintf(stderr, "not a count: %s\n", text);
        exit(2);
    }
    return (size_t)count;
}
