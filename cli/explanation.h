/* A number of a model with the terms that made it: what cnn explain prints. */
#ifndef CLI_EXPLANATION_H
#define CLI_EXPLANATION_H

#include "one_image.h"
#include "where.h"

#include <jansson.h>

/* One call of the command. Pointers are borrowed, terms are owned. */
typedef struct explained {
    const char *program, *model_path, *image_path;
    const char *backend;    /* as the flag names it; NULL: not given */
    const cnn_model *model; /* after forward, and with a label after backward */
    size_t label;           /* SIZE_MAX: not known */
    const one_image_flags *flags;
    bool repeatable; /* by a command with only those flags */
    bool all;
    where where;
    cnn_sum sum;
    cnn_term *terms;
} explained;

/* What the term adds to the sum, for kinds that add their terms. */
double explained_part(const cnn_sum *sum, const cnn_term *term);
/* Is the term left out of the sum? */
bool explained_left_out(const cnn_term *term);

/* For people: the formula, with numbers, its terms, and what to ask next. False with no memory. */
bool explained_print(const explained *one, cnn_error *error);
/* Patch and kernel side by side, if the number comes from a kernel over an image. */
void explained_patches(const explained *one);
/* What to ask next, and the command that asks it. */
void explained_next(const explained *one);
void explained_command(const explained *one, const char *where);
/* For programs; NULL with no memory. */
json_t *explained_json(const explained *one);
/* null if the class is not known. */
json_t *explained_label(const explained *one);

/* The image's numbers in every layer, on one screen, and where to look. */
void explained_way(const explained *one);
json_t *explained_way_json(const explained *one);

#endif
