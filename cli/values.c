/* Reads one value by the type of its row; an error says what is expected. */
#include "values.h"

#include "closest.h"
#include "decimal.h"
#include "print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool values_real(const char *text, double *number) {
    if (!text[0] || text[strspn(text, "0123456789+-.eE")])
        return false;
    char *end;
    *number = strtod(text, &end);
    return !*end && isfinite(*number);
}

static number_text bound(const option *row, double value) {
    if (row->type == OPTION_COUNT)
        return thousands((uint64_t)value);
    number_text text;
    snprintf(text.text, sizeof text.text, "%g", value);
    return text;
}

static bool refuse_number(const option *row, const char *text) {
    const char *kind = row->type == OPTION_REAL ? "number" : "whole number";
    if (row->type == OPTION_SEED)
        report_usage("%s takes a %s below 2^63, not '%s'", row->name, kind, text);
    else
        report_usage("%s takes a %s from %s to %s, not '%s'", row->name, kind,
                     bound(row, row->least).text, bound(row, row->most).text, text);
    return false;
}

static bool store_count(const option *row, const char *text, uint64_t *value) {
    uint64_t number;
    if (!decimal_whole(text, UINT64_MAX, &number))
        return refuse_number(row, text);
    if (row->type == OPTION_SEED && number > INT64_MAX)
        return refuse_number(row, text);
    if (row->type == OPTION_COUNT && ((double)number < row->least || (double)number > row->most))
        return refuse_number(row, text);
    *value = number;
    return true;
}

static bool store_real(const option *row, const char *text, double *value) {
    double number;
    if (!values_real(text, &number) || number < row->least || number > row->most)
        return refuse_number(row, text);
    *value = number;
    return true;
}

static bool store_choice(const option *row, const char *text, int *value) {
    char all[128] = "";
    const char *choice;
    closest near = {.typed = text, .length = strlen(text)};
    for (int i = 0; (choice = row->choice(i)); i++) {
        if (!strcmp(choice, text)) {
            *value = i;
            return true;
        }
        closest_offer(&near, choice);
        const size_t used = strlen(all);
        const char *between = !i ? "" : row->choice(i + 1) ? ", " : " or ";
        snprintf(all + used, sizeof all - used, "%s%s", between, choice);
    }
    report_usage("%s takes %s, not '%s'%s%s%s", row->name, all, text,
                 near.word[0] ? "; did you mean " : "", near.word, near.word[0] ? "?" : "");
    return false;
}

static bool store_text(const option *row, const char *text, const char **value) {
    if (!text[0]) {
        report_usage("%s%s%s must not be empty", row->name ? row->name : "", row->name ? " " : "",
                     row->argument);
        return false;
    }
    *value = text;
    return true;
}

bool values_store(const option *row, const char *text, void *value) {
    switch (row->type) {
    case OPTION_COUNT:
    case OPTION_SEED:
        return store_count(row, text, value);
    case OPTION_REAL:
        return store_real(row, text, value);
    case OPTION_CHOICE:
        return store_choice(row, text, value);
    case OPTION_TEXT:
        return store_text(row, text, value);
    case OPTION_SWITCH:
        *(bool *)value = true;
        return true;
    default:
        return false;
    }
}
