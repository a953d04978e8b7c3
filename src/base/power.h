/* Whole powers in plain multiplications, for the same bits everywhere. */
#ifndef BASE_POWER_H
#define BASE_POWER_H

#include <stddef.h>

double power(double base, size_t exponent);

#endif
