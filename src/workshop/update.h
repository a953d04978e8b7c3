/* A case of an optimizer: some weights before and after one step. Built with real = double. */
#ifndef WORKSHOP_UPDATE_H
#define WORKSHOP_UPDATE_H

#include "mistaken.h"

enum { UPDATE_DW, UPDATE_W, UPDATE_FIRST, UPDATE_SECOND, UPDATE_ARRAYS };

typedef struct update {
    bool adam; /* else SGD, which has no second array */
    size_t count;
    double step, lr, momentum, decay, beta1, beta2, epsilon;
    float *before[UPDATE_ARRAYS]; /* dw, w, velocity or m, v */
    real *after[UPDATE_ARRAYS];   /* by the last run */
    real *right[UPDATE_ARRAYS];
    void *block; /* holds the arrays, owned */
} update;

/* text: "sgd momentum 0.5", "adam step 2 decay 0.25". False without memory. */
bool update_begin(update *u, const char *text, size_t count, uint64_t seed, cnn_error *error);
void update_end(update *u);
/* One step by this page, NULL: by the book. False if the page has no such rule. */
bool update_run(update *u, const mistaken_page *page);
/* Replaces the weights after the book's step: epsilon is added under the root. */
void update_inner_epsilon(update *u);
/* The array of this name: "dw", "w", "velocity", "m", "v"; UPDATE_ARRAYS: none. */
size_t update_array(const char *name);

#endif
