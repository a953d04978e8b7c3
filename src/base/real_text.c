/* The C library writes and reads with the locale's sign for the point; it is replaced last. */
#include "real_text.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MOST = 17 }; /* tell every double from its neighbors */

/* Puts a point where the locale's sign is, which may be several bytes. */
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
