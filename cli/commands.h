/* One file per command: cmd_NAME.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

extern const cli_command command_train, command_eval, command_predict, command_explain,
    command_info, command_gradcheck, command_doctor, command_trace, command_help;

/* NULL if there is no such command; that is said, with the nearest one. */
const cli_command *command_find(const char *name);

#endif
