/* Names the kinds of sums and the notes of their terms. */
#include "cnn.h"

static const char *const kinds[] = {
    [CNN_SUM_GIVEN] = "given",       [CNN_SUM_COPY] = "copy",
    [CNN_SUM_PRODUCTS] = "products", [CNN_SUM_ADDED] = "added",
    [CNN_SUM_MEAN] = "mean",         [CNN_SUM_SHARES] = "shares",
    [CNN_SUM_MAXIMUM] = "maximum",   [CNN_SUM_POSITION] = "position",
    [CNN_SUM_GATE] = "gate",         [CNN_SUM_PROBABILITY] = "probability",
    [CNN_SUM_LOSS] = "loss",         [CNN_SUM_LOGITS_GRADIENT] = "logits gradient",
};

static const char *const notes[] = {
    [CNN_TERM_COUNTS] = "",
    [CNN_TERM_ZERO] = "zero",
    [CNN_TERM_PADDING] = "padding",
    [CNN_TERM_NO_OUTPUT] = "no output",
    [CNN_TERM_PASSED_OVER] = "passed over",
    [CNN_TERM_CHOSEN] = "chosen",
    [CNN_TERM_CLOSED] = "closed",
};

const char *cnn_sum_kind_name(cnn_sum_kind kind) {
    const size_t i = (size_t)kind;
    return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const char *cnn_term_note_name(cnn_term_note note) {
    const size_t i = (size_t)note;
    return i < sizeof notes / sizeof *notes ? notes[i] : NULL;
}
