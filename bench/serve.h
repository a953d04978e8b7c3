/* What the timing programs share. Each answers requests: a line on standard input with a count is
 * answered by a line with the seconds that so many units of work took. So a program that compares
 * systems can let them take turns, and nothing is loaded or warmed up twice. */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#include <stddef.h>

typedef void (*serve_work)(void *context);

/* Prints "ready", then answers until standard input ends. With each_call nonzero the answer is the
 * microseconds of every single call instead of the sum. Returns what main() shall return. */
int serve(serve_work work, void *context, int each_call);
/* Prints the message and ends the program if the pointer is NULL. */
void *serve_need(void *pointer, const char *message);
/* A count above 0, or the end of the program. */
size_t serve_count(const char *text);

#endif
