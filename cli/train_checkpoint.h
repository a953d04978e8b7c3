/* Checkpoints of the command: when they are written, and how a run goes on from one. */
#ifndef CLI_TRAIN_CHECKPOINT_H
#define CLI_TRAIN_CHECKPOINT_H

#include "train_run.h"

/* Takes --every apart. False if it makes no sense, which is said. */
bool train_checkpoint_flags(train_run *run);

/* Names the file of the checkpoints, keeps every file of the run for it alone, and refuses a
 * checkpoint that is there already. */
bool train_checkpoint_name(train_run *run, cnn_error *error);

/* Before the first step: what a checkpoint remembers beside the run. */
bool train_checkpoint_begin(train_run *run, cnn_error *error);
/* Behind each step: writes one if it is time. */
bool train_checkpoint_step(train_run *run, cnn_error *error);
/* When the run is over: the last checkpoint of a run that was stopped, if its model goes into a
 * file, under a name that is free; else the end of this run's own, whatever else bears its name. */
bool train_checkpoint_end(train_run *run, cnn_error *error);

/* Opens --resume and takes the settings from it, but for those given beside it. */
bool train_checkpoint_open(train_run *run, cnn_error *error);

#endif
