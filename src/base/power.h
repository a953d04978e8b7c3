/* Whole powers in plain multiplications, for the same bits everywhere. */
#ifndef BASE_POWER_H
#define BASE_POWER_H

#include <stdint.h>

/* base^exponent; 1 for exponent 0, whatever the base. */
double power(double base, uint64_t exponent);

#endif
