/* Quotes paths for a shell. */
#ifndef CLI_QUOTE_H
#define CLI_QUOTE_H

#include <stdio.h>

/* Writes the path as one word: as it is, in quotes if necessary, or, if it holds characters that
 * must not be shown (see cnn_text_clean()), as $'...', which bash, zsh and ksh read. A path that
 * begins with - gets a leading ./, as it would be taken for a flag. Returns the bytes. stream NULL:
 * only counts them. */
size_t quote_write(const char *path, FILE *stream);

#endif
