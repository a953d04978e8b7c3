/* Help written from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "options.h"

/* Usage, flags with their defaults, examples: fits 80 columns and 24 lines. */
void help_command(const cli_command *command);
/* All commands. */
void help_overview(void);

/* One row in words: "--epochs N", "passes over all (5)". */
typedef struct help_entry {
    char name[32], help[160];
} help_entry;
/* `offset` as options_row() tells it. */
help_entry help_row(const cli_command *command, const option *row, size_t offset);
/* "cnn train [NETWORK] [FLAGS]" and a line feed. */
void help_usage(const cli_command *command);

#endif
