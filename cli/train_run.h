/* One training run of the command, as its parts share it. */
#ifndef CLI_TRAIN_RUN_H
#define CLI_TRAIN_RUN_H

#include "bar.h"
#include "confusion.h"
#include "file_id.h"
#include "training_flags.h"

typedef struct train_settings {
    const char *network, *weights, *out, *log;
    const char *checkpoint, *every, *resume;
    uint64_t epochs, step_epochs, test_limit; /* 0: not given, for the last two */
    double validation;
    bool json, profile, from_scratch;
    training_flags training;
} train_settings;

extern const train_settings train_defaults;

typedef struct train_run {
    const train_settings *settings; /* own */
    train_settings own;             /* as given, or as a checkpoint says */
    const char *program;            /* as typed */
    cnn_checkpoint *from;           /* of a run that goes on, or NULL */
    json_t *note;                   /* its */
    source source;                  /* of a new run */
    const cnn_network *network;     /* the source's, or the checkpoint's */
    cnn_dataset *train, *test;      /* test NULL: there is none */
    images_folder folder;           /* where they are */
    bool fit;                       /* PNGs to train on too, as a model that goes on wants them */
    size_t validation_images; /* from the folder's part for it, behind all others in `train` */
    cnn_preprocessing preprocessing; /* of the model */
    cnn_normalization normalization;
    cnn_model *model;
    cnn_run *training;
    size_t finished;
    uint64_t steps, resumed_step;
    char *out, *best_out;
    size_t best_epoch; /* from 1; 0: none written */
    FILE *log;
    int log_problem; /* errno of the first line of the log that was lost, or 0 */
    bool interrupted, diverged;
    char *checkpoint;     /* its file */
    bool keeps;           /* writes it on the way */
    uint64_t every_steps; /* or 0 */
    double every_seconds, saved_at;
    file_id saved;                      /* what this run wrote there last, or goes on with */
    bool resumable, checkpoint_removed; /* at the end */
    int checkpoint_number;              /* above 1: others have the names before */
    bar bar;
    cnn_error error;  /* of a file written while training */
    confusion result; /* of the model on the test images */
} train_run;

/* The file whose weights a new run begins with, or NULL. */
const char *train_weights(const train_run *run);
/* How many of the training images are held out. */
size_t train_held_out(const train_run *run);
/* How many there are to test, perhaps none. */
size_t train_test_images(const train_run *run);
/* Are pictures to validate and to test brought into MNIST's form? */
bool train_fits(const train_run *run);
/* One of the `finished` epochs; as it is asked for, since a run that goes on moves them. */
const cnn_epoch *train_epoch(const train_run *run, size_t epoch);

/* Is there a part of the folder for validation? A run that goes on began with it or did not. */
bool train_validates(const train_run *run);
/* Looks the folder through, before anything is read. */
bool train_look(train_run *run, cnn_error *error);
/* Those to train on, those to validate behind them. */
bool train_load_images(train_run *run, cnn_error *error);
/* After the model, whose names of classes say which folder is which. */
bool train_load_test(train_run *run, cnn_error *error);

/* What is known before the first step. */
void train_report_head(const train_run *run, FILE *stream);
void train_report_epoch(const train_run *run, size_t epoch, FILE *stream);
/* The last epochs before it went on. */
void train_report_resumed(const train_run *run, FILE *stream);
/* What came out, on one screen together with the head. False without memory for all of it. */
bool train_report_end(const train_run *run, FILE *stream);

json_t *train_json(const train_run *run);
/* Lines of the log; a log that cannot be written is remembered and the training goes on. */
void train_log_resumed(train_run *run);
void train_log_step(train_run *run, const cnn_progress *progress);
void train_log_epoch(train_run *run, const cnn_progress *progress);

#endif
