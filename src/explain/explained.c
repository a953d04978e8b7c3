/* The tables of explanations and of the formulas of pages, made of the files that the Makefile
 * finds. */
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

/* The lines of the pages' opening comments, by lines.awk. */
static const struct {
    const char *word;
    unsigned line;
    const char *text;
} lines[] = {
#define PAGE_LINE(word, line, text) {word, line, text},
    PAGE_LINES
#undef PAGE_LINE
};

unsigned formula_line(const char *word, const char *formula) {
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strcmp(lines[i].word, word) && strstr(lines[i].text, formula))
            return lines[i].line;
    return 0;
}
