/* Classic mistakes of a backward pass, made on purpose so that the gradient check can be seen to
 * find them. Built with real = double, as the check. */
#ifndef CHECK_MISTAKES_H
#define CHECK_MISTAKES_H

#include "gradcheck.h"

typedef struct mistake mistake;

/* The mistake of this name, or the first one if it is NULL. NULL if unknown. */
const mistake *mistake_named(const char *name);
const char *mistake_name(const mistake *mistake);

/* Makes it in the gradients of a probe after its backward pass; p->right has space for the
 * originals. False if nothing changed: the mistake does not apply to this layer. */
bool mistake_make(const mistake *mistake, const probe *p);

#endif
