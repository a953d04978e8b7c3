/* One training run of the command, as its parts share it. */
#ifndef CLI_TRAIN_RUN_H
#define CLI_TRAIN_RUN_H

#include "bar.h"
#include "confusion.h"
#include "training_flags.h"

typedef struct train_settings {
    const char *network, *out, *log;
    uint64_t epochs, step_epochs, test_limit; /* 0: not given, for the last two */
    double validation;
    bool json, profile;
    training_flags training;
} train_settings;

typedef struct train_run {
    const train_settings *settings;
    const char *program; /* as typed */
    cnn_network *network;
    cnn_dataset *train, *test; /* test NULL: there is none */
    cnn_normalisation normalisation;
    cnn_model *model;
    cnn_epoch *history; /* [finished] are whole */
    size_t finished, steps;
    char *out, *best_out;
    size_t best_epoch; /* from 1; 0: none written */
    FILE *log;
    int log_problem; /* errno of the first line of the log that was lost, or 0 */
    bool interrupted;
    bar bar;
    cnn_error error;  /* of a file written while training */
    confusion result; /* of the model on the test images */
} train_run;

/* How many of the training images are held out. */
size_t train_held_out(const train_run *run);
/* How many there are to test, perhaps none. */
size_t train_test_images(const train_run *run);

/* What is known before the first step. */
void train_report_head(const train_run *run, FILE *stream);
void train_report_epoch(const train_run *run, size_t epoch, FILE *stream);
/* What came out, on one screen together with the head. False without memory for all of it. */
bool train_report_end(const train_run *run, FILE *stream);

json_t *train_json(const train_run *run);
/* Lines of the log; a log that cannot be written is remembered and the training goes on. */
void train_log_step(train_run *run, const cnn_progress *progress);
void train_log_epoch(train_run *run, const cnn_progress *progress);

#endif
