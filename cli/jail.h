/* Takes from the current process what a layer never needs. */
#ifndef CLI_JAIL_H
#define CLI_JAIL_H

#include <stdbool.h>

/* From now on the process and the program that takes its place start no process and no connection,
 * write and remove no file, and send signals only to itself: such calls fail. It guards against
 * accidents, not against malice. False where the system has no such filter. */
bool jail_enter(void);

#endif
