/* Integer powers by multiplication, for the same bits everywhere. */
#ifndef BASE_IPOW_H
#define BASE_IPOW_H

#include <stdint.h>

/* base^exponent; 1 for exponent 0, whatever the base. */
double ipow(double base, uint64_t exponent);

#endif
