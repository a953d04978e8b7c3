/* cnn check: compiles files of the workshop, runs them on cases, and says which mistake was made.
 */
#define _POSIX_C_SOURCE 200809L
#include "check_report.h"
#include "commands.h"
#include "hints.h"
#include "json_line.h"
#include "print.h"
#include "quote.h"
#include "source.h"
#include "submission.h"

#include <string.h>

typedef struct check_settings {
    option_list files;
    const char *exercise;
    bool hint, json;
} check_settings;

static const option check_rows[] = {
    ROW_LIST(check_settings, files, "FILE...", "filled in: conv2d.c, conv2d-anna.c, anna/conv2d.c"),
    ROW_TEXT(check_settings, exercise, "--exercise", "NAME",
             "which one, where the names of the files do not begin with it"),
    ROW_SWITCH(check_settings, hint, "--hint", "no check: a hint, one more each time"),
    ROW_SWITCH(check_settings, json, "--json", "one JSON object for each file, a line each"),
};
static const option_group check_groups[] = {{OPTION_ROWS(check_rows), 0}, {NULL, 0, 0}};
static const char *const check_notes[] = {
    "",
    "Compiled by $CC (cc), with sanitizers where it has them, and run in a process of",
    "its own with limits on time, memory and output. Several files give a table, a",
    "line each. Exit code 0 if all are right, 1 if not.",
    NULL,
};
static const char *const check_examples[] = {
    "cnn check my/conv2d.c",
    "cnn check my/relu.c --hint",
    "cnn check my/relu.c my/conv2d.c --json",
    NULL,
};
static const check_settings check_defaults = {0};

/* A file's exercise; NULL is reported as wrong usage. */
static const char *exercise_of(const check_settings *settings, const char *path) {
    cnn_exercise_info info;
    const char *name = settings->exercise ? settings->exercise : submission_exercise(path);
    if (name && cnn_exercise_find(name, &info))
        return info.name;
    if (settings->exercise)
        report_usage("there is no exercise %s; cnn exercise lists them", settings->exercise);
    return NULL;
}

/* Fills in what became of one file. */
static void check_file(const check_settings *settings, const char *path, checked_file *result) {
    submission fast, *s = &result->submission;
    *result = (checked_file){.path = path, .exercise = exercise_of(settings, path)};
    if (!result->exercise) {
        source_refuse(&result->error, path,
                      "its name does not begin with that of an exercise: name it conv2d.c, or use "
                      "--exercise");
        return;
    }
    if (!submission_open(s, path, result->exercise, SUBMISSION_CHECKED, &result->error))
        return;
    result->attempt = cnn_attempt_create(result->exercise, submission_call, s, &result->error);
    submission_printed(s, result->printed, sizeof result->printed);
    submission_close(s);
    if (result->attempt && cnn_attempt_get_info(result->attempt).right &&
        submission_open(&fast, path, result->exercise, SUBMISSION_FAST, &result->error)) {
        result->timed = check_speed(&fast, result);
        submission_close(&fast);
    }
}

static int check_all(const check_settings *settings, const char *program) {
    const size_t count = settings->files.count;
    bool right = true;
    int code = 0;
    size_t width = 4;
    for (size_t i = 0; i < count; i++)
        width = strlen(settings->files.items[i]) > width ? strlen(settings->files.items[i]) : width;
    for (size_t i = 0; i < count && !code; i++) {
        checked_file result;
        check_file(settings, settings->files.items[i], &result);
        right &= check_right(&result);
        if (settings->json)
            code = json_line_print(check_json(&result));
        else if (count > 1)
            check_print_row(&result, width, i == 0);
        else
            check_print(&result, program);
        cnn_attempt_free(result.attempt);
    }
    return code ? code : right ? 0 : EXIT_FAILED;
}

static int hint_all(const check_settings *settings) {
    cnn_error error;
    for (size_t i = 0; i < settings->files.count; i++) {
        const char *path = settings->files.items[i], *exercise = exercise_of(settings, path);
        if (!exercise)
            return report_error("%s: its name does not begin with that of an exercise", path);
        if (!hints_next(path, exercise, &error))
            return report_cnn_error(&error);
    }
    return 0;
}

static int check_run(const void *values, const char *program) {
    const check_settings *settings = values;
    cnn_exercise_info info;
    if (settings->exercise && !cnn_exercise_find(settings->exercise, &info))
        return report_usage("there is no exercise %s; cnn exercise lists them", settings->exercise);
    if (settings->hint && settings->json)
        return report_usage("--hint and --json exclude each other");
    return settings->hint ? hint_all(settings) : check_all(settings, program);
}

const cli_command command_check = {
    .name = "check",
    .summary = "Checks a layer that you wrote, and names the mistake.",
    .groups = check_groups,
    .notes = check_notes,
    .examples = check_examples,
    .defaults = &check_defaults,
    .size = sizeof(check_settings),
    .run = check_run,
};
