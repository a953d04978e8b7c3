/* Tells which files belong to a data set: a call must not write to one of them. */
#ifndef CLI_DATA_FILES_H
#define CLI_DATA_FILES_H

#include "file_id.h"

/* Is the place a file of the data set in the folder, or one that the next run would take for a
 * picture or for the folder of a class? */
bool data_files_hold(const char *folder, const file_id *target);

#endif
