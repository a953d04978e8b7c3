#define _POSIX_C_SOURCE 200809L
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double serve_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void answer_sum(serve_work work, void *context, size_t count) {
    const double begin = serve_clock();
    for (size_t i = 0; i < count; i++)
        work(context);
    printf("%.9f\n", serve_clock() - begin);
}

static void answer_each(serve_work work, void *context, size_t count) {
    double *seconds = serve_need(calloc(count, sizeof *seconds), "no memory");
    for (size_t i = 0; i < count; i++) {
        const double begin = serve_clock();
        work(context);
        seconds[i] = serve_clock() - begin;
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
    const long long count = strtoll(text, NULL, 10);
    if (count <= 0) {
        fprintf(stderr, "not a count: %s\n", text);
        exit(2);
    }
    return (size_t)count;
}
