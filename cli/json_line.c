/* Writes JSON that can hold any name and contains no control character. */
#include "json_line.h"

#include "json_text.h"
#include "print.h"
#include "printable.h"

#include <errno.h>
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

/* jansson returns NULL both without memory and for text that is not UTF-8, but fails without
 * examining the text only in the first case. */
json_t *json_line_string(const char *text) {
    json_t *string = json_string(text), *unlooked = string ? NULL : json_string_nocheck(text);
    if (!unlooked)
        return string;
    json_decref(unlooked);
    string = json_string(text);
    return string ? string : json_null();
}

json_t *json_line_text(const char *text) {
    json_t *string = json_line_string(text);
    if (!json_is_null(string))
        return string;
    char plain[1024];
    snprintf(plain, sizeof plain, "%s", text);
    cnn_text_clean(plain);
    return json_string(plain);
}

void json_line_append(json_t **list, json_t *value) {
    if (json_array_append_new(*list, value)) {
        json_decref(*list);
        *list = NULL;
    }
}

/* jansson writes UTF-8 only, and characters that must not be shown have at most four hexadecimal
 * digits. */
static unsigned code_of(const char *character, size_t length) {
    uint32_t code = '?';
    utf8_character((const uint8_t *)character, length, &code);
    return code;
}

/* Characters that a terminal must not be shown occur only in strings, where \uXXXX means the
 * same. */
static char *escaped(const char *text) {
    bool shown;
    char *copy = malloc(6 * strlen(text) + 1), *end = copy;
    for (size_t length; copy && (length = cnn_text_character(text, &shown)); text += length) {
        memcpy(end, text, length);
        end += shown ? length : (size_t)sprintf(end, "\\u%04x", code_of(text, length));
    }
    if (copy)
        *end = '\0';
    return copy;
}

char *json_line_dump(const json_t *object, size_t flags) {
    char *text = json_text(object, flags, NULL), *shown = text ? escaped(text) : NULL;
    free(text);
    return shown;
}

/* The same, and releases the object. */
static char *text_of(json_t *object) {
    char *text = json_line_dump(object, JSON_REAL_PRECISION(15));
    json_decref(object);
    return text;
}

bool json_line_write(json_t *object, FILE *stream) {
    char *text = text_of(object);
    if (!text) {
        errno = ENOMEM;
        return false;
    }
    const bool written = fprintf(stream, "%s\n", text) > 0 && !fflush(stream);
    free(text);
    return written;
}

int json_line_print(json_t *object) {
    char *text = text_of(object);
    if (!text && reported_any())
        return EXIT_FAILED; /* lack of memory was reported before */
    if (!text)
        return report_error("no memory for the JSON output");
    /* Reported here while the reason is known; an error that appears only with the last flush is
     * reported then. */
    const bool refused = puts(text) == EOF;
    const int reason = errno;
    free(text);
    return refused ? report_error("standard output: %s", strerror(reason)) : 0;
}
