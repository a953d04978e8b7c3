/* Prints completions for bash and zsh from the option tables. */
#include "completion.h"

#include "commands.h"
#include "help.h"

#include <stdio.h>
#include <string.h>

/* Numbers and names are not completed. */
static bool takes_path(const option *row) {
    return row->role != OPTION_NO_FILE;
}

/* The words that may follow a flag, as one case of a shell. */
static void bash_choices(const cli_command *command) {
    const option *row;
    for (size_t n = 0; (row = options_row(command, n, NULL)); n++) {
        if (!row->name || row->type != OPTION_CHOICE)
            continue;
        printf("    %s:%s) words=\"", command->name, row->name);
        for (int i = 0; row->choice(i); i++)
            printf("%s%s", i ? " " : "", row->choice(i));
        printf("\" ;;\n");
    }
}

static void bash_flags(const cli_command *command) {
    const option *row;
    printf("    %s:-*) words=\"", command->name);
    for (size_t n = 0; (row = options_row(command, n, NULL)); n++)
        if (row->name && row->name[1] == '-')
            printf("%s ", row->name);
    printf("\" ;;\n");
}

static void command_names(void) {
    for (const cli_command *const *command = commands; *command; command++)
        printf("%s ", (*command)->name);
}

/* Completes files where a word is neither a flag nor a choice. */
void completion_bash(void) {
    printf("_cnn() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
           "    local command=${COMP_WORDS[1]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    [ \"$COMP_CWORD\" -gt 1 ] || command=cnn\n"
           "    case $command:$before in\n"
           "    cnn:* | help:help) words=\"");
    command_names();
    printf("\" ;;\n");
    for (const cli_command *const *command = commands; *command; command++)
        bash_choices(*command);
    printf("    esac\n"
           "    case $command:$word in\n"
           "    cnn:-*) words=\"--help --version\" ;;\n");
    for (const cli_command *const *command = commands; *command; command++)
        bash_flags(*command);
    printf("    esac\n"
           "    COMPREPLY=()\n"
           "    [ -z \"$words\" ] || mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "}\n"
           "complete -o default -F _cnn cnn\n");
}

/* Quotes a text in single quotes; colons and brackets divide a specification. */
static void zsh_text(const char *text) {
    for (; *text; text++)
        if (*text == '\'')
            printf("'\\''");
        else if (strchr(":[]", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
}

/* Writes '--epochs[passes over all (5)]:N:' and the values that may follow. */
static void zsh_row(const cli_command *command, const option *row, size_t offset) {
    const help_entry entry = help_row(command, row, offset);
    printf(" \\\n        '");
    if (row->name)
        printf("%s[", row->name);
    else
        printf("%s:", row->type == OPTION_LIST ? "*" : row->required ? "" : ":");
    zsh_text(row->name ? entry.help : row->argument);
    printf(row->name ? "]" : takes_path(row) ? ":_files" : ":");
    if (row->name && row->argument) {
        printf(":%s:", row->argument);
        for (int i = 0; row->choice && row->choice(i); i++)
            printf("%s%s", i ? " " : "(", row->choice(i));
        printf("%s", row->choice ? ")" : takes_path(row) ? "_files" : "");
    }
    putchar('\'');
}

static void zsh_command(const cli_command *command) {
    const option *row;
    size_t offset = 0;
    printf("    %s) _arguments", command->name);
    for (size_t n = 0; (row = options_row(command, n, &offset)); n++)
        if (row->help)
            zsh_row(command, row, offset);
    printf(" \\\n        '--help[how to use it]' ;;\n");
}

/* Evaluated, the script registers itself; found in fpath, it is called as the function it
 * defines. */
void completion_zsh(void) {
    printf("#compdef cnn\n"
           "_cnn() {\n"
           "    if (( CURRENT == 2 )); then\n"
           "        local -a names=(");
    for (const cli_command *const *command = commands; *command; command++) {
        printf("\n            '%s:", (*command)->name);
        zsh_text((*command)->summary);
        putchar('\'');
    }
    printf(")\n"
           "        _describe command names\n"
           "        return\n"
           "    fi\n"
           "    local name=$words[2]\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $name in\n");
    for (const cli_command *const *command = commands; *command; command++)
        zsh_command(*command);
    printf("    esac\n"
           "}\n"
           "if [[ $funcstack[1] = _cnn ]]; then _cnn \"$@\"; else compdef _cnn cnn; fi\n");
}
