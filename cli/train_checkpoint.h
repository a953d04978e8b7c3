/* Checkpoints of the command: when they are written, and how a run is resumed from one. */
#ifndef CLI_TRAIN_CHECKPOINT_H
#define CLI_TRAIN_CHECKPOINT_H

#include "train_run.h"

/* Parses --every. False if it is invalid, which is reported. */
bool train_checkpoint_flags(train_run *run);

/* Names the file of the checkpoints, claims every file of the run, and refuses a checkpoint that
 * already exists. */
bool train_checkpoint_name(train_run *run, cnn_error *error);

/* Before the first step: prepares the note that a checkpoint stores beside the run. */
bool train_checkpoint_begin(train_run *run, cnn_error *error);
/* After each step: writes a checkpoint if one is due. */
bool train_checkpoint_step(train_run *run, cnn_error *error);
/* After the run: writes the last checkpoint of a stopped run, if its model goes into a file, under
 * a free name; else removes this run's own checkpoint, and no other file of that name. */
bool train_checkpoint_end(train_run *run, cnn_error *error);

/* Opens --resume and takes the settings from it, except those given beside it. */
bool train_checkpoint_open(train_run *run, cnn_error *error);

#endif
