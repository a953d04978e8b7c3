/* Claims the files that a call writes until it ends, so that two runs at once do not spoil each
 * other's output. */
#ifndef CLI_CLAIMS_H
#define CLI_CLAIMS_H

#include "cnn.h"

/* Refuses a file that another call has claimed, and names its process. A file that this call has
 * claimed already, a device, and any file on a file system without locks pass. */
bool claims_take(const char *path, cnn_error *error);

/* Releases all claims. */
void claims_release(void);

#endif
