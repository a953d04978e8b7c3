/* The mistakes that --break makes, by name and in words. */
#ifndef CLI_MISTAKE_NAMES_H
#define CLI_MISTAKE_NAMES_H

#include "cnn.h"

/* False if there is none of this name: reports it, with the nearest name. */
bool mistake_names_check(const char *name);
/* Prints all of them by family, on one screen. */
void mistake_names_list(void);
/* Prints one, with the line that it changes. */
void mistake_names_explain(const cnn_mistake_info *mistake);
/* All of them as one JSON object. Returns an exit code. */
int mistake_names_json(void);
/* What the gradient check finds wrong, in words: "the gradient check stays green". */
void mistake_names_verdict(const cnn_mistake_info *mistake, char *text, size_t size);

#endif
