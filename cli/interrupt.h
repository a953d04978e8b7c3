/* Handles Ctrl-C, and the signals that ask a program to end (SIGTERM) or report that its terminal
 * has closed (SIGHUP): the first is a request, the same one again ends the program. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on the first signal is only recorded. A signal that is ignored, as under nohup and in a
 * shell's background jobs, stays ignored. */
void interrupt_catch(void);
/* Restores the previous effect of each signal. */
void interrupt_release(void);
bool interrupt_wished(void);

#endif
