/* Trains a network by somebody's own layers beside the run of the library, step by step on the same
 * images. */
#ifndef CLI_TRAIN_WITH_H
#define CLI_TRAIN_WITH_H

#include "cnn.h"

#include <stdio.h>

typedef struct train_with train_with;

/* Compiles the file, or every EXERCISE.c of the folder, and begins with the model's weights. NULL
 * with an error; a file for which the network has no use is one only where it is the only one. */
train_with *train_with_open(const char *path, const cnn_model *model, cnn_optimizer_kind optimizer,
                            cnn_error *error);
void train_with_close(train_with *with);
/* Takes the step that the run has just taken with its model. */
bool train_with_step(train_with *with, const cnn_model *model, const cnn_run *run,
                     cnn_error *error);

/* Prints which functions are at work, and, after each epoch, both losses. */
void train_with_head(const train_with *with, FILE *stream);
void train_with_epoch(train_with *with, double book_loss, FILE *stream);
/* Counts the test images that the own functions read right, and gives the model their weights. test
 * may be NULL. */
bool train_with_finish(train_with *with, cnn_model *model, const cnn_dataset *test,
                       cnn_error *error);
/* Prints where the losses part, or that they agree, and both results. */
void train_with_end(const train_with *with, double book_accuracy, FILE *stream);

#endif
