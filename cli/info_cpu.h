/* cnn info --cpu: shows the back ends and processors of this machine. */
#ifndef CLI_INFO_CPU_H
#define CLI_INFO_CPU_H

#include <stdbool.h>

/* Prints the processors and every back end, as JSON if `json`. Returns an exit code. */
int info_cpu(bool json);

#endif
