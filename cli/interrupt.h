/* Ctrl-C: the first one is a wish, the second one ends the program. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on the first Ctrl-C is only remembered. */
void interrupt_catch(void);
/* From here on Ctrl-C ends the program again. */
void interrupt_release(void);
bool interrupt_wished(void);

#endif
