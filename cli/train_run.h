/* State of one training run of the command, shared by its parts. */
#ifndef CLI_TRAIN_RUN_H
#define CLI_TRAIN_RUN_H

#include "bar.h"
#include "confusion.h"
#include "file_id.h"
#include "training_flags.h"

typedef struct train_settings {
    const char *network, *weights, *out, *log;
    const char *checkpoint, *every, *resume, *with;
    uint64_t epochs, step_epochs, test_limit; /* 0: not given, for the last two */
    double validation;
    bool json, profile, from_scratch;
    training_flags training;
} train_settings;

extern const train_settings train_defaults;

typedef struct train_run {
    const train_settings *settings; /* points to own */
    train_settings own;             /* as given, or as a checkpoint says */
    const char *program;            /* as typed */
    cnn_checkpoint *from;           /* of a resumed run, or NULL */
    json_t *note;                   /* its */
    source source;                  /* of a new run */
    const cnn_network *network;     /* the source's, or the checkpoint's */
    cnn_dataset *train, *test;      /* test NULL: none */
    images_folder folder;           /* where the images are */
    bool fit;                       /* PNGs to train on too, as a resumed model takes them */
    size_t validation_images; /* from the folder's validation part, after all others in `train` */
    cnn_preprocessing preprocessing; /* of the model */
    cnn_normalization normalization;
    cnn_model *model;
    cnn_run *training;
    struct train_with *with; /* a training by somebody's own layers beside it, or NULL */
    size_t finished;
    uint64_t steps, resumed_step;
    char *out, *best_out;
    size_t best_epoch; /* from 1; 0: none written */
    FILE *log;
    int log_problem; /* errno of the first line of the log that was lost, or 0 */
    bool interrupted, diverged;
    char *checkpoint;     /* file name */
    bool keeps;           /* writes it during the run */
    uint64_t every_steps; /* or 0 */
    double every_seconds, saved_at;
    file_id saved;                      /* what this run wrote there last, or was resumed from */
    bool resumable, checkpoint_removed; /* at the end */
    int checkpoint_number;              /* above 1: other runs have the names before */
    bar bar;
    cnn_error error;  /* of a file written while training */
    confusion result; /* of the model on the test images */
} train_run;

/* The file of a new run's initial weights, or NULL. */
const char *train_weights(const train_run *run);
/* How many of the training images are held out. */
size_t train_held_out(const train_run *run);
/* The number of test images, perhaps 0. */
size_t train_test_images(const train_run *run);
/* Are validation and test pictures brought into MNIST's form? */
bool train_fits(const train_run *run);
/* Returns one of the `finished` epochs. Ask again each time: the run moves them. */
const cnn_epoch *train_epoch(const train_run *run, size_t epoch);

/* Does the run have a validation part? A resumed run keeps the choice it began with. */
bool train_validates(const train_run *run);
/* Examines the folder before anything is read. */
bool train_look(train_run *run, cnn_error *error);
/* Loads the images to train on, followed by those to validate. */
bool train_load_images(train_run *run, cnn_error *error);
/* Comes after the model, whose class names decide which folder is which. */
bool train_load_test(train_run *run, cnn_error *error);

/* A training by somebody's own layers, --with, beside the run. False if flags exclude each other,
 * which is reported. */
bool train_beside_flags(const train_run *run);
/* Opens it, if there is one. */
bool train_beside_begin(train_run *run, cnn_error *error);
/* The model that is kept has the weights that the own functions have found. */
bool train_beside_finish(train_run *run, cnn_error *error);

/* Prints what is known before the first step. */
void train_report_head(const train_run *run, FILE *stream);
void train_report_epoch(const train_run *run, size_t epoch, FILE *stream);
/* Prints the last epochs before the run was interrupted. */
void train_report_resumed(const train_run *run, FILE *stream);
/* Prints the results, on one screen together with the head. False without memory. */
bool train_report_end(const train_run *run, FILE *stream);

json_t *train_json(const train_run *run);
/* Write lines of the log; a log that cannot be written is noted and the training continues. */
void train_log_resumed(train_run *run);
void train_log_step(train_run *run, const cnn_progress *progress);
void train_log_epoch(train_run *run, const cnn_progress *progress);

#endif
