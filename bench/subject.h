/* A model in training, measured in rounds, so that several can take turns. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "cnn.h"

enum { SUBJECT_ROUNDS = 7 };

typedef struct subject_options {
    size_t batch, threads; /* threads 0: one per processor */
    bool every_layer;      /* each layer by itself, not in blocks */
} subject_options;

/* Forward, dx and dw of one row of the profile; one image, all threads together. */
enum { SUBJECT_FORWARD, SUBJECT_DX, SUBJECT_DW, SUBJECT_PASSES };
typedef struct subject_row {
    cnn_profile_row about; /* its name and layers */
    double seconds[SUBJECT_PASSES], multiply_adds[SUBJECT_PASSES];
} subject_row;

typedef struct subject subject;

/* Images for the network: those in data/mnist if they fit, else made up: a bright place for each
 * class, with noise. *real tells which. Ends the program without memory. */
cnn_dataset *subject_images(const cnn_network *network, bool *real);

/* The data set is borrowed. Trains for a while, so that gradients are as in a real run. */
subject *subject_create(const cnn_network *network, const cnn_dataset *images,
                        subject_options options);
void subject_free(subject *subject);
/* Trains for about so long and keeps what it took. At most SUBJECT_ROUNDS times. */
void subject_round(subject *subject, double seconds);

const cnn_model *subject_model(const subject *subject);
/* Medians over the rounds: rows[0..count), as cnn_model_profile(). Returns how many there are. */
size_t subject_rows(const subject *subject, subject_row *rows, size_t count);
/* Seconds on the clock for one image. */
double subject_seconds(const subject *subject);

#endif
