/* cnn help: explains a command, or writes the manual page or completions for a shell. */
#include "closest.h"
#include "commands.h"
#include "completion.h"
#include "help.h"
#include "manual.h"
#include "print.h"

#include <string.h>

typedef struct help_settings {
    const char *command;
    bool man;
    int shell;
} help_settings;

enum { SHELL_NONE = -1, SHELL_BASH, SHELL_ZSH };

static const char *shell(int index) {
    static const char *const shells[] = {"bash", "zsh", NULL};
    return shells[index];
}

static const option help_rows[] = {
    ROW_TEXT(help_settings, command, NULL, "COMMAND", "the one to explain; without it, all"),
    ROW_SWITCH(help_settings, man, "--man", "all of it as a manual page, cnn.1"),
    ROW_CHOICE(help_settings, shell, "--completion", "completion for a shell", shell),
};

static const option_group help_groups[] = {{OPTION_ROWS(help_rows), 0}, {NULL, 0, 0}};
static const char *const help_examples[] = {
    "cnn help train",
    "cnn help --man >cnn.1",
    "eval \"$(cnn help --completion bash)\"",
    NULL,
};
static const help_settings help_defaults = {.shell = SHELL_NONE};

const cli_command *command_find(const char *name) {
    closest near = {.typed = name, .length = strlen(name)};
    for (const cli_command *const *command = commands; *command; command++) {
        if (!strcmp((*command)->name, name))
            return *command;
        closest_offer(&near, (*command)->name);
    }
    if (near.word[0])
        report_usage("unknown command %s; did you mean %s?", name, near.word);
    else
        report_usage("unknown command %s; cnn help lists them", name);
    return NULL;
}

static int help_run(const void *settings, const char *program) {
    (void)program;
    const help_settings *help = settings;
    const cli_command *command = help->command ? command_find(help->command) : NULL;
    if (help->command && !command)
        return EXIT_USAGE;
    if (help->man)
        manual_print();
    else if (help->shell == SHELL_BASH)
        completion_bash();
    else if (help->shell == SHELL_ZSH)
        completion_zsh();
    else if (command)
        help_command(command);
    else
        help_overview();
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
