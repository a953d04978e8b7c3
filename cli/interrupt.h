/* Ctrl-C, or the signal that asks a program to end (SIGTERM): the first is a wish, the second ends
 * the program. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on the first is only remembered. */
void interrupt_catch(void);
/* From here on either ends the program again. */
void interrupt_release(void);
bool interrupt_wished(void);

#endif
