/* Completion for shells, written from the same tables as the help. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

/* What the shell is to evaluate, to standard output. */
void completion_bash(void);
void completion_zsh(void);

#endif
