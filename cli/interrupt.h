/* Ctrl-C, and the signals that ask a program to end (SIGTERM) or say that its terminal has gone
 * (SIGHUP): the first is a wish, the same one again ends the program. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on the first is only remembered. A signal that is ignored, as nohup and a shell's
 * background jobs have it, stays ignored. */
void interrupt_catch(void);
/* From here on each does again what it did before. */
void interrupt_release(void);
bool interrupt_wished(void);

#endif
