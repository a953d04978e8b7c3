/* Help written from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "options.h"

/* Usage, flags with their defaults, examples: fits 80 columns and 24 lines. */
void help_command(const cli_command *command);
/* All commands. */
void help_overview(void);

#endif
