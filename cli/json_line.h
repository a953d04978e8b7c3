/* Writes JSON, one object a line. NULL passes through every function and ends in a refusal to
 * write, so that callers check once. */
#ifndef CLI_JSON_LINE_H
#define CLI_JSON_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* null for NaN and infinity, which JSON lacks. */
json_t *json_line_real(double number);
/* The shortest decimal that reads back as the same float: 0.1307, not 0.130700007. */
json_t *json_line_float(float number);
/* null if the text is not UTF-8, as a file name may be; NULL without memory. */
json_t *json_line_string(const char *text);
/* A text that is not UTF-8 is cleaned as cnn_text_clean() does. */
json_t *json_line_text(const char *text);

/* Appends the value, which it takes, to *list. Without memory *list is released and becomes NULL: a
 * list with a gap would look complete. */
void json_line_append(json_t **list, json_t *value);

/* Returns the text, to be freed, or NULL without memory. Characters that must not be shown
 * (cnn_text_clean()) are escaped. */
char *json_line_dump(const json_t *object, size_t flags);

/* Writes the object and a line feed, flushes, and releases the object. False with errno set if
 * object is NULL, for lack of memory, or if the stream failed. */
bool json_line_write(json_t *object, FILE *stream);
/* The same to standard output. Returns an exit code; a failure is reported. */
int json_line_print(json_t *object);

#endif
