/* Integer powers by repeated squaring. Adam needs beta^t at each step, with t in the tens of
 * thousands. pow() of libm may differ in the last bit between systems; multiplications do not. */
#include "ipow.h"

double ipow(double base, uint64_t exponent) {
    double result = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1)
            result *= base;
    return result;
}
