/* Declares the commands, one file each: cmd_NAME.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

extern const cli_command command_train, command_eval, command_predict, command_explain,
    command_info, command_gradcheck, command_doctor, command_trace, command_exercise, command_check,
    command_help;

/* Returns NULL if there is no such command, after reporting it with the nearest one. */
const cli_command *command_find(const char *name);

#endif
