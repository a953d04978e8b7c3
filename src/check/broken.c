/* Makes a mistake of the catalog in the book, or damages a gradient, for the check to find. */
#include "broken.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

bool broken_begin(broken *b, const cnn_gradcheck_options *options, cnn_error *error) {
    *b = (broken){.layer = options->debug_break_layer};
    if (!options->debug_mistake)
        return true;
    b->row = mistake_row_named(options->debug_mistake, error);
    if (b->row)
        b->mistaken = mistaken_create(ops_best_double(), mistaken_pages_double(), b->row, error);
    return b->mistaken;
}

void broken_end(broken *b) {
    free(b->mistaken);
}

/* conv2 selects that layer, conv2d every convolution. */
static bool is_selected(const broken *b, const char *name, const char *word) {
    return !b->layer || !strcmp(b->layer, name) || !strcmp(b->layer, word);
}

const ops *broken_ops(broken *b, const char *name, const char *word) {
    if (!b->mistaken || !is_selected(b, name, word))
        return ops_best_double();
    b->found = true;
    b->made |= mistaken_in(b->mistaken, word);
    return &b->mistaken->ops;
}

void broken_damage(broken *b, const probe *p, const char *name, const char *word) {
    real *gradient = p->t.dx;
    size_t count = p->images * extent_size(p->labels ? p->layer->shape.y : p->layer->shape.x);
    if (!b->layer || b->row || !is_selected(b, name, word))
        return;
    for (size_t i = p->labels ? 0 : layer_buffers(p->layer); i-- > 0;)
        if (p->layer->kind->buffers[i].role == BUFFER_PARAMETER && layer_buffer_size(p->layer, i)) {
            gradient = bound(&p->t, p->layer->kind->buffers[i].gradient);
            count = layer_buffer_size(p->layer, i);
        }
    /* A thousandth of a gradient that is 0 everywhere would change nothing. */
    const double added = gradcheck_largest(gradient, count) == 0 ? 0.001 : 0;
    for (size_t i = 0; i < count; i++)
        gradient[i] = gradient[i] * 1.001 + added;
    b->found = b->made = true;
}

/* Mistakes outside the layers are never made here, which is no error. */
bool broken_was(const broken *b, cnn_error *error) {
    if (b->layer && !b->found)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no layer named \"%.60s\" to break",
                         b->layer);
    if (!b->row || b->made || (!b->layer && !mistake_in_layers(b->row)))
        return true;
    if (!b->layer)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the mistake \"%s\" cannot be made in this network", b->row->about.name);
    return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                     "the mistake \"%s\" cannot be made in \"%.60s\"", b->row->about.name,
                     b->layer);
}
