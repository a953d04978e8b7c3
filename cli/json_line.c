#include "json_line.h"

#include "say.h"

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

/* jansson returns NULL both for lack of memory and for what is not UTF-8, but without looking at
 * the text only for the first. */
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
    for (char *c = plain; *c; c++)
        if ((unsigned char)*c > 126)
            *c = '?';
    return json_string(plain);
}

void json_line_append(json_t **list, json_t *value) {
    if (json_array_append_new(*list, value)) {
        json_decref(*list);
        *list = NULL;
    }
}

/* As the second of two: jansson 2.14 loses a byte of a string where it finds no memory to make its
 * buffer larger, so that a string longer than all others goes first, of which nobody minds. */
json_t *json_line_read(const char *text) {
    size_t longest = 64;
    while (longest < strlen(text))
        longest *= 2;
    const size_t size = longest + strlen(text) + 8;
    char *padded = malloc(size);
    if (!padded)
        return NULL;
    snprintf(padded, size, "[\"%*s\",%s]", (int)longest, "", text);
    json_t *both = json_loads(padded, 0, NULL), *value = json_incref(json_array_get(both, 1));
    json_decref(both);
    free(padded);
    return value;
}

/* Measured first and then written into a block of that size: json_dumps() of jansson 2.14 loses
 * pieces of the text where it finds no memory to make its own larger. */
static char *dump(const json_t *object, size_t flags) {
    const size_t size = object ? json_dumpb(object, NULL, 0, flags) : 0;
    char *text = size ? malloc(size + 1) : NULL;
    if (text && json_dumpb(object, text, size, flags) == size) {
        text[size] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

/* Of a character of three bytes at most, none of which jansson escapes by itself. */
static unsigned code_of(const char *character, size_t length) {
    const unsigned char *c = (const unsigned char *)character;
    if (length == 1)
        return c[0];
    return length == 2 ? (c[0] & 31u) << 6 | (c[1] & 63u)
                       : (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u);
}

/* What a terminal must not be shown stands in strings alone, where \uXXXX means the same. */
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
    char *text = dump(object, flags), *shown = text ? escaped(text) : NULL;
    free(text);
    return shown;
}

/* The same, and gives the object up. */
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
    if (!text && say_complained())
        return EXIT_FAILED; /* the same lack was met before */
    if (!text)
        return say_error("no memory for the JSON output");
    /* Said here while the reason is known; what is only refused with the last flush is said then.
     */
    const bool refused = puts(text) == EOF;
    const int reason = errno;
    free(text);
    return refused ? say_error("standard output: %s", strerror(reason)) : 0;
}
