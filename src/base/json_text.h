/* Converts JSON values from and to text, with jansson. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "error.h"

#include <jansson.h>

/* The one value in text, which starts at byte `start` of its file: errors give the byte of that
 * file. Duplicate keys, NUL bytes, invalid UTF-8 and anything after the value are refused. */
json_t *json_read(const char *text, size_t size, size_t start, cnn_error *error);

/* The text with jansson's flags, to be freed with free(). The caller keeps the value; NULL as
 * value, or no memory, is an out-of-memory error. */
char *json_text(const json_t *value, size_t flags, cnn_error *error);
/* The shortest text, keys in the order in which they were set, to be freed with free(). Takes over
 * the value; NULL as value, or no memory, is an out-of-memory error. */
char *json_write(json_t *value, cnn_error *error);

/* Converts one number exactly: 17 digits, or "inf", "-inf" or "nan". The text is to be freed;
 * reading returns false, without an error, if text is not a number. */
char *json_write_real(double number, cnn_error *error);
bool json_read_real(const char *text, double *number, cnn_error *error);

#endif
