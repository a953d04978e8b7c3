/* Converts reals to and from text. The C library uses the locale's decimal point, which is replaced
 * afterwards. */
#include "real_text.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MOST = 17 }; /* distinguish all doubles */

/* Replaces the locale's decimal point, which may be several bytes, by a point. */
static void put_point(char *text) {
    const char *sign = localeconv()->decimal_point;
    char *at = strstr(text, sign);
    if (!at || !*sign)
        return;
    *at = '.';
    memmove(at + 1, at + strlen(sign), strlen(at + strlen(sign)) + 1);
}

void real_text(double value, char text[REAL_TEXT_SIZE]) {
    for (int digits = 1; digits <= DIGITS_MOST; digits++) {
        snprintf(text, REAL_TEXT_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_point(text);
}
