/* cnn info --cpu: what this machine computes with. */
#ifndef CLI_INFO_CPU_H
#define CLI_INFO_CPU_H

#include <stdbool.h>

/* Prints the processors and every back end, as JSON if wanted. Returns an exit code. */
int info_cpu(bool json);

#endif
