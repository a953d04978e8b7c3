/* Parses the values of flags: complete tokens, within their range. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "options.h"

/* Decimal notation only: no spaces, hexadecimal, infinity or NaN. */
bool values_real(const char *text, double *number);

/* Checks text against the row and writes the value. An error says what is expected. */
bool values_store(const option *row, const char *text, void *value);

#endif
