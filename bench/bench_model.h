/* A model in training, measured in rounds, so that several can take turns. */
#ifndef BENCH_BENCH_MODEL_H
#define BENCH_BENCH_MODEL_H

#include "cnn.h"

enum { BENCH_MODEL_ROUNDS = 7 };

typedef struct bench_model_options {
    size_t batch, threads; /* threads 0: one per processor */
    bool every_layer;      /* each layer by itself, not in blocks */
} bench_model_options;

/* Forward, dx and dw of one row of the profile; one image, all threads together. */
enum { BENCH_MODEL_FORWARD, BENCH_MODEL_DX, BENCH_MODEL_DW, BENCH_MODEL_PASSES };
typedef struct bench_model_row {
    cnn_profile_row about; /* its name and layers */
    double seconds[BENCH_MODEL_PASSES], multiply_adds[BENCH_MODEL_PASSES];
} bench_model_row;

typedef struct bench_model bench_model;

/* Images for the network: those in data/mnist if they fit, else made up: a bright place for each
 * class, with noise. *real tells which. Ends the program without memory. */
cnn_dataset *bench_model_images(const cnn_network *network, bool *real);

/* The data set is borrowed. Trains for a while, so that gradients are as in a real run. */
bench_model *bench_model_create(const cnn_network *network, const cnn_dataset *images,
                                bench_model_options options);
void bench_model_free(bench_model *tested);
/* Trains for about so long and keeps what it took. At most BENCH_MODEL_ROUNDS times. */
void bench_model_round(bench_model *tested, double seconds);

const cnn_model *bench_model_model(const bench_model *tested);
/* Medians over the rounds: rows[0..count), as cnn_model_profile(). Returns how many there are. */
size_t bench_model_rows(const bench_model *tested, bench_model_row *rows, size_t count);
/* Seconds on the clock for one image. */
double bench_model_seconds(const bench_model *tested);

#endif
