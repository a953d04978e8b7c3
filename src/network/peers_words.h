/* What other frameworks call things, and how a network text says it here. */
#ifndef NETWORK_PEERS_WORDS_H
#define NETWORK_PEERS_WORDS_H

#include <stddef.h>

enum { PEERS_WORD_MAX = 31 };

typedef enum peers_context { PEERS_LAYER, PEERS_OPTION } peers_context;

/* What to do about a word that is none of those known: what its place calls it, or the closest of
 * them, or all of them. Stands behind the word, and begins with a comma or a colon. */
void peers_advice(char *advice, size_t size, const char *word, size_t length, peers_context context,
                  const char *const *known, size_t count);

/* Sizes as they are written here, if these are meant: "28x28x1" for "(28,28,1)", "28*28*1" or
 * "shape=28X28X1". Returns the length, or 0 if there are no such sizes, or they are too long. */
size_t peers_sizes(char plain[PEERS_WORD_MAX + 1], const char *word, size_t length);

#endif
