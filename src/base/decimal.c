/* Reads decimal integers. strtoull() would accept signs and spaces, and has its own limit. */
#include "decimal.h"

#include <string.h>

size_t decimal_digits(const char *text, size_t length, uint64_t most, uint64_t *number,
                      bool *large) {
    size_t count = 0;
    uint64_t value = 0;
    bool fits = true;
    for (; count < length && text[count] >= '0' && text[count] <= '9'; count++) {
        const uint64_t digit = (uint64_t)(text[count] - '0');
        fits = fits && digit <= most && value <= (most - digit) / 10;
        value = fits ? value * 10 + digit : most;
    }
    *number = value;
    *large |= !fits;
    return count;
}

bool decimal_whole(const char *text, uint64_t most, uint64_t *number) {
    uint64_t value;
    bool large = false;
    const size_t length = strlen(text);
    if (!length || decimal_digits(text, length, most, &value, &large) < length || large)
        return false;
    *number = value;
    return true;
}
