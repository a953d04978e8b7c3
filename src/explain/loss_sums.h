/* Where the numbers after the last layer come from: probabilities, losses, the logits' gradient.
 * The walk's a are the logits x[n][k]; for the gradient they are the probabilities. */
#ifndef EXPLAIN_LOSS_SUMS_H
#define EXPLAIN_LOSS_SUMS_H

#include "walk.h"

void probability_terms(walk *w, size_t index);
void loss_terms(walk *w, const uint32_t *labels, size_t image);
void logits_gradient_terms(walk *w, const uint32_t *labels, size_t index);

#endif
