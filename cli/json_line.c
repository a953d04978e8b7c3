#include "json_line.h"

#include "say.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *json_line_real(double number) {
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *json_line_float(float number) {
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    return json_line_real(strtod(text, NULL));
}

json_t *json_line_text(const char *text) {
    json_t *string = json_string(text);
    if (string)
        return string;
    char plain[1024];
    snprintf(plain, sizeof plain, "%s", text);
    for (char *c = plain; *c; c++)
        if ((unsigned char)*c > 126)
            *c = '?';
    return json_string(plain);
}

bool json_line_write(json_t *object, FILE *stream) {
    if (!object)
        return false;
    char *text = json_dumps(object, JSON_REAL_PRECISION(15));
    json_decref(object);
    const bool written = text && fprintf(stream, "%s\n", text) > 0 && !fflush(stream);
    free(text);
    return written;
}

int json_line_print(json_t *object) {
    if (!object)
        return say_error("no memory for the JSON output");
    json_line_write(object, stdout);
    return 0; /* what standard output refused is said at the end of the program */
}
