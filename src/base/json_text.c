/* Reads and writes JSON with jansson, and works around jansson 2.14's errors when memory runs
 * out. */
#include "json_text.h"

#include "memory.h"
#include "shown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The longest token: a string with its quotes, or a run of bytes that are neither string nor space
 * nor punctuation. */
static size_t longest_token(const char *text, size_t size) {
    size_t longest = 0, first = 0;
    bool string = false;
    for (size_t i = 0; i < size; i++) {
        if (!string && strchr(" \t\r\n{}[]:,\"", text[i]))
            first = i;
        if (text[i] == '"')
            string = !string;
        else if (string && text[i] == '\\')
            i++;
        longest = i + 1 - first > longest ? i + 1 - first : longest;
    }
    return longest;
}

/* If jansson 2.14 cannot enlarge its token buffer, it ignores that and loses a byte of the token.
 * So the value is read as the second element of an array whose first is a string longer than every
 * token of the value: a byte lost there does no harm, and afterwards the buffer is large enough.
 * One more than a power of two, where the buffer grows, keeps its closing quote intact. */
typedef struct padded {
    char *text;
    size_t size, before; /* before: bytes before the value */
} padded;

static bool pad(padded *p, const char *text, size_t size, cnn_error *error) {
    size_t length = 64;
    const size_t longest = longest_token(text, size);
    while (length < longest)
        length *= 2;
    p->before = length + 4;
    p->size = p->before + size + 1;
    p->text = memory_new(p->size, 1, error);
    if (!p->text)
        return false;
    memset(p->text, '-', p->before);
    memcpy(p->text, "[\"", 2);
    memcpy(p->text + p->before - 2, "\",", 2);
    memcpy(p->text + p->before, text, size);
    p->text[p->size - 1] = ']';
    return true;
}

static bool begins(const char *text, const char *start) {
    return !strncmp(text, start, strlen(start));
}

/* jansson does not report it reliably: out of memory, it returns no message, or calls a string
 * invalid whose end it has read. */
static bool lacked_memory(const padded *p, const json_error_t *error) {
    if (!error->text[0] || json_error_code(error) == json_error_out_of_memory)
        return true;
    const size_t at = (size_t)error->position;
    return at > 0 && at <= p->size && p->text[at - 1] == '"' &&
           (begins(error->text, "invalid token") || begins(error->text, "string or '}' expected"));
}

/* jansson's position is one after the last byte it read. */
static void refuse(const padded *p, const json_error_t *why, size_t start, cnn_error *error) {
    if (lacked_memory(p, why)) {
        error_no_memory(error, p->size);
        return;
    }
    const size_t seen = (size_t)why->position, end = p->size - 1, at = seen < end ? seen : end;
    /* An extra bracket closes the array before our own does. */
    if (seen > end && !begins(why->text, "end of file expected"))
        error_at(error, start + end - p->before, "JSON: ends within a value");
    else
        error_at(error, start + (at < p->before ? 0 : at - p->before), "JSON: %s",
                 show(why->text, strlen(why->text), SHOWN_MAX).text);
}

json_t *json_read(const char *text, size_t size, size_t start, cnn_error *error) {
    const char *nul = size ? memchr(text, 0, size) : NULL;
    padded p = {NULL, 0, 0};
    if (nul) {
        error_at(error, start + (size_t)(nul - text), "JSON: a NUL byte");
        return NULL;
    }
    if (!pad(&p, text, size, error))
        return NULL;
    json_error_t why = {.text = ""};
    json_t *array = json_loadb(p.text, p.size, JSON_REJECT_DUPLICATES, &why), *value = NULL;
    if (!array)
        refuse(&p, &why, start, error);
    else if (json_array_size(array) != 2)
        error_at(error, start, "JSON: more than one value, or none");
    else
        value = json_incref(json_array_get(array, 1));
    json_decref(array);
    free(p.text);
    return value;
}

/* Measured first, then written into a block of that size: json_dumps() of jansson 2.14 loses parts
 * of the text if it cannot enlarge its own block. The block comes from our allocator, since the
 * program may have set another one for jansson. */
char *json_text(const json_t *value, size_t flags, cnn_error *error) {
    const size_t size = value ? json_dumpb(value, NULL, 0, flags) : 0;
    char *text = size ? memory_new(size + 1, 1, error) : NULL;
    if (!size || (text && json_dumpb(value, text, size, flags) != size)) {
        error_set(error, CNN_STATUS_NO_MEMORY, "no memory for JSON text");
        free(text);
        text = NULL;
    }
    return text;
}

static char *write_digits(json_t *value, size_t digits, cnn_error *error) {
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits);
    char *text = json_text(value, flags, error);
    json_decref(value);
    return text;
}

char *json_write(json_t *value, cnn_error *error) {
    return write_digits(value, 9, error);
}

/* Values that JSON cannot represent as numbers. */
static const char *const words[] = {"inf", "-inf", "nan"};
static const double word_values[] = {INFINITY, -INFINITY, NAN};

/* Uses jansson, which handles the locale's decimal point. */
char *json_write_real(double number, cnn_error *error) {
    if (isfinite(number))
        return write_digits(json_real(number), 17, error);
    char *text = memory_new(5, 1, error);
    if (text)
        strcpy(text, words[isnan(number) ? 2 : number < 0]);
    return text;
}

bool json_read_real(const char *text, double *number, cnn_error *error) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i])) {
            *number = word_values[i];
            return true;
        }
    json_t *value = json_read(text, strlen(text), 0, error);
    const bool good = json_is_number(value);
    if (good)
        *number = json_number_value(value);
    json_decref(value);
    return good;
}
