/* What the page asks of the library: plain numbers and pointers, for JavaScript knows no structs.
 *
 * A module has one model, and the page starts it twice: one to look at, one to train in a worker.
 * Functions that return bool leave the reason in lab_error(). Pointers are to static memory of the
 * module, valid until the next call of the same function, unless something else is said. */
#ifndef LAB_H
#define LAB_H

#include "cnn.h"

#define LAB(name) __attribute__((export_name(#name))) name

typedef struct lab {
    cnn_network *network;
    cnn_model *model;
    cnn_model *after;     /* the same after an update, or NULL */
    bool looked_after;    /* its tensors are looked at, not those of the model */
    cnn_dataset *sets[2]; /* by cnn_split */
    cnn_run *run;
    cnn_trainer *trainer;
    cnn_normalization normalization; /* of the last model */
    cnn_error error;
} lab;
extern lab the_lab;

/* The model and what belongs to it are freed. */
void lab_forget_model(void);
void lab_forget_run(void);
/* A run of the_lab.model; the images must live as long. */
bool lab_begin_run(const cnn_dataset *images, const cnn_optimizer *optimizer, size_t epochs,
                   uint64_t seed);
void lab_forget_update(void);

/* look: every number of a pass is kept, computed by the book. */
cnn_model_options lab_options(size_t batch, unsigned seed, bool look);

/* Another model to look at, with the same parameters, for batches of this size. NULL: lab_error().
 */
cnn_model *lab_twin(size_t batch);

/* How many numbers it has. */
size_t lab_count(const cnn_tensor *tensor);

#endif
