/* Names of files that a call keeps for itself until it ends, so that of two runs at once none
 * spoils what the other writes. */
#ifndef CLI_CLAIMS_H
#define CLI_CLAIMS_H

#include "cnn.h"

/* Refuses a file that another call has, with its process. A file that this call has already, a
 * device, and any file where the file system knows no locks are let pass. */
bool claims_take(const char *path, cnn_error *error);

/* Gives all of them back. */
void claims_release(void);

#endif
