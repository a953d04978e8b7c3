/* Which files belong to a data set: a file that a call writes must not be one of them. */
#ifndef CLI_DATA_FILES_H
#define CLI_DATA_FILES_H

#include "file_id.h"

/* Whether the place is a file of the data set in the folder, or lies where the next run would take
 * it for a picture or for the folder of a class. */
bool data_files_hold(const char *folder, const file_id *wanted);

#endif
