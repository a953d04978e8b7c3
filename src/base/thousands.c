/* Writes a number with a comma after every third digit, counted from the right. */
#include "thousands.h"

#include <inttypes.h>
#include <stdio.h>

number_text thousands(uint64_t number) {
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    number_text text = {""};
    for (int i = 0, at = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text.text[at++] = ',';
        text.text[at++] = digits[i];
    }
    return text;
}
