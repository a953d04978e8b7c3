/* Paths as a shell takes them. */
#ifndef CLI_QUOTE_H
#define CLI_QUOTE_H

#include <stdio.h>

/* Writes the path as one word: as it is, in quotes if it must be, or, if it holds what may not be
 * shown (see cnn_text_clean()), as $'...', which bash, zsh and ksh read. One that begins with -
 * gets
 * ./ in front, as it would be taken for a flag. Returns the bytes. stream NULL: only counts them.
 */
size_t quote_write(const char *path, FILE *stream);

#endif
