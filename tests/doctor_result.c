/* Runs cnn doctor and finds its findings by name. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "doctor_result.h"

#include <string.h>

FILE *doctor_create(const char *name) {
    char path[192];
    snprintf(path, sizeof path, "%s/%s", command_folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

json_t *doctor_examine(const char *flags) {
    if (command_run("%s", flags))
        fail_msg("%s: %s", flags, command_err);
    return command_json();
}

const json_t *doctor_finding(const json_t *result, const char *id, const char *layer) {
    const json_t *list = json_object_get(result, "findings");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *where = json_string_value(json_object_get(one, "layer"));
        if (!strcmp(json_string_value(json_object_get(one, "id")), id) &&
            (layer ? where && !strcmp(where, layer) : !where))
            return one;
    }
    fail_msg("no finding %s %s in: %s", id, layer ? layer : "", command_out);
    return NULL;
}

const char *doctor_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double doctor_number(const json_t *one, const char *name) {
    const json_t *value = json_object_get(json_object_get(one, "numbers"), name);
    if (!json_is_number(value))
        fail_msg("no number %s in: %s", name, command_out);
    return json_number_value(value);
}

void doctor_has(const json_t *result, const char *id, const char *layer, const char *verdict) {
    const json_t *one = doctor_finding(result, id, layer);
    if (strcmp(doctor_text(one, "verdict"), verdict))
        fail_msg("%s is %s, not %s: %s", id, doctor_text(one, "verdict"), verdict, command_out);
    assert_true(strlen(doctor_text(one, "text")) > 10);
    assert_true(strlen(doctor_text(one, "advice")) > 10);
}

void doctor_is_cause(const json_t *result, const char *id, const char *layer) {
    doctor_has(result, id, layer, "ill");
    assert_string_equal(doctor_text(result, "verdict"), "ill");
    assert_string_equal(doctor_text(result, "cause"), id);
}

int doctor_folder_create(void **state) {
    if (command_folder_create(state))
        return -1;
    FILE *file = doctor_create("wide.net");
    fputs("input 8x8x1\nconv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten\ndense 32\nrelu\n"
          "dense 4\n",
          file);
    return fclose(file);
}
