/* The table of explanations, made of the files that the Makefile finds. */
#include "explained.h"

#include <string.h>

#define EXPLAINED(word) extern const explanation word##_explanation;
EXPLAINED_LAYERS
#undef EXPLAINED

static const struct {
    const char *word;
    const explanation *explanation;
} table[] = {
#define EXPLAINED(word) {#word, &word##_explanation},
    EXPLAINED_LAYERS
#undef EXPLAINED
};

const explanation *explanation_of(const char *word) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].word, word))
            return table[i].explanation;
    return NULL;
}
