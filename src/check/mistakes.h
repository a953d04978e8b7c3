/* Classic mistakes of a backward pass, made on purpose so that the gradient check can be seen to
 * find them. Built with real = double, as the check. */
#ifndef CHECK_MISTAKES_H
#define CHECK_MISTAKES_H

#include "gradcheck.h"

typedef struct mistake mistake;

/* The mistake of this name, the first one for NULL; NULL: there is none. */
const mistake *mistake_named(const char *name);
const char *mistake_name(const mistake *mistake);

/* Makes it in the gradients of a probe that has gone back; p->right has room for what is right.
 * False if they are the same afterwards: it does not apply to this layer. */
bool mistake_make(const mistake *mistake, const probe *p);

#endif
