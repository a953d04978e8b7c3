/* Writes shell completions from the tables that the help is written from. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

/* Writes the code for the shell to evaluate, to standard output. */
void completion_bash(void);
void completion_zsh(void);

#endif
