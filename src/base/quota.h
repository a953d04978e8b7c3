/* What a control group grants of the processors: a container sees all of the machine in its mask,
 * and is stopped for the rest of each period when it has used up its share. */
#ifndef BASE_QUOTA_H
#define BASE_QUOTA_H

#include <stddef.h>

/* By the files below `root`, which is "" for those of this process. Processors, a part of one
 * rounded up; SIZE_MAX if nothing is said, or cannot be read. */
size_t quota_processors(const char *root);

#endif
