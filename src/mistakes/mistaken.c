/* Replaces an operation of a back end by a mistaken page. */
#include "mistaken.h"

#include "memory.h"

#include <string.h>

extern const mistaken_page mistaken_float[], mistaken_double[];
#if defined(__x86_64__) || defined(__i386__)
extern const mistaken_page mistaken_float_fma[], mistaken_double_fma[];

const mistaken_page *mistaken_pages(void) {
    return ops_book() == &book_float_fma ? mistaken_float_fma : mistaken_float;
}

const mistaken_page *mistaken_pages_double(void) {
    return ops_best_double() == &book_double_fma ? mistaken_double_fma : mistaken_double;
}
#else
const mistaken_page *mistaken_pages(void) {
    return mistaken_float;
}

const mistaken_page *mistaken_pages_double(void) {
    return mistaken_double;
}
#endif

/* The sound operation with the passes of the page, which do not split. */
static operation with_passes(const operation *sound, const mistaken_page *page) {
    operation op = sound ? *sound : (operation){0};
    if (page->forward)
        op.forward = page->forward;
    if (page->backward_input)
        op.backward_input = page->backward_input;
    if (page->backward_weights)
        op.backward_weights = page->backward_weights;
    op.can_split = false;
    return op;
}

/* Is the word one of these, separated by blanks? */
static bool among(const char *words, const char *word) {
    const size_t length = strlen(word);
    for (; *words; words += strspn(words, " ")) {
        const size_t size = strcspn(words, " ");
        if (size == length && !memcmp(words, word, size))
            return true;
        words += size;
    }
    return false;
}

static bool fuses_any(const char *words, const kernel *kernels, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (among(words, kernels[i].layers))
            return true;
    return false;
}

static void take_page(mistaken *m, const ops *sound, const mistaken_page *page, size_t *layers) {
    if (page->word) {
        m->operations[*layers] = with_passes(ops_operation(sound, page->word), page);
        m->kernels[*layers] = (kernel){page->word, &m->operations[*layers]};
        ++*layers;
    }
    m->loss |= page->softmax_forward || page->softmax_backward;
    if (page->softmax_forward)
        m->ops.softmax_forward = page->softmax_forward;
    if (page->softmax_backward)
        m->ops.softmax_backward = page->softmax_backward;
    if (page->sgd)
        m->ops.sgd = page->sgd;
    if (page->adam)
        m->ops.adam = page->adam;
}

mistaken *mistaken_create(const ops *sound, const mistaken_page *pages, const mistake_row *row,
                          cnn_error *error) {
    const int index = (int)(row - mistake_rows);
    size_t own = 0, layers = 0;
    while (sound->kernels && sound->kernels[own].layers)
        own++;
    mistaken *m =
        memory_new(1, sizeof *m + (own + MISTAKEN_PAGES_MAX + 1) * sizeof *m->kernels, error);
    if (!m)
        return NULL;
    m->ops = *sound;
    m->ops.kernels = m->kernels;
    for (; pages->row != MISTAKE_END; pages++)
        if (pages->row == index && pages->other == MISTAKE_ALONE && layers < MISTAKEN_PAGES_MAX)
            take_page(m, sound, pages, &layers);
    for (size_t i = 0, next = layers; i < own; i++)
        if (!fuses_any(sound->kernels[i].layers, m->kernels, layers))
            m->kernels[next++] = sound->kernels[i];
    return m;
}

bool mistaken_in(const mistaken *m, const char *word) {
    if (!strcmp(word, "softmax"))
        return m->loss;
    for (const kernel *k = m->kernels; k->layers; k++)
        if (k->operation >= m->operations && k->operation < m->operations + MISTAKEN_PAGES_MAX &&
            !strcmp(k->layers, word))
            return true;
    return false;
}
