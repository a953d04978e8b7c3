/* cnn help: explains a command, or writes the manual page or completions for a shell. */
#include "closest.h"
#include "commands.h"
#include "completion.h"
#include "help.h"
#include "manual.h"
#include "mistake_names.h"
#include "print.h"

#include <string.h>

typedef struct help_settings {
    const char *command;
    bool man, json;
    int shell;
} help_settings;

enum { SHELL_NONE = -1, SHELL_BASH, SHELL_ZSH };

static const char *shell(int index) {
    static const char *const shells[] = {"bash", "zsh", NULL};
    return shells[index];
}

static const option help_rows[] = {
    ROW_TEXT(help_settings, command, NULL, "TOPIC",
             "a command, mistakes, or the name of one; without it, all"),
    ROW_SWITCH(help_settings, man, "--man", "all of it as a manual page, cnn.1"),
    ROW_SWITCH(help_settings, json, "--json", "with mistakes: one JSON object"),
    ROW_CHOICE(help_settings, shell, "--completion", "completion for a shell", shell),
};

static const option_group help_groups[] = {{OPTION_ROWS(help_rows), 0}, {NULL, 0, 0}};
static const char *const help_examples[] = {
    "cnn help train",
    "cnn help mistakes",
    "cnn help relu-open",
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

/* The classic mistakes. */
static int help_mistakes(const help_settings *help) {
    if (help->json)
        return mistake_names_json();
    mistake_names_list();
    return 0;
}

static int help_run(const void *settings, const char *program) {
    (void)program;
    const help_settings *help = settings;
    cnn_mistake_info mistake;
    if (help->command && !strcmp(help->command, "mistakes"))
        return help_mistakes(help);
    if (help->json)
        return report_usage("--json counts only with mistakes");
    if (cnn_mistake_find(help->command, &mistake))
        return mistake_names_explain(&mistake), 0;
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
    .summary = "Explains a command, or the classic mistakes.",
    .groups = help_groups,
    .examples = help_examples,
    .defaults = &help_defaults,
    .size = sizeof(help_settings),
    .run = help_run,
};
