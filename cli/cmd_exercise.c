/* cnn exercise: lists the exercises of the workshop, and writes the file to fill in. */
#define _POSIX_C_SOURCE 200809L
#include "closest.h"
#include "commands.h"
#include "file.h"
#include "json_line.h"
#include "print.h"
#include "quote.h"
#include "source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct exercise_settings {
    const char *name, *out;
    bool json;
} exercise_settings;

static const option exercise_rows[] = {
    ROW_TEXT(exercise_settings, name, NULL, "EXERCISE", "one of them, or all; without it, a list"),
    ROW_TEXT(exercise_settings, out, "--out", "FOLDER", "for EXERCISE.c, which must not exist yet"),
    ROW_SWITCH(exercise_settings, json, "--json", "the list as one JSON object"),
};
static const option_group exercise_groups[] = {{OPTION_ROWS(exercise_rows), 0}, {NULL, 0, 0}};
static const char *const exercise_notes[] = {
    "",
    "Each is a small C file with the formulas, an example by hand, and functions to",
    "fill in. See cnn help check, and docs/workshop.md.",
    NULL,
};
static const char *const exercise_examples[] = {
    "cnn exercise",
    "cnn exercise conv2d",
    "cnn exercise all --out my",
    NULL,
};
static const exercise_settings exercise_defaults = {0};

static int list_json(void) {
    json_t *list = json_array();
    cnn_exercise_info info;
    for (size_t i = 0; cnn_exercise_at(i, &info); i++)
        json_line_append(&list, json_pack("{s:s, s:s, s:i, s:i}", "name", info.name, "summary",
                                          info.summary, "cases", (int)info.case_count, "hints",
                                          (int)info.hint_count));
    return json_line_print(list ? json_pack("{s:o}", "exercises", list) : NULL);
}

static int list_all(const char *program) {
    cnn_exercise_info info;
    for (size_t i = 0; cnn_exercise_at(i, &info); i++)
        printf("%2zu  %-14s%s\n", i + 1, info.name, info.summary);
    printf("\nnext  %s exercise relu --out my\n", program);
    return 0;
}

static int unknown(const char *name) {
    cnn_exercise_info info;
    closest near = {.typed = name, .length = strlen(name)};
    for (size_t i = 0; cnn_exercise_at(i, &info); i++)
        closest_offer(&near, info.name);
    if (near.word[0])
        return report_usage("there is no exercise %s; did you mean %s?", name, near.word);
    return report_usage("there is no exercise %s; cnn exercise lists them", name);
}

/* The work of some evening is never overwritten. */
static bool write_one(const cnn_exercise_info *info, const char *folder, const char *program,
                      cnn_error *error) {
    char path[4096];
    const file_part part = {info->text, strlen(info->text)};
    const size_t length = strlen(folder);
    const bool slash = length && folder[length - 1] == '/';
    snprintf(path, sizeof path, "%s%s%s.c", folder, slash ? "" : "/", info->name);
    if (length > 3000)
        return source_refuse(error, folder, "the name is too long");
    if (mkdir(folder, 0777) && errno != EEXIST)
        return source_refuse(error, folder, "%s", strerror(errno));
    if (file_exists(path))
        return source_refuse(error, path, "there already, and not replaced");
    if (!file_write(path, &part, 1, error))
        return false;
    printf("written  ");
    quote_write(path, stdout);
    printf("\nnext     %s check ", program);
    quote_write(path, stdout);
    putchar('\n');
    return true;
}

static int write_files(const exercise_settings *settings, const char *program) {
    cnn_exercise_info info;
    cnn_error error;
    const bool all = !strcmp(settings->name, "all");
    for (size_t i = 0; cnn_exercise_at(i, &info); i++)
        if ((all || !strcmp(info.name, settings->name)) &&
            !write_one(&info, settings->out, program, &error))
            return report_cnn_error(&error);
    return 0;
}

static int exercise_run(const void *values, const char *program) {
    const exercise_settings *settings = values;
    cnn_exercise_info info;
    if (!settings->name)
        return settings->out    ? report_usage("--out needs an exercise, or all")
               : settings->json ? list_json()
                                : list_all(program);
    if (settings->json)
        return report_usage("--json counts only for the list");
    if (!cnn_exercise_find(settings->name, &info) && strcmp(settings->name, "all"))
        return unknown(settings->name);
    if (settings->out)
        return write_files(settings, program);
    if (!strcmp(settings->name, "all"))
        return report_usage("all needs --out FOLDER");
    fputs(info.text, stdout);
    return 0;
}

const cli_command command_exercise = {
    .name = "exercise",
    .summary = "Lists exercises: layers to write yourself.",
    .groups = exercise_groups,
    .notes = exercise_notes,
    .examples = exercise_examples,
    .defaults = &exercise_defaults,
    .size = sizeof(exercise_settings),
    .run = exercise_run,
};
