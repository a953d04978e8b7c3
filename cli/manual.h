/* The manual page, written from the same tables as the help. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

/* cnn.1, in the language of man pages, to standard output. */
void manual_print(void);

#endif
