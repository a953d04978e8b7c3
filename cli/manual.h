/* Writes the manual page from the tables that the help is written from. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

/* Writes cnn.1 as a man page to standard output. */
void manual_print(void);

#endif
