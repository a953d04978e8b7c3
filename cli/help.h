/* Writes help texts from the tables of options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "options.h"

/* Prints usage, flags with their defaults, examples: fits 80 columns and 24 lines. */
void help_command(const cli_command *command);
/* Prints all commands. */
void help_overview(void);

/* One row as text: "--epochs N", "passes over all (5)". */
typedef struct help_entry {
    char name[32], help[160];
} help_entry;
/* `offset` as options_row() returns it. */
help_entry help_row(const cli_command *command, const option *row, size_t offset);
/* Prints "cnn train [NETWORK] [FLAGS]" and a line feed. */
void help_usage(const cli_command *command);

#endif
