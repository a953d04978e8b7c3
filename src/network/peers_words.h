/* Translates words of other frameworks into those of a network text. */
#ifndef NETWORK_PEERS_WORDS_H
#define NETWORK_PEERS_WORDS_H

#include <stddef.h>

enum { PEERS_WORD_MAX = 31 };

typedef enum peers_context { PEERS_LAYER, PEERS_OPTION } peers_context;

/* Advice for an unknown word: its translation, or the closest known word, or all known words. It is
 * appended to the word and begins with a comma or a colon. */
void peers_advice(char *advice, size_t size, const char *word, size_t length, peers_context context,
                  const char *const *known, size_t count);

/* Sizes in our notation if these are meant: "28x28x1" for "(28,28,1)", "28*28*1" or
 * "shape=28X28X1". Returns the length, or 0 if the word has no sizes or is too long. */
size_t peers_sizes(char plain[PEERS_WORD_MAX + 1], const char *word, size_t length);

#endif
