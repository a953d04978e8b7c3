/* Trains a model in short measured rounds, so that several models can alternate. */
#ifndef BENCH_BENCH_MODEL_H
#define BENCH_BENCH_MODEL_H

#include "cnn.h"

enum { BENCH_MODEL_ROUNDS = 7 };

typedef struct bench_model_options {
    size_t batch, threads; /* threads 0: one per processor */
    bool every_layer;      /* no fusions */
} bench_model_options;

/* Forward, dx and dw of one row of the profile, per image, all threads together. */
enum { BENCH_MODEL_FORWARD, BENCH_MODEL_DX, BENCH_MODEL_DW, BENCH_MODEL_PASSES };
typedef struct bench_model_row {
    cnn_profile_row about; /* its name and layers */
    double seconds[BENCH_MODEL_PASSES], multiply_adds[BENCH_MODEL_PASSES];
} bench_model_row;

typedef struct bench_model bench_model;

/* Images for the network: data/mnist if it fits, otherwise synthetic ones: a bright area per class,
 * with noise. Sets *real to which. Ends the program if memory runs out. */
cnn_dataset *bench_model_images(const cnn_network *network, bool *real);

/* Borrows the data set. Trains for a while first, so that gradients are as in a real run. */
bench_model *bench_model_create(const cnn_network *network, const cnn_dataset *images,
                                bench_model_options options);
void bench_model_free(bench_model *tested);
/* Trains for about `seconds` and records the times. At most BENCH_MODEL_ROUNDS times. */
void bench_model_round(bench_model *tested, double seconds);

const cnn_model *bench_model_model(const bench_model *tested);
/* Medians over the rounds in rows[0..count), as cnn_model_profile(). Returns the number of rows. */
size_t bench_model_rows(const bench_model *tested, bench_model_row *rows, size_t count);
/* Wall-clock seconds per image. */
double bench_model_seconds(const bench_model *tested);

#endif
