#include "commands.h"
#include "help.h"
#include "nearest.h"
#include "say.h"

#include <string.h>

typedef struct help_settings {
    const char *command;
} help_settings;

static const option help_rows[] = {
    ROW_TEXT(help_settings, command, NULL, "COMMAND", "the one to explain; without it, all"),
};

static const option_group help_groups[] = {{OPTION_ROWS(help_rows), 0}, {NULL, 0, 0}};
static const char *const help_examples[] = {"cnn help train", "cnn help eval", NULL};
static const help_settings help_defaults = {NULL};

const cli_command *command_find(const char *name) {
    near_word near = {.typed = name};
    for (const cli_command *const *command = commands; *command; command++) {
        if (!strcmp((*command)->name, name))
            return *command;
        nearest_offer(&near, (*command)->name);
    }
    if (near.word[0])
        say_usage("unknown command %s; did you mean %s?", name, near.word);
    else
        say_usage("unknown command %s; cnn help lists them", name);
    return NULL;
}

static int help_run(const void *settings, const char *program) {
    (void)program;
    const help_settings *help = settings;
    if (!help->command) {
        help_overview();
        return 0;
    }
    const cli_command *command = command_find(help->command);
    if (!command)
        return EXIT_USAGE;
    help_command(command);
    return 0;
}

const cli_command command_help = {
    .name = "help",
    .summary = "Explains a command.",
    .groups = help_groups,
    .examples = help_examples,
    .defaults = &help_defaults,
    .size = sizeof(help_settings),
    .run = help_run,
};
