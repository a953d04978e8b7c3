/* Common code of the timing programs. Each answers requests: for a line with a count on standard
 * input it prints a line with the seconds that this many units of work took. A program that
 * compares systems can thus alternate them, without loading or warming up anything twice. */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#include <stddef.h>

typedef void (*serve_work)(void *context);

/* Prints "ready", then answers until standard input ends. With each_call, the answer is the
 * microseconds of every single call instead of the sum. Returns main()'s exit status. */
int serve(serve_work work, void *context, int each_call);
/* Prints the message and ends the program if the pointer is NULL. */
void *serve_need(void *pointer, const char *message);
/* Reads a count above 0, or ends the program. */
size_t serve_count(const char *text);

#endif
