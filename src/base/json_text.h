/* JSON values from and to text, by jansson. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "error.h"

#include <jansson.h>

/* The one value in text, which is `start` bytes into its file: errors say which byte of that file.
 * Duplicate keys, NUL bytes, invalid UTF-8 and anything after the value are refused. */
json_t *json_read(const char *text, size_t size, size_t start, cnn_error *error);

/* The text by jansson's flags, to be freed with free(). The value stays the caller's; NULL for it,
 * or no memory, is an error of no memory. */
char *json_text(const json_t *value, size_t flags, cnn_error *error);
/* The shortest text, keys in the order in which they were set, to be freed with free(). Steals the
 * value; NULL for it, or no memory, is an error of no memory. */
char *json_write(json_t *value, cnn_error *error);

/* A number as a text of its own, exactly: 17 digits, or "inf", "-inf" or "nan". The first is to be
 * freed; the second is false without an error if the text is none. */
char *json_write_real(double number, cnn_error *error);
bool json_read_real(const char *text, double *number, cnn_error *error);

#endif
