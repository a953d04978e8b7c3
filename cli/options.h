/* Describes flags by tables: one row says how a flag is read, checked and explained. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cnn.h"

typedef enum option_type {
    OPTION_SWITCH, /* bool: no argument */
    OPTION_COUNT,  /* uint64_t from least to most */
    OPTION_SEED,   /* uint64_t below 2^63, so that JSON can hold it */
    OPTION_REAL,   /* double from least to most */
    OPTION_TEXT,   /* const char *: points into argv */
    OPTION_CHOICE, /* int: the index of the choice */
    OPTION_LIST,   /* option_list: a file, an operand that may be repeated; the last */
    OPTION_HELP,
    OPTION_VERSION
} option_type;

/* How the file that a value names is used: see files.h. */
typedef enum option_role {
    OPTION_NO_FILE,
    OPTION_INPUT,  /* it is read */
    OPTION_FOLDER, /* the folder of a data set, of which every file is read */
    OPTION_OUTPUT, /* a new file takes its place */
    OPTION_LOG,    /* lines are written into it */
    OPTION_KEPT    /* it is read, and later ones take its place: a checkpoint that is resumed */
} option_role;

typedef struct option_list {
    char **items; /* point into argv, as does the list itself */
    size_t count;
} option_list;

typedef struct option {
    const char *name;     /* "--epochs"; NULL: an operand, which has no flag */
    const char *argument; /* "N"; NULL: a switch */
    const char *help;     /* NULL: not listed */
    option_type type;
    option_role role;
    bool required;
    size_t offset; /* of the value in the settings of the row's group */
    double least, most;
    const char *(*choice)(int index); /* the word of each, from 0; NULL after the last */
} option;

/* Rows by type; `group` is the struct that holds `field`. A row that names a file is a ROW_FILE, a
 * ROW_REQUIRED or a ROW_LIST. */
#define ROW_SWITCH(group, field, name_, help_)                                                     \
    { .name = name_, .help = help_, .type = OPTION_SWITCH, .offset = offsetof(group, field) }
#define ROW_TEXT(group, field, name_, argument_, help_)                                            \
    {                                                                                              \
        .name = name_, .argument = argument_, .help = help_, .type = OPTION_TEXT,                  \
        .offset = offsetof(group, field)                                                           \
    }
#define ROW_FILE(group, field, role_, name_, argument_, help_)                                     \
    {                                                                                              \
        .name = name_, .argument = argument_, .help = help_, .type = OPTION_TEXT, .role = role_,   \
        .offset = offsetof(group, field)                                                           \
    }
#define ROW_REQUIRED(group, field, role_, name_, argument_, help_)                                 \
    {                                                                                              \
        .name = name_, .argument = argument_, .help = help_, .type = OPTION_TEXT, .role = role_,   \
        .required = true, .offset = offsetof(group, field)                                         \
    }
#define ROW_LIST(group, field, argument_, help_)                                                   \
    {                                                                                              \
        .argument = argument_, .help = help_, .type = OPTION_LIST, .role = OPTION_INPUT,           \
        .required = true, .offset = offsetof(group, field)                                         \
    }
#define ROW_COUNT(group, field, name_, help_, least_, most_)                                       \
    {                                                                                              \
        .name = name_, .argument = "N", .help = help_, .type = OPTION_COUNT,                       \
        .offset = offsetof(group, field), .least = least_, .most = most_                           \
    }
#define ROW_SEED(group, field, name_, help_)                                                       \
    {                                                                                              \
        .name = name_, .argument = "N", .help = help_, .type = OPTION_SEED,                        \
        .offset = offsetof(group, field)                                                           \
    }
#define ROW_REAL(group, field, name_, help_, least_, most_)                                        \
    {                                                                                              \
        .name = name_, .argument = "X", .help = help_, .type = OPTION_REAL,                        \
        .offset = offsetof(group, field), .least = least_, .most = most_                           \
    }
#define ROW_CHOICE(group, field, name_, help_, choice_)                                            \
    {                                                                                              \
        .name = name_, .argument = "NAME", .help = help_, .type = OPTION_CHOICE,                   \
        .offset = offsetof(group, field), .choice = choice_                                        \
    }

/* Rows with values in one struct, at `offset` in the settings of a command. */
typedef struct option_group {
    const option *rows;
    size_t count, offset;
} option_group;

typedef struct cli_command {
    const char *name, *summary;
    const option_group *groups; /* ends in rows NULL */
    const char *const *notes;   /* what the table cannot express, a line each, or NULL */
    const char *const *examples;
    const void *defaults;      /* settings before any flag */
    size_t size;               /* of the settings */
    const char *lone;          /* a flag that replaces all others, or NULL */
    const char *const *beside; /* flags allowed beside it; ends in NULL */
    int (*run)(const void *settings, const char *program);
} cli_command;

/* Every command; ends in NULL. */
extern const cli_command *const commands[];

/* --help and --version, for every command. */
extern const option_group options_common;

#define OPTION_ROWS(array) (array), sizeof(array) / sizeof *(array)

typedef enum option_result {
    OPTIONS_READ,
    OPTIONS_WRONG, /* reported on standard error */
    OPTIONS_HELP,
    OPTIONS_VERSION
} option_result;

/* Reads words, which end in NULL, over the defaults in settings. Lists are gathered at the front of
 * words. */
option_result options_read(const cli_command *command, char **words, void *settings);

/* Returns the n-th row of a command over all its groups, the common one last; NULL after the last.
 * *offset, unless NULL, is the position of its value in the settings. */
const option *options_row(const cli_command *command, size_t n, size_t *offset);

#endif
