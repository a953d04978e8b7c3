/* The processors granted by a control group: a container's mask has all of the machine's, but it is
 * stopped for the rest of each period once its quota is used up. */
#ifndef BASE_QUOTA_H
#define BASE_QUOTA_H

#include <stddef.h>

/* From the files below `root`, "" for those of this process. Number of processors, rounded up;
 * SIZE_MAX if there is no limit or it cannot be read. */
size_t quota_processors(const char *root);

#endif
